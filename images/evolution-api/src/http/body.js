/** Reads a request's body: JSON before anything else, a form with one file when its route is reached. */
import busboy from 'busboy';
import { BODY_LIMIT_BYTES } from '../contract.js';
import { HttpError } from './errors.js';

/** A failure in front of the routes: its status is right and its name is not, as on the real server. */
const early = (status, message) => new HttpError(status, message, 'Internal Server Error');

/**
 * @returns {Promise<any>} `{}` when there is none or it is no JSON by its type
 * @throws {HttpError} 400 or 413
 */
export async function readJson(request) {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return {};
  // Only announced: the answer comes before a byte of it is read.
  if (Number(request.headers['content-length']) > BODY_LIMIT_BYTES) throw early(413, 'request entity too large');
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > BODY_LIMIT_BYTES) throw early(413, 'request entity too large');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw early(400, error.message);
  }
}

export const isForm = (request) => /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '');

/**
 * @returns {Promise<{body: Record<string, string>, file?: FormFile}>} every field is a text, numbers too
 * @throws {Error} when the form is none, or has a file anywhere but in the field `file`
 */
export function readForm(request) {
  return new Promise((resolve, reject) => {
    const body = {};
    let file;
    const parser = busboy({ defParamCharset: 'utf8', headers: request.headers });
    parser.on('field', (name, value) => {
      body[name] = value;
    });
    parser.on('file', (field, content, { filename, mimeType }) => {
      const chunks = [];
      if (field !== 'file' || file) reject(new Error('Unexpected field'));
      file = { mimetype: mimeType, name: filename };
      content.on('data', (chunk) => chunks.push(chunk));
      content.on('end', () => {
        file.buffer = Buffer.concat(chunks);
      });
    });
    parser.on('error', reject);
    parser.on('close', () => resolve({ body, file }));
    request.on('error', reject);
    request.pipe(parser);
  });
}
