/**
 * `/message/*`: what an application sends.
 *
 * Source: evolution-api 2.3.7, src/api/controllers/sendMessage.controller.ts; src/validate/message.schema.ts.
 */
import { HttpError, badRequest, internal } from '../http/errors.js';
import { check } from '../http/validate.js';
import { KINDS, convertAudio, isBase64, isUrl, mediaContent } from '../media.js';

const COMMON = {
  number: { type: 'string', description: 'Invalid format' },
  delay: { type: 'integer', description: 'Enter a value in milliseconds' },
  quoted: { type: 'object', properties: { key: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } } } },
};

const TEXT_SCHEMA = { type: 'object', required: ['number', 'text'], properties: { ...COMMON, text: { type: 'string' } } };

const AUDIO_SCHEMA = { type: 'object', required: ['number'], properties: { ...COMMON, audio: { type: 'string' } } };

const MEDIA_SCHEMA = {
  type: 'object',
  required: ['number', 'mediatype'],
  properties: {
    ...COMMON,
    caption: { type: 'string' },
    fileName: { type: 'string' },
    media: { type: 'string' },
    mediatype: { type: 'string', enum: KINDS },
    mimetype: { type: 'string' },
  },
};

export function messageRoutes({ audioConverter, conversations, guards, instances, messages }) {
  /** A contact that answers hears a text, a caption, or of media without one their kind: `[audioMessage]`. */
  const send = async (params, request, content, text) => {
    const instance = instances.get(params.instanceName);
    const sent = await messages.send(instance, request, content);
    conversations.hear(instance, { number: sent.key.remoteJid, text: text || `[${sent.messageType}]` });
    return { status: 201, body: sent };
  };

  const sendText = ({ body, params }) => {
    check(body, TEXT_SCHEMA);
    return send(params, body, { message: { conversation: body.text }, messageType: 'conversation' }, body.text);
  };

  const sendMedia = ({ body, file, params }) => {
    check(body, MEDIA_SCHEMA);
    const { caption, fileName, media, mediatype: kind } = body;
    if (kind === 'document' && !fileName && isBase64(media)) throw badRequest('For base64 the file name must be informed.');
    if (!file && !isUrl(media) && !isBase64(media)) throw badRequest('Owned media must be a url or base64');
    // The name of a document without one is looked for in its address, which a file has not.
    if (kind === 'document' && !fileName && (file || !/.*\/(.+?)\./.test(media))) {
      throw internal("TypeError: Cannot read properties of null (reading '1')");
    }
    return send(params, body, mediaContent(kind, file ? undefined : media), caption);
  };

  const sendWhatsAppAudio = async ({ body, file, params }) => {
    check(body, AUDIO_SCHEMA);
    if (!file && !isUrl(body.audio) && !isBase64(body.audio)) {
      throw badRequest('Owned media must be a url, base64, or valid file with buffer');
    }
    // On this channel an uploaded file alone is taken.
    if (!file) throw new HttpError(500, 'File or buffer is undefined.');
    await convertAudio(audioConverter, file);
    return send(params, body, mediaContent('audio'));
  };

  const own = [guards.exists, guards.holdsKey];
  return [
    { method: 'POST', path: '/message/sendText/:instanceName', guards: own, handle: sendText },
    { method: 'POST', path: '/message/sendMedia/:instanceName', form: true, guards: own, handle: sendMedia },
    { method: 'POST', path: '/message/sendWhatsAppAudio/:instanceName', form: true, guards: own, handle: sendWhatsAppAudio },
  ];
}
