/** Puts the parts together: rows below, channels beside, routes on top. Nothing is started here. */
import { createBus } from './events/bus.js';
import { rabbitmqChannel } from './events/rabbitmq.js';
import { webhookChannel } from './events/webhook.js';
import { createHistory } from './history.js';
import { createGuards } from './http/guards.js';
import { createHttpServer } from './http/server.js';
import { createInstances } from './instances.js';
import { createLog } from './log.js';
import { createMessages } from './messages.js';
import { startRedis } from './redis.js';
import { chatRoutes } from './routes/chat.js';
import { instanceRoutes } from './routes/instance.js';
import { messageRoutes } from './routes/message.js';
import { metricsRoutes } from './routes/metrics.js';
import { rootRoutes } from './routes/root.js';
import { createStore } from './store.js';
import { createConversations } from './twin/conversations.js';
import { twinRoutes } from './twin/routes.js';

/** @param {string} parts.folder of the instances */
export function createApp({ database, folder, settings }) {
  const log = (topic) => createLog(topic, settings.log.levels);
  const store = createStore(database, settings.database.clientName);
  const history = createHistory(database);
  const rabbitmq = rabbitmqChannel({ log: log('rabbitmq'), settings: settings.rabbitmq });
  const webhook = webhookChannel({ log: log('webhook'), policy: settings.webhook, store });
  const bus = createBus([rabbitmq, webhook], settings, log('events'));
  const saves = settings.database.saveInstances;
  const instances = createInstances({ bus, folder, log: log('instances'), saves, store });
  const messages = createMessages({ bus, history, instances, log: log('messages'), store });
  const guards = createGuards({ apiKey: settings.auth.apiKey, instances, log: log('guards'), saves, store });
  const conversations = createConversations({ log: log('twin'), receive: messages.receive });
  const routes = [
    ...rootRoutes(settings),
    ...metricsRoutes({ instances, settings }),
    ...instanceRoutes({ guards, instances, messages, settings, store }),
    ...messageRoutes({ audioConverter: settings.audioConverter, conversations, guards, instances, messages }),
    ...chatRoutes({ guards, history, instances }),
    ...twinRoutes({ bus, conversations, guards, instances }),
  ];
  return {
    load: instances.load,
    server: createHttpServer({ cors: settings.cors, log: log('http'), routes }),
    /** Begins to connect to Redis and RabbitMQ, and waits for neither. */
    start: () => {
      if (settings.redis.enabled) startRedis(settings.redis.uri, log('redis'));
      rabbitmq.start();
    },
  };
}
