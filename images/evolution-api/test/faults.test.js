import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, beforeEach, test } from 'node:test';
import { createGuards } from '../src/http/guards.js';
import { createHttpServer } from '../src/http/server.js';
import { createFaults, startsWith } from '../src/twin/faults.js';
import { readFault } from '../src/twin/requests.js';
import { twinRoutes } from '../src/twin/routes.js';

const faults = createFaults();
const done = [];
let server;
let url;

before(async () => {
  const handle = ({ params }) => ({ status: 201, body: done.push(params.instanceName) });
  const routes = [{ method: 'POST', path: '/message/sendText/:instanceName', handle }];
  const guards = createGuards({ apiKey: 'global', registry: { get: () => undefined }, sessions: {}, store: {} });
  const own = twinRoutes({ conversations: {}, faults, guards, paths: routes.map(({ path }) => path) });
  const log = { error: () => {}, verbose: () => {} };
  server = createHttpServer({ cors: { origins: [] }, log, routes: [...routes, ...own], strike: faults.strike });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${server.address().port}`;
});

after(() => server.close());

beforeEach(() => {
  faults.clear();
  done.length = 0;
});

const send = async (instance = 'bot') => (await fetch(`${url}/message/sendText/${instance}`, { method: 'POST' })).status;
const twin = async (method, path, body, key = 'global') => {
  const headers = { apikey: key, 'content-type': 'application/json' };
  const answer = await fetch(`${url}${path}`, { method, headers, body: body && JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
};
const add = (fault) => twin('POST', '/twin/faults', { route: '/message/sendText', ...fault });

test('a status is answered instead of doing anything, as often as asked', async () => {
  const { status, body } = await add({ status: 503, times: 2 });
  assert.equal(status, 201);
  assert.deepEqual([await send(), await send(), await send()], [503, 503, 201]);
  assert.deepEqual(done, ['bot']);
  const [listed] = (await twin('GET', '/twin/faults')).body;
  assert.deepEqual(listed, { ...body, hits: 2 });
});

test('without a number of times it lasts until it is cleared', async () => {
  const { body } = await add({ status: 429 });
  assert.deepEqual([await send(), await send()], [429, 429]);
  assert.deepEqual((await twin('DELETE', `/twin/faults/${body.id}`)).body, { cleared: 1 });
  assert.equal(await send(), 201);
  assert.equal((await twin('DELETE', `/twin/faults/${body.id}`)).status, 404);
});

test('an uncertain send: the work is done, and the caller never learns it', async () => {
  await add({ drop: 'after', times: 1 });
  await assert.rejects(send(), { name: 'TypeError' });
  assert.deepEqual(done, ['bot']);
  assert.equal(await send(), 201);
});

test('a connection dropped before leaves nothing done', async () => {
  await add({ drop: 'before', times: 1 });
  await assert.rejects(send(), { name: 'TypeError' });
  assert.deepEqual(done, []);
});

test('a delay comes before the work', async () => {
  await add({ delayMs: 150, times: 1 });
  const started = performance.now();
  assert.equal(await send(), 201);
  assert.ok(performance.now() - started >= 145);
});

test('a fault may be for one instance only', async () => {
  await add({ status: 500, instance: 'other' });
  assert.deepEqual([await send('bot'), await send('other')], [201, 500]);
});

test('the global key is needed, and faults cannot lock their owner out', async () => {
  for (const method of ['GET', 'POST', 'DELETE']) assert.equal((await twin(method, '/twin/faults', undefined, 'nope')).status, 401);
  assert.equal((await add({ route: '/', status: 500 })).status, 201);
  assert.equal(await send(), 500);
  assert.equal((await twin('DELETE', '/twin/faults')).status, 200);
  assert.equal(await send(), 201);
});

test('a route is a beginning of whole parts', () => {
  assert.equal(startsWith('/message/sendText/:instanceName', '/Message/sendtext/'), true);
  assert.equal(startsWith('/message/sendText/:instanceName', '/message/send'), false);
  assert.equal(startsWith('/message/sendText/:instanceName', '/'), true);
});

for (const [what, fault, finding] of [
  ['nothing to do', { route: '/a' }, 'nothing to do'],
  ['a route nobody has', { route: '/b', status: 500 }, 'no route begins with it'],
  ['a status that is no failure', { route: '/a', status: 200 }, 'status must be'],
  ['a status and a lost answer', { route: '/a', status: 500, drop: 'after' }, 'exclude each other'],
  ['an endless delay', { route: '/a', delayMs: 1e9 }, 'delayMs must be'],
  ['a number of times that is none', { route: '/a', status: 500, times: 0.5 }, 'times must be'],
]) {
  test(`a fault with ${what} is refused`, () => {
    assert.throws(() => readFault(fault, ['/a/:id']), (error) => error.status === 400 && JSON.stringify(error.body).includes(finding));
  });
}
