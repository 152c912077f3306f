import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGuards } from '../src/http/guards.js';

const ROWS = [{ id: '1', name: 'bot', token: 'bot-token' }, { id: '2', name: 'other', token: 'other-token' }];

/** `other` is in the database only: a row of another client, or one that is not loaded yet. */
function guards({ lost = false, rows = ROWS, saves = true } = {}) {
  const ask = async (look) => {
    if (lost) throw new Error('lost');
    return look();
  };
  const store = {
    by: (column, value) => ask(() => rows.find((row) => row[column] === value)),
    isEmpty: () => ask(() => rows.length === 0),
  };
  const instances = { get: (name) => (name === 'bot' ? rows[0] : undefined) };
  return createGuards({ apiKey: 'global', instances, log: { error: () => {} }, saves, store });
}

const call = (instanceName, key, body = {}) => ({ body, key, params: { instanceName } });
const create = (instanceName) => call(undefined, undefined, { instanceName });

test('an unknown instance is a 404 whatever the key; one known to the database alone exists', async () => {
  await assert.rejects(guards().exists(call('nobody')), { status: 404 });
  await guards().exists(call('other'));
});

test('a taken name is a 403 before any key is looked at, and no name is taken by any instance', async () => {
  await assert.rejects(guards().nameIsFree(create('bot')), {
    status: 403,
    body: { status: 403, error: 'Forbidden', response: { message: ['This name "bot" is already in use.'] } },
  });
  await guards().nameIsFree(create('new'));
  await assert.rejects(guards().nameIsFree(create(undefined)), { status: 403 });
  await guards({ rows: [] }).nameIsFree(create(undefined));
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

test('creating takes the global key, listing any token of a server that saves instances', async () => {
  await assert.rejects(guards().holdsKey(call(undefined, 'bot-token')), { status: 401 });
  await guards().holdsAnyKey(call(undefined, 'bot-token'));
  for (const key of ['nope', undefined]) await assert.rejects(guards().holdsAnyKey(call(undefined, key)), { status: 401 });
  await assert.rejects(guards({ saves: false }).holdsAnyKey(call(undefined, 'bot-token')), { status: 401 });
});

test('a database that is lost makes a wrong key of a right one, and a 500 of an unknown instance', async () => {
  const blind = guards({ lost: true });
  await blind.exists(call('bot'));
  await assert.rejects(blind.holdsKey(call('bot', 'bot-token')), { status: 401 });
  await assert.rejects(blind.holdsAnyKey(call(undefined, 'bot-token')), { status: 401 });
  await assert.rejects(blind.exists(call('other')), { status: 500 });
  await blind.holdsKey(call('bot', 'global'));
});
