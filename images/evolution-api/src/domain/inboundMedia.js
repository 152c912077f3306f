/**
 * Media a contact sends: into the bucket, and as base64 to who asked for it.
 *
 * A `mediaUrl` that comes along is passed on and never fetched: the route it comes by has no guard, and whoever reaches it
 * could make this server ask any address.
 */
import { KINDS, kindOf } from '../media/kinds.js';
import { isBase64 } from '../media/source.js';

/**
 * @param {object} parts
 * @param {import('../log.js').Log} parts.log
 * @param {import('../media/storage.js').Storage} parts.storage
 * @param {Pick<ReturnType<typeof import('../store/webhooks.js').createWebhookStore>, 'find'>} parts.webhooks
 */
export function createInboundMedia({ log, storage, webhooks }) {
  const keep = async (instance, message, kind, base64) => {
    if (!storage.enabled || (kind === 'video' && !storage.savesVideo)) return undefined;
    return storage.keep({
      buffer: Buffer.from(base64, 'base64'),
      id: message.key.id,
      instanceId: instance.id,
      jid: message.key.remoteJid,
      kind,
      mimetype: mimetypeOf(message, kind),
    });
  };

  /**
   * @param {import('./registry.js').Instance} instance
   * @param {import('../store/messages.js').Message} message
   * @returns {Promise<{announced: typeof message, stored: typeof message}>} the row never holds the file itself
   */
  return async (instance, message) => {
    const kind = kindOf(message.messageType);
    if (!kind || message.message.base64 === undefined) return { announced: message, stored: message };
    const { base64, ...rest } = message.message;
    if (!isBase64(base64)) {
      log.warn('dropped media: they are not base64', { instance: instance.name });
      const without = { ...message, message: rest };
      return { announced: without, stored: without };
    }
    const mediaUrl = await keep(instance, message, kind, base64);
    const stored = { ...message, message: mediaUrl ? { ...rest, mediaUrl } : rest };
    const webhook = await webhooks.find(instance.id);
    // Once the webhook asks for it, every channel gets it: the event is one and the same.
    const asked = webhook?.enabled && webhook.webhookBase64;
    return { announced: asked ? { ...stored, message: { ...stored.message, base64 } } : stored, stored };
  };
}

/** Where WhatsApp puts it, or beside the file. */
function mimetypeOf({ message, messageType }, kind) {
  const given = message[messageType]?.mimetype ?? message.mimetype;
  return typeof given === 'string' && given.includes('/') ? given : KINDS[kind].mimetype;
}
