/**
 * Reads a request's JSON body.
 */
import { BODY_LIMIT_BYTES } from '../contract.js';
import { badRequest, tooLarge } from './errors.js';

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {number} [limitBytes]
 * @returns {Promise<any>} `{}` when there is none or it is no JSON by its type
 * @throws {import('./errors.js').HttpError} 400 or 413
 */
export async function readJson(request, limitBytes = BODY_LIMIT_BYTES) {
  if (Number(request.headers['content-length']) > limitBytes) throw tooLarge();
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return {};
  const text = (await collect(request, limitBytes)).toString('utf8');
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the body, which may be a conversation.
    throw badRequest('The body is not valid JSON');
  }
}

async function collect(request, limitBytes) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > limitBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
