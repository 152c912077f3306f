import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLink } from '../src/events/link.js';
import { brokerAddress, eventBinding, rabbitmqChannel, startBindings } from '../src/events/rabbitmq.js';

const QUIET = { error: () => {}, info: () => {}, warn: () => {} };
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('user and password are taken as they stand in the address', () => {
  const address = brokerAddress({ frameMaxBytes: 8192, uri: 'amqp://evo:p%40ss@rabbitmq/evolution' });
  assert.equal(address.password, 'p%40ss');
  assert.deepEqual([address.hostname, address.port, address.vhost], ['rabbitmq', 5672, 'evolution']);
  assert.equal(address.frameMax, 8192);
});

test('without a path the vhost is /, without a user it is guest', () => {
  const address = brokerAddress({ frameMaxBytes: 131072, uri: 'amqp://localhost' });
  assert.deepEqual([address.vhost, address.username, address.frameMax], ['/', 'guest', 131072]);
});

test('an address that is none is refused without being shown', () => {
  assert.throws(
    () => brokerAddress({ frameMaxBytes: 8192, uri: 'evo:hunter2@rabbitmq' }),
    (error) => error.name === 'SettingsError' && !error.message.includes('hunter2'),
  );
});

test('queues are named after the event, and bound at start by a name no message is routed by', () => {
  const settings = { exchange: 'x', events: ['MESSAGES_UPSERT'], prefix: 'evo' };
  assert.deepEqual(startBindings(settings), [{ exchange: 'x', key: 'MESSAGES_UPSERT', queue: 'evo.messages.upsert' }]);
  assert.deepEqual(eventBinding(settings, 'messages.upsert'), { exchange: 'x', key: 'messages.upsert', queue: 'evo.messages.upsert' });
});

test('without a prefix the queues of the start carry the word undefined, with an empty one they do not', () => {
  const settings = { exchange: 'x', events: ['CALL'] };
  assert.equal(startBindings(settings)[0].queue, 'undefined.call');
  assert.equal(startBindings({ ...settings, prefix: '' })[0].queue, 'call');
  assert.equal(eventBinding(settings, 'call').queue, 'call');
});

/** A link whose tries are answered by `open`, with the delays it asked for and the work that waits for them. */
function lab(open) {
  const delays = [];
  const due = [];
  const link = createLink({
    log: QUIET,
    open,
    onOpen: () => {},
    after: (work, seconds) => {
      delays.push(seconds);
      due.push(work);
    },
  });
  const settle = async () => {
    await turn();
    while (due.length > 0) {
      due.shift()();
      await turn();
    }
  };
  return { delays, link, settle };
}

test('an absent broker is tried after 5, 10, 20 … 160 seconds, ten times, and never again', async () => {
  let tries = 0;
  const { delays, link, settle } = lab(async () => {
    tries += 1;
    throw new Error('refused');
  });
  link.start();
  await settle();
  assert.deepEqual(delays, [5, 10, 20, 40, 80, 160, 160, 160, 160, 160]);
  assert.equal(tries, 11);
  assert.equal(link.channel(), undefined);
  await settle();
  assert.equal(tries, 11);
});

test('a broker that is lost and comes back gives the tries back, and is lost once per connection', async () => {
  const losses = [];
  const { delays, link, settle } = lab(async (onLost) => {
    losses.push(onLost);
    return { channel: { number: losses.length }, close: async () => {} };
  });
  link.start();
  await turn();
  assert.deepEqual(link.channel(), { number: 1 });
  for (const expected of [2, 3]) {
    link.lose(new Error('torn'));
    link.lose(new Error('torn again'));
    assert.equal(link.channel(), undefined);
    await settle();
    assert.deepEqual(link.channel(), { number: expected });
  }
  assert.deepEqual(delays, [5, 5]);
});

test('events without a connection are dropped', async () => {
  const dropped = [];
  const channel = rabbitmqChannel({
    log: { ...QUIET, warn: (message, { event }) => dropped.push(event) },
    settings: { enabled: true, globalEnabled: true, events: ['CALL'] },
    link: () => ({ channel: () => undefined, lose: () => {}, start: () => {} }),
  });
  await channel.deliver({ event: 'call', instance: 'bot' });
  assert.deepEqual(dropped, ['call']);
});
