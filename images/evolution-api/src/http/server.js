/**
 * The HTTP server: body, route, guards, handler, answer.
 */
import { STATUS_CODES, createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { BODY_LIMIT_BYTES } from '../contract.js';
import { describeError } from '../log.js';
import { readJson } from './body.js';
import { corsHeaders } from './cors.js';
import { HttpError, internal, notFound } from './errors.js';
import { isForm, readForm } from './form.js';
import { match } from './router.js';
import { createRoom } from './room.js';

/** Stands for an answer that never leaves. */
const DROPPED = Object.freeze({ status: 0 });

/**
 * @param {object} parts
 * @param {Parameters<typeof corsHeaders>[0]} parts.cors
 * @param {import('../log.js').Log} parts.log
 * @param {number} [parts.roomBytes] of bodies held at once
 * @param {import('./router.js').Route[]} parts.routes
 * @param {import('../twin/faults.js').Strike} [parts.strike] failures asked for
 * @returns {import('node:http').Server}
 */
export function createHttpServer({ cors, log, roomBytes = BODY_LIMIT_BYTES, routes, strike = () => undefined }) {
  const room = createRoom(roomBytes);
  return createServer(async (request, response) => {
    const place = room.open();
    const started = performance.now();
    const headers = corsHeaders(cors, request.headers);
    const { reply, path } = await answer(request, { log, place, routes, strike });
    place.leave();
    if (reply === DROPPED) request.socket.destroy();
    else send(response, reply, headers);
    log.verbose('answered', { method: request.method, path, status: reply.status, ms: Math.round(performance.now() - started) });
  });
}

/** @returns {Promise<{reply: import('./router.js').Reply, path?: string}>} with the pattern, never the path itself */
async function answer(request, { log, place, routes, strike }) {
  let path;
  try {
    if (request.method === 'OPTIONS') return { reply: { status: 204 } };
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    // Before the guards, as on the real server: whether a name is taken stands in the body.
    const body = await readJson(request, place);
    const found = match(routes, request.method, pathname);
    if (!found) throw notFound(`Cannot ${request.method} ${request.url}`);
    path = found.route.path;
    const call = {
      authorization: request.headers.authorization,
      body,
      host: request.headers.host ?? '',
      key: request.headers.apikey,
      params: found.params,
      query: searchParams,
    };
    const fault = found.route.exempt ? undefined : strike(path, found.params);
    const reply = await withFault(fault, async () => {
      for (const guard of found.route.guards ?? []) await guard(call);
      if (found.route.form && isForm(request)) Object.assign(call, await readForm(request, place));
      return found.route.handle(call);
    });
    return { reply, path };
  } catch (error) {
    return { reply: failure(error, log, path), path };
  }
}

/** @param {import('../twin/faults.js').Fault | undefined} fault @param {() => Promise<import('./router.js').Reply>} work */
async function withFault(fault, work) {
  if (!fault) return work();
  if (fault.delayMs) await wait(fault.delayMs);
  if (fault.status !== undefined) {
    throw new HttpError(fault.status, [STATUS_CODES[fault.status] ?? 'Failed on request']);
  }
  if (fault.drop === 'before') return DROPPED;
  const reply = await work();
  return fault.drop === 'after' ? DROPPED : reply;
}

function failure(error, log, path) {
  if (error instanceof HttpError) return { status: error.status, body: error.body };
  log.error('a request failed', { path, ...describeError(error) });
  const { status, body } = internal('Internal Server Error');
  return { status, body };
}

/** @param {import('node:http').ServerResponse} response @param {import('./router.js').Reply} reply @param {object} cors */
function send(response, { status, body, headers, text, type = 'application/json; charset=utf-8' }, cors) {
  const content = text ?? (body === undefined ? '' : JSON.stringify(body));
  response.writeHead(status, {
    ...cors,
    ...headers,
    ...(content === '' ? {} : { 'Content-Type': type }),
    ...(status === 204 ? {} : { 'Content-Length': Buffer.byteLength(content) }),
    // What is left of a body nobody reads would be taken for the next request.
    ...(status === 413 ? { Connection: 'close' } : {}),
  });
  response.end(content);
}
