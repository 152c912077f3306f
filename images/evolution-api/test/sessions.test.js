import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInstances } from '../src/domain/instances.js';
import { Registry } from '../src/domain/registry.js';
import { createSessions } from '../src/redis/sessions.js';
import { readRedis } from '../src/settings/redis.js';

const QUIET = { error: () => {}, info: () => {}, warn: () => {} };
const BOT = { id: 'i1', name: 'bot' };
const waitsForEver = () => new Promise(() => {});
const settles = (promise) => Promise.race([promise.then(() => true), new Promise((resolve) => setImmediate(resolve, false))]);

function sessions(settings, client) {
  return createSessions({ client, log: QUIET, settings: { prefix: 'evolution', savesInstances: false, ...settings } });
}

test('saving instances in Redis needs Redis', () => {
  assert.equal(readRedis({ CACHE_REDIS_SAVE_INSTANCES: 'true' }).savesInstances, false);
  assert.equal(readRedis({ CACHE_REDIS_SAVE_INSTANCES: 'true', CACHE_REDIS_ENABLED: 'true' }).savesInstances, true);
  assert.equal(readRedis({}).prefix, 'evolution-cache');
});

test('a session is a hash under the prefix and the id of its instance', async () => {
  const written = [];
  await sessions({ savesInstances: true }, { hSet: async (...command) => written.push(command) }).keep(BOT);
  const [[key, field, value]] = written;
  assert.equal(key, 'evolution:instance:i1');
  assert.equal(field, 'twin-session');
  assert.equal(JSON.parse(value).instanceName, 'bot');
});

test('a Redis that does not answer holds up only those who asked it to decide', async () => {
  const lost = { exists: waitsForEver, hSet: waitsForEver, del: waitsForEver };
  assert.equal(await settles(sessions({}, lost).keep(BOT)), true);
  assert.equal(await settles(sessions({}, lost).forget(BOT)), true);
  const deciding = sessions({ savesInstances: true }, lost);
  for (const call of [deciding.keep(BOT), deciding.forget(BOT), deciding.has('bot')]) assert.equal(await settles(call), false);
});

test('a refused command is no failure of the caller', async () => {
  const refuse = async () => {
    throw new Error('NOPERM');
  };
  const deciding = sessions({ savesInstances: true }, { exists: refuse, hSet: refuse });
  assert.equal(await deciding.has('bot'), false);
  await deciding.keep(BOT);
});

test('without Redis there is nothing to ask', async () => {
  const none = sessions({}, undefined);
  assert.deepEqual([none.decide, await none.has('bot'), await none.ids()], [false, false, []]);
});

test('stored instances come from Postgres, or by what Redis remembers, or not at all', async () => {
  const load = async (saves, decide) => {
    const registry = new Registry();
    const row = (id) => ({ id, name: id, connectionStatus: 'open' });
    const store = { all: async () => [row('all')], byIds: async (ids) => ids.map(row) };
    const parts = { log: QUIET, registry, store, workspace: { make: async () => {} } };
    await createInstances({ ...parts, saves, sessions: { decide, ids: async () => ['kept'] } }).load();
    return registry.all().map(({ name }) => name);
  };
  assert.deepEqual(await load(true, true), ['all']);
  assert.deepEqual(await load(false, true), ['kept']);
  assert.deepEqual(await load(false, false), []);
});
