import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { createCourier } from '../src/events/courier.js';
import { nextDelaySeconds } from '../src/events/schedule.js';
import { createLog } from '../src/log.js';
import { readRetryPolicy } from '../src/settings/retry.js';

const POLICY = readRetryPolicy({ WEBHOOK_RETRY_JITTER_FACTOR: '0' });
const DELIVERY = {
  body: { event: 'call', instance: 'bot', data: 'private' },
  headers: { Authorization: 'hush' },
  url: 'http://app/?k=hush',
};

/** Runs one delivery to its end without waiting: delays are recorded and the next attempt starts at once. */
async function deliver(answers, policy = POLICY) {
  const delays = [];
  const lines = [];
  let attempts = 0;
  const courier = createCourier({
    log: createLog('webhook', ['ERROR', 'WARN', 'INFO', 'VERBOSE', 'WEBHOOKS'], (line) => lines.push(line)),
    policy,
    post: async () => {
      const answer = answers[Math.min(attempts, answers.length - 1)];
      attempts += 1;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    after: (work, seconds) => {
      delays.push(seconds);
      setImmediate(work);
    },
  });
  courier.send(DELIVERY);
  while (courier.pending > 0) await turn();
  return { attempts, delays, lines };
}

test('failed deliveries are tried at 0, 5, 15, 35 … seconds, ten times', async () => {
  const { attempts, delays } = await deliver([503]);
  assert.equal(attempts, 10);
  assert.deepEqual(delays, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
});

test('a receiver that comes back gets the event once', async () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  assert.equal((await deliver([refused, 502, 204])).attempts, 3);
});

for (const status of [400, 401, 403, 404, 422]) {
  test(`${status} ends the delivery at once`, async () => {
    assert.equal((await deliver([status])).attempts, 1);
  });
}

test('a constant delay can be asked for', async () => {
  const policy = readRetryPolicy({
    WEBHOOK_RETRY_USE_EXPONENTIAL_BACKOFF: 'false',
    WEBHOOK_RETRY_JITTER_FACTOR: '0',
    WEBHOOK_RETRY_MAX_ATTEMPTS: '4',
  });
  assert.deepEqual((await deliver([500], policy)).delays, [5, 5, 5]);
});

test('jitter moves a delay by its share and never below the first', () => {
  const policy = readRetryPolicy({});
  assert.equal(nextDelaySeconds(2, 500, policy, () => 0), 8);
  assert.equal(nextDelaySeconds(2, 500, policy, () => 0.5), 10);
  assert.equal(nextDelaySeconds(1, 500, policy, () => 0), 5);
});

test('no line shows a body, a header or an address', async () => {
  for (const answers of [[200], [401], [500], [new Error('socket hang up')]]) {
    const { lines } = await deliver(answers);
    assert.ok(lines.length > 0);
    for (const line of lines) assert.doesNotMatch(line, /private|hush/);
  }
});

test('what is pending is bounded in size, and one event alone always goes', () => {
  const lines = [];
  const courier = createCourier({
    log: createLog('webhook', ['ERROR'], (line) => lines.push(line)), policy: POLICY, post: () => new Promise(() => {}),
  });
  const half = { ...DELIVERY, body: { ...DELIVERY.body, data: 'x'.repeat(70 * 1024 * 1024) } };
  courier.send(half);
  courier.send(half);
  courier.send(DELIVERY);
  assert.equal(courier.pending, 2);
  assert.equal(lines.length, 1);
  const alone = createCourier({ log: createLog('webhook', [], () => {}), policy: POLICY, post: () => new Promise(() => {}) });
  alone.send({ ...DELIVERY, body: { ...DELIVERY.body, data: 'x'.repeat(130 * 1024 * 1024) } });
  assert.equal(alone.pending, 1);
});

test('what was delivered makes room again', async () => {
  const courier = createCourier({ log: createLog('webhook', [], () => {}), policy: POLICY, post: async () => 200 });
  const large = { ...DELIVERY, body: { ...DELIVERY.body, data: 'x'.repeat(130 * 1024 * 1024) } };
  courier.send(large);
  while (courier.pending > 0) await turn();
  courier.send(DELIVERY);
  courier.send(DELIVERY);
  assert.equal(courier.pending, 2);
});
