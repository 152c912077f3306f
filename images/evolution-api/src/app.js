/**
 * Puts the parts together: stores below, channels beside, routes on top. Nothing is started here.
 */
import { createBus } from './events/bus.js';
import { createCourier } from './events/courier.js';
import { post } from './events/post.js';
import { globalWebhook, instanceWebhooks } from './events/webhooks.js';
import { createInstances } from './domain/instances.js';
import { createMessages } from './domain/messages.js';
import { Registry } from './domain/registry.js';
import { createWorkspace } from './domain/workspace.js';
import { createGuards } from './http/guards.js';
import { createHttpServer } from './http/server.js';
import { createLog } from './log.js';
import { chatRoutes } from './routes/chat.js';
import { instanceRoutes } from './routes/instance.js';
import { messageRoutes } from './routes/message.js';
import { metricsRoutes } from './routes/metrics.js';
import { rootRoutes } from './routes/root.js';
import { webhookRoutes } from './routes/webhook.js';
import { createInstanceStore } from './store/instances.js';
import { createMessageStore } from './store/messages.js';
import { createWebhookStore } from './store/webhooks.js';

/**
 * @param {object} parts
 * @param {import('./database/database.js').Database} parts.database
 * @param {import('./settings/settings.js').Settings} parts.settings
 * @param {string} parts.workspace folder of the instances
 * @returns {{load: () => Promise<void>, server: import('node:http').Server}}
 */
export function createApp({ database, settings, workspace }) {
  const log = (topic) => createLog(topic, settings.log.levels);
  const store = {
    instances: createInstanceStore(database, settings.database.clientName),
    messages: createMessageStore(database),
    webhooks: createWebhookStore(database),
  };
  const courier = createCourier({ log: log('webhook'), policy: settings.webhook.retry, post });
  const channels = [instanceWebhooks(store.webhooks, courier), globalWebhook(settings.webhook.global, courier)];
  const bus = createBus(channels, settings, log('events'));
  const registry = new Registry();
  const instances = createInstances({
    bus, log: log('instances'), registry, store: store.instances, workspace: createWorkspace(workspace),
  });
  const messages = createMessages({
    bus, log: log('messages'), registry, saves: settings.database.saveMessages, store: store.messages,
  });
  const guards = createGuards({ apiKey: settings.auth.apiKey, registry, store: store.instances });
  const routes = [
    ...rootRoutes(settings),
    ...metricsRoutes({ registry, settings }),
    ...instanceRoutes({ guards, instances, settings, store: store.instances }),
    ...webhookRoutes({ guards, instances, messages, store: store.webhooks }),
    ...messageRoutes({ guards, instances, messages }),
    ...chatRoutes({ guards, instances, store: store.messages }),
  ];
  return {
    // The code default is false: without DATABASE_SAVE_DATA_INSTANCE=true no instance survives a restart.
    load: async () => {
      if (settings.database.saveInstances) await instances.load();
    },
    server: createHttpServer({ cors: settings.cors, log: log('http'), routes }),
  };
}
