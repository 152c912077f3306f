import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCreateRequest } from '../src/domain/createRequest.js';
import { settingsRoutes } from '../src/routes/settings.js';

const OFF = {
  rejectCall: false,
  msgCall: '',
  groupsIgnore: false,
  alwaysOnline: false,
  readMessages: false,
  readStatus: false,
  syncFullHistory: false,
  wavoipToken: '',
};

/** The two routes over a store in memory. */
function routes() {
  const rows = new Map([['id-of-bot', OFF]]);
  const [set, find] = settingsRoutes({
    guards: {},
    instances: { known: (name) => ({ id: `id-of-${name}`, name }) },
    store: { behaviour: async (id) => rows.get(id), setBehaviour: async (id, behaviour) => rows.set(id, behaviour) },
  });
  const params = { instanceName: 'bot' };
  return { find: () => find.handle({ params }), set: (body) => set.handle({ body, params }) };
}

test('an instance is made with what its body says of it', () => {
  const body = { instanceName: 'bot', integration: 'EVOLUTION', groupsIgnore: true, msgCall: 'write' };
  assert.deepEqual(readCreateRequest(body, false).settings, { ...OFF, groupsIgnore: true, msgCall: 'write' });
});

test('all settings are replaced at once, and shown afterwards', async () => {
  const { find, set } = routes();
  assert.deepEqual(await find(), { status: 200, body: OFF });
  const { msgCall, wavoipToken, ...flags } = { ...OFF, rejectCall: true };
  assert.equal((await set({ ...flags, msgCall: 'write' })).status, 201);
  assert.deepEqual(await find(), { status: 200, body: { ...OFF, rejectCall: true, msgCall: 'write' } });
  const answer = await set(flags);
  assert.deepEqual(answer.body, { settings: { instanceName: 'bot', settings: flags } });
  assert.deepEqual((await find()).body, { ...OFF, rejectCall: true });
});

test('a flag that is left out is refused, and so is one that is none', async () => {
  const { set } = routes();
  const { groupsIgnore, ...rest } = OFF;
  await assert.rejects(set(rest), (error) => error.status === 400 && JSON.stringify(error).includes('groupsIgnore'));
  await assert.rejects(set({ ...OFF, readStatus: 'yes' }), { status: 400 });
});
