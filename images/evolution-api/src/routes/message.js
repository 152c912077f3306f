/**
 * `/message/*`: what an application sends.
 */
import { badRequest } from '../http/errors.js';
import { check } from '../http/validate.js';

/** @type {import('../http/validate.js').Schema} */
const TEXT_SCHEMA = {
  type: 'object',
  required: ['number', 'text'],
  properties: {
    number: { type: 'string', pattern: /^\d+[.@\w-]+/, description: '"number" must be a numeric string' },
    text: { type: 'string' },
    delay: { type: 'number' },
  },
};

/**
 * @param {object} parts
 * @param {ReturnType<typeof import('../twin/conversations.js').createConversations>} parts.conversations
 * @param {ReturnType<typeof import('../http/guards.js').createGuards>} parts.guards
 * @param {ReturnType<typeof import('../domain/instances.js').createInstances>} parts.instances
 * @param {ReturnType<typeof import('../domain/messages.js').createMessages>} parts.messages
 * @returns {import('../http/router.js').Route[]}
 */
export function messageRoutes({ conversations, guards, instances, messages }) {
  const sendText = async ({ body, params }) => {
    check(body, TEXT_SCHEMA);
    if (body.text === '') throw badRequest('Text is required');
    const instance = instances.known(params.instanceName);
    const message = await messages.send(instance, body);
    conversations.hear(instance, body);
    return { status: 201, body: message };
  };
  return [
    { method: 'POST', path: '/message/sendText/:instanceName', guards: [guards.exists, guards.holdsKey], handle: sendText },
  ];
}
