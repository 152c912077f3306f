import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { createBus, envelope } from '../src/events/bus.js';
import { nextDelaySeconds, webhookChannel } from '../src/events/webhook.js';
import { createLog } from '../src/log.js';
import { readSettings } from '../src/settings.js';
import { startReceiver } from './support/receiver.js';

const MINIMAL = { DATABASE_CONNECTION_URI: 'postgresql://u@db/x', DATABASE_PROVIDER: 'postgresql', SERVER_TYPE: 'http' };
const INSTANCE = { id: 'i1', name: 'bot', token: 'bot-token' };
const settings = (exposeInPayloads) => ({ auth: { exposeInPayloads }, server: { url: 'https://evo.example' } });
const policyOf = (env) => readSettings({ ...MINIMAL, WEBHOOK_RETRY_JITTER_FACTOR: '0', ...env }).webhook;
let receiver;

before(async () => {
  receiver = await startReceiver();
});
beforeEach(() => {
  receiver.calls.length = 0;
  receiver.status = 200;
});
after(() => receiver.close());

/** Runs one delivery to its end: delays are recorded, and pass at once. `row` is what stands in the table. */
async function deliver({ env = {}, event = 'call', onPause = () => {}, row = {} } = {}) {
  const delays = [];
  const lines = [];
  const webhook = { enabled: true, events: ['CALL', 'MESSAGES_UPSERT'], headers: null, url: `${receiver.url}/hook`, ...row };
  const channel = webhookChannel({
    log: createLog('webhook', ['ERROR', 'WARN', 'INFO', 'VERBOSE', 'WEBHOOKS'], (line) => lines.push(line)),
    policy: policyOf(env),
    store: { webhook: async () => webhook },
    pause: async (seconds) => onPause(delays.push(seconds)),
  });
  await channel.deliver(envelope(event, INSTANCE, { text: 'private' }, settings(true), new Date(0)), INSTANCE);
  return { delays, lines };
}

test('a webhook body has the fields of the real server, in its order', async () => {
  await deliver({ row: { headers: { Authorization: 'Bearer hush', 'X-Number': 7 } } });
  const [{ body, headers, path }] = receiver.calls;
  assert.deepEqual(Object.keys(body), ['event', 'instance', 'data', 'destination', 'date_time', 'server_url', 'apikey']);
  assert.deepEqual([path, body.destination, body.apikey], ['/hook', `${receiver.url}/hook`, 'bot-token']);
  assert.deepEqual([headers.authorization, headers['x-number'], headers['content-type']], ['Bearer hush', '7', 'application/json']);
  assert.match(headers['user-agent'], /^axios\/1\.\d+\.\d+$/);
});

test('by events, the event becomes the end of the path', async () => {
  await deliver({ event: 'messages.upsert', row: { webhookByEvents: true } });
  assert.equal(receiver.calls[0].path, '/hook/messages-upsert');
});

test('a webhook that is off, subscribed to something else or no address gets nothing', async () => {
  for (const row of [{ enabled: false }, { events: ['MESSAGES_SET'] }, { url: 'nope' }]) await deliver({ row });
  assert.deepEqual(receiver.calls, []);
});

test('failed deliveries are tried at 0, 5, 15, 35 … seconds, ten times', async () => {
  receiver.status = 503;
  const { delays } = await deliver();
  assert.deepEqual(delays, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
  assert.equal(receiver.calls.length, 10);
});

test('a receiver that comes back gets the event once more', async () => {
  receiver.status = 502;
  const onPause = () => {
    receiver.status = 204;
  };
  assert.deepEqual((await deliver({ onPause })).delays, [5]);
  assert.equal(receiver.calls.length, 2);
});

for (const status of [400, 401, 403, 404, 422]) {
  test(`${status} ends the delivery at once`, async () => {
    receiver.status = status;
    assert.deepEqual((await deliver()).delays, []);
  });
}

test('a constant delay can be asked for', async () => {
  receiver.status = 500;
  const env = { WEBHOOK_RETRY_USE_EXPONENTIAL_BACKOFF: 'false', WEBHOOK_RETRY_MAX_ATTEMPTS: '4' };
  assert.deepEqual((await deliver({ env })).delays, [5, 5, 5]);
});

test('jitter moves a delay by its share and never below the first', () => {
  const policy = policyOf({ WEBHOOK_RETRY_JITTER_FACTOR: undefined });
  assert.equal(nextDelaySeconds(2, 500, policy, () => 0), 8);
  assert.equal(nextDelaySeconds(2, 500, policy, () => 0.5), 10);
  assert.equal(nextDelaySeconds(1, 500, policy, () => 0), 5);
});

test('no line shows a body, a header or an address', async () => {
  for (const [status, url] of [[200], [401], [500], [200, 'http://127.0.0.1:1/?k=hush']]) {
    receiver.status = status;
    const { lines } = await deliver({ row: { headers: { Authorization: 'hush' }, ...(url ? { url } : {}) } });
    assert.ok(lines.length > 0);
    for (const line of lines) assert.doesNotMatch(line, /private|hush/);
  }
});

test('the token leaves only where the settings expose it', () => {
  assert.equal(envelope('call', INSTANCE, {}, settings(false)).apikey, null);
});

test('date_time is local time with a false Z', () => {
  const now = new Date('2026-01-01T12:00:00.000Z');
  now.getTimezoneOffset = () => 180;
  assert.equal(envelope('call', INSTANCE, {}, settings(false), now).date_time, '2026-01-01T09:00:00.000Z');
});

test('a channel that fails is logged and does not stop the next', async () => {
  const seen = [];
  const log = { error: (message, facts) => seen.push(facts.channel) };
  const channels = [
    { name: 'broken', deliver: async () => { throw new Error('no'); } },
    { name: 'fine', deliver: async () => { seen.push('fine'); } },
  ];
  await createBus(channels, settings(false), log).emit('call', INSTANCE, {});
  assert.deepEqual(seen, ['broken', 'fine']);
});
