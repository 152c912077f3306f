/**
 * Webhooks as channels: the one stored with an instance, and the global one of the environment.
 */
import { subscriptionName } from '../contract.js';
import { addressed } from './envelope.js';

/**
 * The row is read for every event, so a change made in the database counts at once.
 * @param {ReturnType<typeof import('../store/webhooks.js').createWebhookStore>} store
 * @param {import('./courier.js').Courier} courier
 * @returns {import('./bus.js').Channel}
 */
export function instanceWebhooks(store, courier) {
  return {
    name: 'webhook',
    deliver: async (message, instance) => {
      const webhook = await store.find(instance.id);
      if (!webhook?.enabled || !webhook.events.includes(subscriptionName(message.event))) return;
      courier.send({
        body: addressed(message, webhook.url),
        headers: webhook.headers ?? {},
        url: target(webhook.url, message.event, webhook.webhookByEvents),
      });
    },
  };
}

/**
 * @param {{byEvents: boolean, enabled: boolean, events: string[], url: string}} settings
 * @param {import('./courier.js').Courier} courier
 * @returns {import('./bus.js').Channel}
 */
export function globalWebhook(settings, courier) {
  return {
    name: 'global webhook',
    deliver: async (message) => {
      if (!settings.enabled || !settings.url || !settings.events.includes(subscriptionName(message.event))) return;
      courier.send({
        body: addressed(message, settings.url),
        headers: {},
        url: target(settings.url, message.event, settings.byEvents),
      });
    },
  };
}

/**
 * @param {string} url
 * @param {string} event
 * @param {boolean} byEvents
 * @returns {string} with `messages.upsert` as `/messages-upsert` behind it
 */
export function target(url, event, byEvents) {
  return byEvents ? `${url}/${event.replace(/[._]/g, '-')}` : url;
}
