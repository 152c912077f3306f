/**
 * The HTTP server: body, route, guards, handler, answer.
 */
import { createServer } from 'node:http';
import { describeError } from '../log.js';
import { isForm, readForm, readJson } from './body.js';
import { HttpError, notFound } from './errors.js';
import { match } from './router.js';

export function createHttpServer({ cors, log, routes }) {
  return createServer(async (request, response) => {
    const started = performance.now();
    const { reply, path } = await answer(request, log, routes);
    send(response, reply, corsHeaders(cors, request.headers));
    log.verbose('answered', { method: request.method, path, status: reply.status, ms: Math.round(performance.now() - started) });
  });
}

/** With the pattern of the path, never the path itself: the log must not know numbers and names. */
async function answer(request, log, routes) {
  let path;
  try {
    if (request.method === 'OPTIONS') return { reply: { status: 204 } };
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    // Before the guards: whether a name is taken stands in the body.
    const body = await readJson(request);
    const found = match(routes, request.method, pathname);
    if (!found) throw notFound(`Cannot ${request.method} ${request.url}`);
    path = found.route.path;
    const { apikey, authorization, host = '' } = request.headers;
    const call = { authorization, body, host, key: apikey, params: found.params, query: searchParams };
    for (const guard of found.route.guards ?? []) await guard(call);
    if (found.route.form && isForm(request)) Object.assign(call, await readForm(request));
    return { reply: await found.route.handle(call), path };
  } catch (error) {
    if (error instanceof HttpError) return { reply: { status: error.status, body: error.body }, path };
    log.error('a request failed', { path, ...describeError(error) });
    return { reply: { status: 500, body: new HttpError(500, error.message || 'Internal Server Error').body }, path };
  }
}

/** Nothing for an origin that is not listed: its browser refuses the answer. */
export function corsHeaders({ credentials, methods, origins }, request) {
  const { origin } = request;
  if (!origin || !(origins.includes('*') || origins.includes(origin))) return {};
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Methods': methods,
    'Access-Control-Allow-Headers': request['access-control-request-headers'] ?? '*',
    Vary: 'Origin',
    ...(credentials ? { 'Access-Control-Allow-Credentials': 'true' } : {}),
  };
}

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
