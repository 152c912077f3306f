/**
 * A webhook as a caller writes it, checked and turned into the row to store.
 */
import { EVENTS } from '../contract.js';
import { badRequest } from '../http/errors.js';

/**
 * Shape of the `webhook` object, shared by /webhook/set and /instance/create.
 * @type {import('../http/validate.js').Schema}
 */
export const WEBHOOK_SCHEMA = {
  type: 'object',
  required: ['enabled', 'url', 'events'],
  properties: {
    enabled: { type: 'boolean' },
    url: { type: 'string' },
    headers: { type: 'object' },
    byEvents: { type: 'boolean' },
    base64: { type: 'boolean' },
    events: { type: 'array', items: { type: 'string', enum: EVENTS } },
  },
};

/**
 * @param {any} webhook already checked against WEBHOOK_SCHEMA
 * @returns {import('../store/webhooks.js').Webhook}
 * @throws {import('../http/errors.js').HttpError} 400 when nothing could be posted to its address
 */
export function readWebhook(webhook) {
  if (!URL.canParse(webhook.url) || !/^https?:/i.test(webhook.url)) throw badRequest('Invalid "url" property');
  return {
    url: webhook.url,
    headers: webhook.headers ?? null,
    enabled: webhook.enabled,
    events: subscribed(webhook),
    webhookByEvents: webhook.byEvents ?? false,
    webhookBase64: webhook.base64 ?? false,
  };
}

/** An empty list means everything, and is stored as everything; a webhook that is off subscribes to nothing. */
function subscribed({ enabled, events }) {
  if (!enabled) return [];
  return events.length === 0 ? [...EVENTS] : events;
}
