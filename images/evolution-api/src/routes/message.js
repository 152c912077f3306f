/**
 * `/message/*`: what an application sends.
 */
import { readAudioRequest, readMediaRequest } from '../domain/mediaRequest.js';
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
 * @param {ReturnType<typeof import('../domain/outgoingMedia.js').createOutgoingMedia>} parts.media
 * @param {ReturnType<typeof import('../domain/messages.js').createMessages>} parts.messages
 * @returns {import('../http/router.js').Route[]}
 */
export function messageRoutes({ conversations, guards, instances, media, messages }) {
  const own = [guards.exists, guards.holdsKey];

  /** A contact that answers hears a text, a caption, or of media without one their kind: `[audioMessage]`. */
  const sent = (instance, message, text) => {
    conversations.hear(instance, { number: message.key.remoteJid, text: text || `[${message.messageType}]` });
    return { status: 201, body: message };
  };

  const sendText = async ({ body, params }) => {
    check(body, TEXT_SCHEMA);
    if (body.text === '') throw badRequest('Text is required');
    const instance = instances.known(params.instanceName);
    const content = { message: { conversation: body.text }, messageType: 'conversation' };
    return sent(instance, await messages.send(instance, body, () => content), body.text);
  };

  const sendMedia = async ({ body, file, params }) => {
    const request = readMediaRequest(body, file);
    const instance = instances.known(params.instanceName);
    return sent(instance, await media.media(instance, request), request.caption);
  };

  const sendWhatsAppAudio = async ({ body, file, params }) => {
    const request = readAudioRequest(body, file);
    const instance = instances.known(params.instanceName);
    return sent(instance, await media.audio(instance, request));
  };

  return [
    { method: 'POST', path: '/message/sendText/:instanceName', guards: own, handle: sendText },
    { method: 'POST', path: '/message/sendMedia/:instanceName', form: true, guards: own, handle: sendMedia },
    { method: 'POST', path: '/message/sendWhatsAppAudio/:instanceName', form: true, guards: own, handle: sendWhatsAppAudio },
  ];
}
