/**
 * Reads a request's body.
 */
import { BODY_LIMIT_BYTES } from '../contract.js';
import { badRequest, busy, tooLarge } from './errors.js';

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('./room.js').Place} place
 * @returns {Promise<any>} `{}` when there is none or it is no JSON by its type
 * @throws {import('./errors.js').HttpError} 400, 413 or 503
 */
export async function readJson(request, place) {
  if (Number(request.headers['content-length']) > BODY_LIMIT_BYTES) throw tooLarge();
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return {};
  const text = (await readBody(request, place)).toString('utf8');
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the body, which may be a conversation.
    throw badRequest('The body is not valid JSON');
  }
}

/**
 * Hands over what comes, within what one request and all of them together may hold.
 * @param {import('node:http').IncomingMessage} request
 * @param {import('./room.js').Place} place
 * @param {(chunk: Buffer) => void} take
 * @returns {Promise<void>} at the end of the body
 * @throws {import('./errors.js').HttpError} 413 or 503
 */
export function receive(request, place, take) {
  return new Promise((resolve, reject) => {
    let size = 0;
    let refused = false;
    request.on('data', (chunk) => {
      // A caller reads its answer once it has sent everything, so the rest of a refused body is thrown away.
      if (refused) return;
      size += chunk.length;
      refused = size > BODY_LIMIT_BYTES || !place.take(chunk.length);
      if (refused) reject(size > BODY_LIMIT_BYTES ? tooLarge() : busy());
      else take(chunk);
    });
    request.on('end', resolve);
    request.on('error', reject);
  });
}

async function readBody(request, place) {
  const chunks = [];
  await receive(request, place, (chunk) => chunks.push(chunk));
  return Buffer.concat(chunks);
}
