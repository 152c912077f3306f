/** The body of `POST /instance/create`: what it may hold, the rows it means, and what is answered. */
import { EVENTS, INTEGRATIONS } from './contract.js';
import { badRequest } from './http/errors.js';
import { check } from './http/validate.js';
import { BEHAVIOUR } from './store.js';

const TEXTS = ['msgCall', 'wavoipToken'];

export const BEHAVIOUR_PROPERTIES = Object.fromEntries(
  BEHAVIOUR.map((name) => [name, { type: TEXTS.includes(name) ? 'string' : 'boolean' }]),
);

const SCHEMA = {
  type: 'object',
  properties: {
    instanceName: { type: 'string' },
    token: { type: 'string' },
    number: { type: 'string', pattern: /^\d+[\.@\w-]+/ },
    qrcode: { type: 'boolean' },
    ...BEHAVIOUR_PROPERTIES,
  },
};

export function readCreateRequest(body) {
  check(body, SCHEMA);
  const { integration, number, token, webhook } = body;
  if (!Object.values(INTEGRATIONS).includes(integration)) throw badRequest('Invalid integration');
  if (integration === INTEGRATIONS.business && !token) throw badRequest('token is required');
  if (integration === INTEGRATIONS.business && !number) throw badRequest('number is required');
  return {
    integration,
    name: body.instanceName,
    number: number ?? null,
    settings: Object.fromEntries(BEHAVIOUR.map((name) => [name, body[name] ?? (TEXTS.includes(name) ? '' : false)])),
    token: token || undefined,
    // Naming the object switches it on, whatever it says.
    webhook: webhook && readWebhook({ ...webhook, enabled: true }),
  };
}

/** An empty list means everything, what is off subscribes to nothing, and to be on without a list is a TypeError, as there. */
export function readWebhook({ base64, byEvents, enabled, events, headers, url }) {
  const subscribed = enabled ? (events.length === 0 ? EVENTS : events) : [];
  return { enabled, events: subscribed, headers, url, webhookBase64: base64, webhookByEvents: byEvents };
}

export function createdBody(instance, request, body, settings) {
  const business = instance.integration === INTEGRATIONS.business;
  const { webhook } = body;
  return {
    instance: {
      instanceName: instance.name,
      instanceId: instance.id,
      integration: instance.integration,
      webhookWaBusiness: business ? `${settings.server.url}/webhook/meta` : null,
      accessTokenWaBusiness: business ? settings.whatsappBusiness.token : '',
      status: instance.state,
    },
    hash: instance.token,
    webhook: {
      webhookUrl: webhook?.url,
      webhookHeaders: webhook?.headers,
      webhookByEvents: webhook?.byEvents,
      webhookBase64: webhook?.base64,
    },
    ...Object.fromEntries(['websocket', 'rabbitmq', 'nats', 'sqs'].map((name) => [name, { enabled: body[name]?.enabled }])),
    settings: request.settings,
    qrcode: body.qrcode && instance.integration === INTEGRATIONS.baileys ? { count: 0 } : undefined,
  };
}
