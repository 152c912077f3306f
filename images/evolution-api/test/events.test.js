import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { subscriptionName } from '../src/contract.js';
import { incoming, outgoing } from '../src/domain/messages.js';
import { createBus } from '../src/events/bus.js';
import { addressed, envelope, localTime } from '../src/events/envelope.js';
import { authorization } from '../src/events/jwt.js';
import { webhookHeaders } from '../src/events/post.js';
import { globalWebhook, instanceWebhooks, target } from '../src/events/webhooks.js';

const INSTANCE = { id: 'i1', name: 'bot', token: 'bot-token' };
const settings = (exposeInPayloads) => ({ auth: { exposeInPayloads }, server: { url: 'https://evo.example' } });

test('a webhook body has the fields of the real server, in its order', () => {
  const body = addressed(envelope('messages.upsert', INSTANCE, { a: 1 }, settings(true), new Date(0)), 'http://app/hook');
  assert.deepEqual(Object.keys(body), ['event', 'instance', 'data', 'destination', 'date_time', 'server_url', 'apikey']);
  assert.equal(body.apikey, 'bot-token');
});

test('the token leaves only where the settings expose it', () => {
  assert.equal(envelope('call', INSTANCE, {}, settings(false)).apikey, null);
});

test('date_time is local time with a false Z', () => {
  const now = new Date('2026-01-01T12:00:00.000Z');
  now.getTimezoneOffset = () => 180;
  assert.equal(localTime(now), '2026-01-01T09:00:00.000Z');
});

test('events are subscribed by one name and put into paths by another', () => {
  assert.equal(subscriptionName('messages.upsert'), 'MESSAGES_UPSERT');
  assert.equal(target('http://app/hook', 'messages.upsert', true), 'http://app/hook/messages-upsert');
  assert.equal(target('http://app/hook', 'messages.upsert', false), 'http://app/hook');
});

test('an inbound message keeps its id and names its instance', () => {
  const event = { key: { id: 'A', remoteJid: '55@s.whatsapp.net', fromMe: false }, pushName: 'Ana', message: { conversation: 'oi' } };
  const { messageTimestamp, ...rest } = incoming(INSTANCE, event);
  assert.deepEqual(rest, { ...event, messageType: 'conversation', source: 'unknown', instanceId: 'i1' });
  assert.ok(Number.isInteger(messageTimestamp));
});

test('a sent message has no pushName, no status and a remoteJid without suffix', () => {
  const message = outgoing(INSTANCE, {
    id: 'x1', message: { conversation: 'olá' }, messageType: 'conversation', number: '5511988887777',
  });
  assert.deepEqual(Object.keys(message), ['key', 'message', 'messageType', 'messageTimestamp', 'source', 'instanceId']);
  assert.deepEqual(message.key, { fromMe: true, id: 'x1', remoteJid: '5511988887777' });
});

test('stored headers are sent as they are and win over those of the client', () => {
  const headers = new Headers(webhookHeaders({ Authorization: 'Bearer x', 'X-Number': 7 }, Buffer.from('{}')));
  assert.equal(headers.get('authorization'), 'Bearer x');
  assert.equal(headers.get('x-number'), '7');
  assert.equal(headers.get('content-length'), '2');
  assert.match(headers.get('user-agent'), /^axios\/1\.\d+\.\d+$/);
});

test('jwt_key signs instead of being sent', () => {
  const headers = webhookHeaders({ jwt_key: 's3cret' }, Buffer.from(''));
  assert.equal(headers.jwt_key, undefined);
  const [head, claims, signature] = headers.Authorization.replace('Bearer ', '').split('.');
  assert.equal(signature, createHmac('sha256', 's3cret').update(`${head}.${claims}`).digest('base64url'));
  const token = authorization('s3cret', new Date(1_000_000)).split('.')[1];
  const { iat, exp, ...rest } = JSON.parse(Buffer.from(token, 'base64url'));
  assert.equal(exp - iat, 600);
  assert.deepEqual(rest, { app: 'evolution', action: 'webhook' });
});

test('an instance webhook that is off, absent or subscribed to something else gets nothing', async () => {
  const sent = [];
  for (const row of [undefined, { enabled: false, events: ['CALL'] }, { enabled: true, events: ['MESSAGES_SET'] }]) {
    const channel = instanceWebhooks({ find: async () => row }, { send: (delivery) => sent.push(delivery) });
    await channel.deliver(envelope('call', INSTANCE, {}, settings(false)), INSTANCE);
  }
  assert.deepEqual(sent, []);
});

test('the global webhook hears what the environment lists', async () => {
  const sent = [];
  const hook = { byEvents: true, enabled: true, events: ['CALL'], url: 'http://app/all' };
  const channel = globalWebhook(hook, { send: (delivery) => sent.push(delivery.url) });
  for (const event of ['call', 'send.message']) await channel.deliver(envelope(event, INSTANCE, {}, settings(false)));
  assert.deepEqual(sent, ['http://app/all/call']);
});

test('a channel that fails is logged and does not stop the next', async () => {
  const seen = [];
  const log = { error: (message, facts) => seen.push(facts.channel) };
  const channels = [
    { name: 'broken', deliver: async () => { throw new Error('no'); } },
    { name: 'fine', deliver: async () => { seen.push('fine'); } },
  ];
  await createBus(channels, settings(false), log).emit('call', INSTANCE, {});
  assert.deepEqual(seen.sort(), ['broken', 'fine']);
});
