import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { after, before, test } from 'node:test';
import { corsHeaders } from '../src/http/cors.js';
import { badRequest } from '../src/http/errors.js';
import { matchPath } from '../src/http/router.js';
import { createHttpServer } from '../src/http/server.js';
import { createLog } from '../src/log.js';

const lines = [];
let server;
let url;

before(async () => {
  const routes = [
    { method: 'POST', path: '/echo/:name', handle: ({ body, params }) => ({ status: 201, body: { body, ...params } }) },
    { method: 'GET', path: '/page/*', handle: () => ({ status: 200, text: '<p>', type: 'text/html' }) },
    { method: 'GET', path: '/refused', handle: () => { throw badRequest('no'); } },
    { method: 'GET', path: '/broken', handle: () => { throw new Error('db exploded'); } },
  ];
  const cors = { credentials: true, methods: 'GET', origins: ['https://a.example'] };
  server = createHttpServer({ cors, log: createLog('http', ['ERROR', 'VERBOSE'], (line) => lines.push(line)), routes });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${server.address().port}`;
});

after(() => server.close());

const post = (path, body, type = 'application/json') =>
  fetch(url + path, { method: 'POST', body, headers: { 'content-type': type } });

test('a body and a decoded part of the path reach the handler', async () => {
  const answer = await post('/Echo/a%20b/', '{"x":1}');
  assert.equal(answer.status, 201);
  assert.deepEqual(await answer.json(), { body: { x: 1 }, name: 'a b' });
});

test('a body that is no JSON by its type is no body', async () => {
  assert.deepEqual((await (await post('/echo/a', 'x=1', 'text/plain')).json()).body, {});
});

test('a malformed body is a 400 that does not quote it', async () => {
  const answer = await post('/echo/a', '{"text":"private');
  assert.equal(answer.status, 400);
  assert.ok(!(await answer.text()).includes('private'));
});

test('a body above 136 MiB is a 413', async () => {
  // Only announced: the answer comes before a byte of it is read.
  const headers = { 'content-type': 'application/json', 'content-length': String(136 * 1024 * 1024 + 1) };
  const request = httpRequest(`${url}/echo/a`, { method: 'POST', headers });
  request.flushHeaders();
  const [answer] = await once(request, 'response');
  request.on('error', () => {}).destroy();
  assert.equal(answer.statusCode, 413);
});

test('bodies above what fits at once are a 503 until the others are answered', async () => {
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  let arrived;
  const holding = new Promise((resolve) => { arrived = resolve; });
  const routes = [
    { method: 'POST', path: '/hold', handle: async () => { arrived(); await held; return { status: 200 }; } },
    { method: 'POST', path: '/take', handle: () => ({ status: 200 }) },
  ];
  const log = { error: () => {}, verbose: () => {} };
  const small = createHttpServer({ cors: { origins: [] }, log, roomBytes: 1_000_000, routes });
  await once(small.listen(0, '127.0.0.1'), 'listening');
  const send = (path) =>
    fetch(`http://127.0.0.1:${small.address().port}${path}`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify('x'.repeat(600_000)),
    });
  const first = send('/hold');
  await holding;
  const refused = await send('/take');
  assert.equal(refused.status, 503);
  assert.deepEqual((await refused.json()).response.message, ['Too much is being received at once']);
  release();
  assert.equal((await first).status, 200);
  assert.equal((await send('/take')).status, 200);
  small.close();
});

test('a route nobody knows is a 404 in the shape of the API', async () => {
  const answer = await fetch(`${url}/nope?x=1`);
  assert.deepEqual(await answer.json(), { status: 404, error: 'Not Found', response: { message: ['Cannot GET /nope?x=1'] } });
});

test('HEAD is answered like GET', async () => {
  assert.equal((await fetch(`${url}/page/deep/down`, { method: 'HEAD' })).status, 200);
});

test('an unexpected failure is a bare 500 and a line in the log', async () => {
  const answer = await fetch(`${url}/broken`);
  const message = 'Internal Server Error';
  assert.deepEqual(await answer.json(), { status: 500, error: message, response: { message } });
  assert.ok(lines.some((line) => line.includes('ERROR [http] a request failed path=/broken error=Error reason="db exploded"')));
});

test('a refusal is no line of ERROR', async () => {
  assert.equal((await fetch(`${url}/refused`)).status, 400);
  assert.ok(!lines.some((line) => line.includes('ERROR') && line.includes('/refused')));
});

test('the log knows routes by their pattern, never by what callers wrote', async () => {
  await post('/echo/5511999990000', '{}');
  assert.ok(lines.some((line) => line.includes('path="/echo/:name"') || line.includes('path=/echo/:name')));
  assert.ok(!lines.some((line) => line.includes('5511999990000')));
});

test('a path with a broken escape is a 400', () => {
  assert.throws(() => matchPath('/echo/:name', '/echo/%zz'), { status: 400 });
});

test('only listed origins are let in by browsers', () => {
  const settings = { credentials: false, methods: 'GET', origins: ['https://a.example'] };
  assert.equal(corsHeaders(settings, { origin: 'https://a.example' })['Access-Control-Allow-Origin'], 'https://a.example');
  assert.deepEqual(corsHeaders(settings, { origin: 'https://b.example' }), {});
  assert.deepEqual(corsHeaders({ ...settings, origins: ['*'] }, {}), {});
});
