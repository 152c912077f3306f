/**
 * Bodies of `/message/sendMedia` and `/message/sendWhatsAppAudio`, checked.
 */
import { badRequest } from '../http/errors.js';
import { check } from '../http/validate.js';
import { KINDS } from '../media/kinds.js';
import { isBase64, isUrl } from '../media/source.js';

/** @typedef {import('../http/form.js').FormFile} FormFile */
/** @typedef {{audio?: string, delay?: number, file?: FormFile, number: string}} AudioRequest */
/**
 * @typedef {object} MediaRequest
 * @property {string} [caption] shown to contacts that answer, and on this channel to nobody else
 * @property {number} [delay] ms
 * @property {FormFile} [file]
 * @property {import('../media/kinds.js').Kind} kind
 * @property {string} [media] URL or base64
 * @property {string} [mimetype]
 * @property {string} number
 */

const COMMON = {
  delay: { type: 'number' },
  number: { type: 'string', pattern: /^\d+[.@\w-]+/, description: '"number" must be a numeric string' },
};

/** @type {import('../http/validate.js').Schema} */
const AUDIO_SCHEMA = { type: 'object', required: ['number'], properties: { ...COMMON, audio: { type: 'string' } } };

/** @type {import('../http/validate.js').Schema} */
const MEDIA_SCHEMA = {
  type: 'object',
  required: ['number', 'mediatype'],
  properties: {
    ...COMMON,
    caption: { type: 'string' },
    fileName: { type: 'string' },
    media: { type: 'string' },
    mediatype: { type: 'string', enum: Object.keys(KINDS) },
    mimetype: { type: 'string' },
  },
};

/**
 * @param {any} body
 * @param {FormFile} [file] wins over what the body names
 * @returns {AudioRequest}
 * @throws {import('../http/errors.js').HttpError} 400
 */
export function readAudioRequest(body, file) {
  check(body, AUDIO_SCHEMA);
  const { audio, delay, number } = body;
  if (!file && !isUrl(audio) && !isBase64(audio)) {
    throw badRequest('Owned media must be a url, base64, or valid file with buffer');
  }
  return { audio, delay, file, number };
}

/**
 * @param {any} body
 * @param {FormFile} [file] wins over what the body names
 * @returns {MediaRequest}
 * @throws {import('../http/errors.js').HttpError} 400
 */
export function readMediaRequest(body, file) {
  check(body, MEDIA_SCHEMA);
  const { caption, delay, fileName, media, mediatype: kind, mimetype, number } = body;
  if (kind === 'document' && !fileName && isBase64(media)) throw badRequest('For base64 the file name must be informed.');
  if (!file && !isUrl(media) && !isBase64(media)) throw badRequest('Owned media must be a url or base64');
  return { caption, delay, file, kind, media, mimetype, number };
}
