/**
 * The body of `POST /instance/create`: what it may hold, and the rows it means.
 */
import { INTEGRATIONS } from '../contract.js';
import { badRequest } from '../http/errors.js';
import { check } from '../http/validate.js';
import { RABBITMQ_SCHEMA, readRabbitmqRequest } from './rabbitmqRequest.js';
import { BEHAVIOUR_PROPERTIES, readBehaviour } from './settingsRequest.js';
import { WEBHOOK_SCHEMA, readWebhook } from './webhookRequest.js';

/** @type {import('../http/validate.js').Schema} */
const SCHEMA = {
  type: 'object',
  required: ['instanceName'],
  properties: {
    instanceName: { type: 'string', pattern: /\S/, description: 'The "instanceName" cannot be empty' },
    integration: { type: 'string' },
    token: { type: 'string' },
    number: { type: 'string', pattern: /^\d+[.@\w-]+/ },
    qrcode: { type: 'boolean' },
    ...BEHAVIOUR_PROPERTIES,
    // Without `enabled` it is meant to be on: that differs from /webhook/set, which insists on the field.
    webhook: { ...WEBHOOK_SCHEMA, required: ['url', 'events'] },
    rabbitmq: RABBITMQ_SCHEMA,
  },
};

/** With a broker the real server stumbles over a missing list: 400, and the instance is taken back. */
const BROKER_SCHEMA = {
  ...SCHEMA,
  properties: { ...SCHEMA.properties, rabbitmq: { ...RABBITMQ_SCHEMA, required: ['events'] } },
};

/**
 * @param {any} body
 * @param {boolean} broker whether RabbitMQ is switched on; what the body says of it counts only then
 * @throws {import('../http/errors.js').HttpError} 400
 */
export function readCreateRequest(body, broker) {
  check(body, broker ? BROKER_SCHEMA : SCHEMA);
  if (!Object.values(INTEGRATIONS).includes(body.integration)) throw badRequest('Invalid integration');
  if (body.integration === INTEGRATIONS.business && !body.number) throw badRequest('number is required');
  return {
    integration: body.integration,
    name: body.instanceName,
    number: body.number ?? null,
    qrcode: body.qrcode === true,
    // `enabled` is not looked at: naming the object switches it on, as on the real server.
    rabbitmq: broker && body.rabbitmq ? readRabbitmqRequest({ ...body.rabbitmq, enabled: true }) : undefined,
    settings: readBehaviour(body),
    token: body.token || undefined,
    webhook: body.webhook?.url ? readWebhook({ enabled: true, ...body.webhook }) : undefined,
  };
}
