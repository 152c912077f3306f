import assert from 'node:assert/strict';
import { test } from 'node:test';
import { twinRoutes } from '../src/twin/routes.js';

const BOT = { name: 'bot' };

/** `POST /twin/events` and what it has announced. */
function lab() {
  const announced = [];
  const isOwner = () => {};
  const routes = twinRoutes({
    bus: { emit: async (...event) => announced.push(event) },
    conversations: {},
    guards: { isOwner },
    instances: { get: (name) => (name === BOT.name ? BOT : undefined) },
  });
  const route = routes.find(({ method, path }) => method === 'POST' && path === '/twin/events');
  assert.deepEqual(route.guards, [isOwner]);
  return { announced, post: (body) => route.handle({ body }) };
}

test('an event is announced as it is, whatever it holds', () => {
  const { announced, post } = lab();
  const data = { key: { id: 'M1', remoteJid: '5521@lid', remoteJidAlt: '5511988887777@s.whatsapp.net' }, pushName: 'Ana \ud83d' };
  assert.deepEqual(post({ instance: 'bot', event: 'messages.upsert', data }), { status: 202, body: { announced: 'messages.upsert' } });
  assert.deepEqual(announced, [['messages.upsert', BOT, data]]);
});

for (const event of ['messages.edited', 'messages.delete', 'messages.update', 'send.message', 'call', 'connection.update']) {
  test(`${event} can be announced`, () => assert.equal(lab().post({ instance: 'bot', event, data: {} }).status, 202));
}

for (const [what, status, body] of [
  ['of an unknown instance', 404, { instance: 'other', event: 'messages.upsert', data: {} }],
  ['that Evolution does not have', 400, { instance: 'bot', event: 'messages.upserted', data: {} }],
  ['without data', 400, { instance: 'bot', event: 'messages.upsert' }],
  ['without an instance', 400, { event: 'messages.upsert', data: {} }],
]) {
  test(`an event ${what} is refused, and nothing is announced`, () => {
    const { announced, post } = lab();
    assert.throws(() => post(body), (error) => error.status === status);
    assert.deepEqual(announced, []);
  });
}
