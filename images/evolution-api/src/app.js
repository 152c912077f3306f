/**
 * Puts the parts together: stores below, channels beside, routes on top. Nothing is started here.
 */
import { createBus } from './events/bus.js';
import { createCourier } from './events/courier.js';
import { post } from './events/post.js';
import { rabbitmqChannel } from './events/rabbitmq.js';
import { globalWebhook, instanceWebhooks } from './events/webhooks.js';
import { createInboundMedia } from './domain/inboundMedia.js';
import { createInstances } from './domain/instances.js';
import { createMessages } from './domain/messages.js';
import { createOutgoingMedia } from './domain/outgoingMedia.js';
import { Registry } from './domain/registry.js';
import { createWorkspace } from './domain/workspace.js';
import { createGuards } from './http/guards.js';
import { createHttpServer } from './http/server.js';
import { createLog } from './log.js';
import { createConverter } from './media/converter.js';
import { createRedis } from './redis/client.js';
import { createSessions } from './redis/sessions.js';
import { chatRoutes } from './routes/chat.js';
import { instanceRoutes } from './routes/instance.js';
import { messageRoutes } from './routes/message.js';
import { metricsRoutes } from './routes/metrics.js';
import { rabbitmqRoutes } from './routes/rabbitmq.js';
import { rootRoutes } from './routes/root.js';
import { settingsRoutes } from './routes/settings.js';
import { webhookRoutes } from './routes/webhook.js';
import { createInstanceStore } from './store/instances.js';
import { createMessageStore } from './store/messages.js';
import { createRabbitmqStore } from './store/rabbitmqs.js';
import { createWebhookStore } from './store/webhooks.js';
import { createConversations } from './twin/conversations.js';
import { createFaults } from './twin/faults.js';
import { twinRoutes } from './twin/routes.js';

/**
 * @param {object} parts
 * @param {import('./database/database.js').Database} parts.database
 * @param {import('./settings/settings.js').Settings} parts.settings
 * @param {import('./media/storage.js').Storage} parts.storage
 * @param {string} parts.workspace folder of the instances
 * @returns {{load: () => Promise<void>, server: import('node:http').Server, start: () => void}}
 */
export function createApp({ database, settings, storage, workspace }) {
  const log = (topic) => createLog(topic, settings.log.levels);
  const store = {
    instances: createInstanceStore(database, settings.database.clientName),
    messages: createMessageStore(database),
    rabbitmqs: createRabbitmqStore(database),
    webhooks: createWebhookStore(database),
  };
  const courier = createCourier({ log: log('webhook'), policy: settings.webhook.retry, post });
  const rabbitmq = rabbitmqChannel({ log: log('rabbitmq'), settings: settings.rabbitmq, store: store.rabbitmqs });
  const channels = [rabbitmq, instanceWebhooks(store.webhooks, courier), globalWebhook(settings.webhook.global, courier)];
  const redis = settings.redis.enabled ? createRedis(settings.redis.uri, log('redis')) : undefined;
  const sessions = createSessions({ client: redis?.client, log: log('redis'), settings: settings.redis });
  const bus = createBus(channels, settings, log('events'));
  const registry = new Registry();
  const instances = createInstances({
    bus,
    log: log('instances'),
    registry,
    saves: settings.database.saveInstances,
    sessions,
    store: store.instances,
    workspace: createWorkspace(workspace),
  });
  const messages = createMessages({
    bus,
    keepMedia: createInboundMedia({ log: log('media'), storage, webhooks: store.webhooks }),
    log: log('messages'),
    registry,
    saves: settings.database.saveMessages,
    store: store.messages,
  });
  const converter = createConverter({ log: log('media'), settings: settings.audioConverter });
  const media = createOutgoingMedia({ converter, messages, storage });
  const guards = createGuards({ apiKey: settings.auth.apiKey, registry, sessions, store: store.instances });
  const conversations = createConversations({ log: log('twin'), receive: messages.receive });
  const faults = createFaults();
  const routes = [
    ...rootRoutes(settings),
    ...metricsRoutes({ registry, settings }),
    ...instanceRoutes({ guards, instances, settings, store: store.instances }),
    ...rabbitmqRoutes({ enabled: settings.rabbitmq.enabled, guards, instances, store: store.rabbitmqs }),
    ...settingsRoutes({ guards, instances, store: store.instances }),
    ...webhookRoutes({ guards, instances, messages, store: store.webhooks }),
    ...messageRoutes({ conversations, guards, instances, media, messages }),
    ...chatRoutes({ guards, instances, store: store.messages }),
  ];
  const ownRoutes = twinRoutes({ conversations, faults, guards, paths: routes.map(({ path }) => path) });
  return {
    load: instances.load,
    server: createHttpServer({ cors: settings.cors, log: log('http'), routes: [...routes, ...ownRoutes], strike: faults.strike }),
    /** Begins to connect to Redis and RabbitMQ, and waits for neither. */
    start: () => {
      redis?.start();
      rabbitmq.start();
    },
  };
}
