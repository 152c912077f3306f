/**
 * One HTTP POST of a webhook, with the headers the real server's client sends.
 */
import http from 'node:http';
import https from 'node:https';
import { authorization } from './jwt.js';

/** Receivers that filter or rate by client see the family they will see in production. */
const USER_AGENT = 'axios/1.13.2';

/** Connections are not kept: a receiver that closes idle ones would turn a delivery into a retry and a duplicate. */
const OPTIONS = { keepAlive: false, maxSockets: 64 };
const CLIENTS = {
  'http:': { request: http.request, agent: new http.Agent(OPTIONS) },
  'https:': { request: https.request, agent: new https.Agent(OPTIONS) },
};

/**
 * @param {import('./courier.js').Delivery} delivery
 * @param {number} timeoutMs for everything, from the name look-up to the last byte of the answer
 * @returns {Promise<number>} the status; a redirect is an answer like any other and is not followed
 */
export function post({ body, headers, url }, timeoutMs) {
  const payload = Buffer.from(JSON.stringify(body));
  const { request, agent } = CLIENTS[new URL(url).protocol];
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, method: 'POST', signal: AbortSignal.timeout(timeoutMs) });
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      answer.on('error', reject);
      answer.on('end', () => resolve(answer.statusCode));
      answer.resume();
    });
    for (const [name, value] of Object.entries(webhookHeaders(headers, payload))) outgoing.setHeader(name, value);
    outgoing.end(payload);
  });
}

/**
 * Stored headers win over those of the client, whatever their case: the later one of the same name replaces the first.
 * @param {Record<string, unknown>} stored
 * @param {Buffer} payload
 * @returns {Record<string, string>}
 */
export function webhookHeaders({ jwt_key: secret, ...stored }, payload) {
  return {
    Accept: 'application/json, text/plain, */*',
    'Content-Type': 'application/json',
    'User-Agent': USER_AGENT,
    ...Object.fromEntries(Object.entries(stored).map(([name, value]) => [name, String(value)])),
    ...(secret === undefined ? {} : { Authorization: authorization(String(secret)) }),
    'Content-Length': String(payload.length),
  };
}
