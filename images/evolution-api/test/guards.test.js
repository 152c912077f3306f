import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGuards } from '../src/http/guards.js';
import { Registry } from '../src/domain/registry.js';

const ROWS = [
  { id: '1', name: 'bot', token: 'bot-token', connectionStatus: 'open', integration: 'EVOLUTION', number: '5511' },
  { id: '2', name: 'other', token: 'other-token', connectionStatus: 'open', integration: 'EVOLUTION', number: '5512' },
];

function guards(sessions = { decide: false }) {
  const registry = new Registry();
  registry.add(ROWS[0]);
  // `other` is in the database only: a row of another client, or one that is not loaded yet.
  const store = {
    byName: async (name) => ROWS.find((row) => row.name === name),
    byToken: async (token) => ROWS.filter((row) => row.token === token),
  };
  return createGuards({ apiKey: 'global', registry, sessions, store });
}

const call = (instanceName, key, body = {}) => ({ body, key, params: { instanceName } });

test('an unknown instance is a 404 whatever the key', async () => {
  await assert.rejects(guards().exists(call('nobody')), { status: 404 });
});

test('an instance known to the database alone exists', async () => {
  await guards().exists(call('other'));
});

test('where Redis decides, it is asked first and memory only speaks after it', async () => {
  const asked = [];
  const redis = guards({ decide: true, has: async (name) => Boolean(asked.push(name)) && name === 'kept' });
  await redis.exists(call('bot'));
  await redis.exists(call('kept'));
  await assert.rejects(redis.exists(call('other')), { status: 404 });
  assert.deepEqual(asked, ['bot', 'kept', 'other']);
});

test('a taken name is a 403 before any key is looked at', async () => {
  await assert.rejects(guards().nameIsFree(call(undefined, undefined, { instanceName: 'bot' })), {
    status: 403,
    body: { status: 403, error: 'Forbidden', response: { message: ['This name "bot" is already in use.'] } },
  });
  await guards().nameIsFree(call(undefined, undefined, { instanceName: 'new' }));
});

for (const [what, key] of [['missing', undefined], ['empty', ''], ['wrong', 'nope'], ['foreign', 'other-token']]) {
  test(`a ${what} key is one and the same 401`, async () => {
    await assert.rejects(guards().holdsKey(call('bot', key)), {
      body: { status: 401, error: 'Unauthorized', response: { message: 'Unauthorized' } },
    });
  });
}

test('the global key and the own token open an instance', async () => {
  await guards().holdsKey(call('bot', 'global'));
  await guards().holdsKey(call('bot', 'bot-token'));
  await guards().holdsKey(call('other', 'other-token'));
});

test('creating takes the global key, listing any token', async () => {
  await assert.rejects(guards().holdsKey(call(undefined, 'bot-token')), { status: 401 });
  await guards().holdsAnyKey(call(undefined, 'bot-token'));
  await assert.rejects(guards().holdsAnyKey(call(undefined, 'nope')), { status: 401 });
  await assert.rejects(guards().holdsAnyKey(call(undefined, undefined)), { status: 401 });
});
