/**
 * Media an application sends. Of what it hands in, the message keeps a link alone: no base64, no caption, no file name.
 */
import { KINDS } from '../media/kinds.js';
import { isBase64 } from '../media/source.js';

/**
 * @param {object} parts
 * @param {import('../media/converter.js').Converter} parts.converter
 * @param {Pick<ReturnType<typeof import('./messages.js').createMessages>, 'send'>} parts.messages
 * @param {import('../media/storage.js').Storage} parts.storage
 */
export function createOutgoingMedia({ converter, messages, storage }) {
  /**
   * Without a bucket there is no link, and what was sent can be read nowhere.
   * @param {import('./registry.js').Instance} instance
   * @param {{delay?: number, number: string}} request
   * @param {{buffer?: Buffer, kind: import('../media/kinds.js').Kind, mimetype: string, url?: string}} file
   */
  const send = (instance, request, { buffer, kind, mimetype, url }) =>
    messages.send(instance, request, async (id) => {
      const place = { id, instanceId: instance.id, jid: request.number, kind, mimetype };
      const kept = buffer && storage.enabled ? await storage.keep({ ...place, buffer }) : undefined;
      return { message: { mediaUrl: kept ?? url ?? null }, messageType: KINDS[kind].messageType };
    });

  return {
    /** @param {import('./mediaRequest.js').AudioRequest} request converted before anything else, the delay included */
    audio: async (instance, request) => {
      const buffer = Buffer.from(await converter.convert(request), 'base64');
      return send(instance, request, { buffer, kind: 'audio', mimetype: KINDS.audio.mimetype });
    },

    /** A URL is passed on and not looked at. @param {import('./mediaRequest.js').MediaRequest} request */
    media: async (instance, { file, media, ...request }) => {
      const { kind } = request;
      // Whatever was said of it: on this channel every audio counts as MP4.
      const told = kind === 'audio' ? undefined : file?.mimetype || request.mimetype;
      const mimetype = told || KINDS[kind].mimetype;
      if (file) return send(instance, request, { buffer: file.buffer, kind, mimetype });
      if (isBase64(media)) return send(instance, request, { buffer: Buffer.from(media, 'base64'), kind, mimetype });
      return send(instance, request, { kind, mimetype, url: media });
    },
  };
}
