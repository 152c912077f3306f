/**
 * Reads a multipart form with one file at most, in the field `file`.
 */
import busboy from 'busboy';
import { receive } from './body.js';
import { badRequest, internal } from './errors.js';

/** @typedef {{buffer: Buffer, mimetype: string, name: string}} FormFile */

const MULTIPART = /^multipart\/form-data\b/i;

/** Of a field that is no file, as on the real server: base64 of more belongs into JSON, or into `file` as it is. */
const FIELD_LIMIT_BYTES = 1024 * 1024;
const MAX_FIELDS = 100;

/** @param {import('node:http').IncomingMessage} request */
export const isForm = (request) => MULTIPART.test(request.headers['content-type'] ?? '');

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('./room.js').Place} place
 * @returns {Promise<{body: Record<string, string>, file?: FormFile}>} every field is a text, numbers too
 * @throws {import('./errors.js').HttpError} 400, 413, 503, or the 500 of a field that is none of these
 */
export async function readForm(request, place) {
  const form = collect(request);
  await receive(request, place, form.take);
  return form.end();
}

function collect(request) {
  /** @type {Record<string, string>} */
  const body = Object.create(null);
  const chunks = [];
  let file;
  let failure;
  const fail = (error) => {
    failure ??= error;
  };

  const parser = open(request);
  const ended = new Promise((resolve) => parser.on('close', resolve));
  parser.on('error', () => fail(badRequest('The body is not a valid form')));
  parser.on('fieldsLimit', () => fail(internal('Too many fields')));
  parser.on('field', (name, value, { valueTruncated }) => {
    body[name] = value;
    if (valueTruncated) fail(internal('Field value too long'));
  });
  parser.on('file', (name, content, { filename, mimeType }) => {
    // The second one of the same name as well.
    const wanted = name === 'file' && !file;
    if (wanted) file = { mimetype: mimeType, name: filename };
    else fail(internal('Unexpected field'));
    content.on('data', (chunk) => wanted && chunks.push(chunk));
    // A form that ends within its file: the parser itself reports it.
    content.on('error', () => {});
  });

  return {
    // The parser keeps nothing back: what it is given comes out of it at once, so there is no need to wait for it.
    take: (chunk) => failure ?? parser.write(chunk),
    end: async () => {
      if (!failure) {
        parser.end();
        await ended;
      }
      if (failure) throw failure;
      return { body, file: file && { ...file, buffer: Buffer.concat(chunks) } };
    },
  };
}

function open(request) {
  try {
    return busboy({
      defParamCharset: 'utf8', headers: request.headers, limits: { fields: MAX_FIELDS, fieldSize: FIELD_LIMIT_BYTES },
    });
  } catch {
    throw badRequest('The body is not a valid form');
  }
}
