import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { after, before, test } from 'node:test';
import { badRequest } from '../src/http/errors.js';
import { matchPath } from '../src/http/router.js';
import { corsHeaders, createHttpServer } from '../src/http/server.js';
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

test('a malformed body is a 400 under the name of a 500', async () => {
  const { status, error } = await (await post('/echo/a', '{"text":"x')).json();
  assert.deepEqual([status, error], [400, 'Internal Server Error']);
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

test('a route nobody knows is a 404 in the shape of the API', async () => {
  const answer = await fetch(`${url}/nope?x=1`);
  assert.deepEqual(await answer.json(), { status: 404, error: 'Not Found', response: { message: ['Cannot GET /nope?x=1'] } });
});

test('HEAD is answered like GET', async () => {
  assert.equal((await fetch(`${url}/page/deep/down`, { method: 'HEAD' })).status, 200);
});

test('an unexpected failure is a 500 with its own words, and a line in the log', async () => {
  const answer = await fetch(`${url}/broken`);
  const shown = { status: 500, error: 'Internal Server Error', response: { message: 'db exploded' } };
  assert.deepEqual(await answer.json(), shown);
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
