import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCreateRequest } from '../src/domain/createRequest.js';
import { readRabbitmqRequest } from '../src/domain/rabbitmqRequest.js';
import { EVENTS } from '../src/contract.js';
import { rabbitmqChannel } from '../src/events/rabbitmq.js';
import { brokerAddress } from '../src/rabbitmq/address.js';
import { createLink } from '../src/rabbitmq/link.js';
import { globalBinding, instanceBinding, startBindings } from '../src/rabbitmq/queues.js';
import { rabbitmqRoutes } from '../src/routes/rabbitmq.js';
import { readRabbitmq } from '../src/settings/rabbitmq.js';

const QUIET = { error: () => {}, info: () => {}, warn: () => {} };
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('group updates are switched on by the variable that is read, not by the one of the examples', () => {
  assert.deepEqual(readRabbitmq({ RABBITMQ_EVENTS_GROUP_UPDATE: 'true' }).globalEvents, []);
  assert.deepEqual(readRabbitmq({ RABBITMQ_EVENTS_GROUPS_UPDATE: 'true' }).globalEvents, ['GROUP_UPDATE']);
});

test('variables nobody reads switch nothing on', () => {
  const env = { RABBITMQ_EVENTS_REMOVE_INSTANCE: 'true', RABBITMQ_EVENTS_LOGOUT_INSTANCE: 'true' };
  assert.deepEqual(readRabbitmq(env).globalEvents, []);
});

test('user and password are taken as they stand in the address', () => {
  const address = brokerAddress(readRabbitmq({ RABBITMQ_URI: 'amqp://evo:p%40ss@rabbitmq/evolution' }));
  assert.equal(address.password, 'p%40ss');
  assert.deepEqual([address.hostname, address.port, address.vhost], ['rabbitmq', 5672, 'evolution']);
  assert.equal(address.frameMax, 8192);
});

test('without a path the vhost is /, without a user it is guest', () => {
  const address = brokerAddress(readRabbitmq({ RABBITMQ_URI: 'amqp://localhost', RABBITMQ_FRAME_MAX: '131072' }));
  assert.deepEqual([address.vhost, address.username, address.frameMax], ['/', 'guest', 131072]);
});

test('an address that is none is refused without being shown', () => {
  assert.throws(
    () => brokerAddress({ frameMaxBytes: 8192, uri: 'evo:hunter2@rabbitmq' }),
    (error) => error.name === 'SettingsError' && !error.message.includes('hunter2'),
  );
});

test('queues are named after the event, and bound at start by a name no message is routed by', () => {
  const settings = { exchange: 'x', globalEvents: ['MESSAGES_UPSERT'], prefix: 'evo' };
  assert.deepEqual(startBindings(settings), [{ exchange: 'x', key: 'MESSAGES_UPSERT', queue: 'evo.messages.upsert' }]);
  assert.deepEqual(globalBinding(settings, 'messages.upsert'), { exchange: 'x', key: 'messages.upsert', queue: 'evo.messages.upsert' });
  assert.deepEqual(instanceBinding('bot', 'send.message'), { exchange: 'bot', key: 'send.message', queue: 'bot.send.message' });
});

test('without a prefix the queues of the start carry the word undefined, with an empty one they do not', () => {
  const settings = { exchange: 'x', globalEvents: ['CALL'] };
  assert.equal(startBindings(settings)[0].queue, 'undefined.call');
  assert.equal(startBindings({ ...settings, prefix: '' })[0].queue, 'call');
  assert.equal(globalBinding(settings, 'call').queue, 'call');
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

test('events without a connection are dropped and leave no row to be read', async () => {
  const channel = rabbitmqChannel({
    log: QUIET,
    settings: { enabled: true },
    store: { find: () => assert.fail('was read') },
    link: () => ({ channel: () => undefined, lose: () => {}, start: () => {} }),
  });
  await channel.deliver({ event: 'call' }, { id: '1', name: 'bot' });
});

test('a new instance that names the object is on, whatever it says, and only where there is a broker', () => {
  const create = (rabbitmq, broker) => readCreateRequest({ instanceName: 'bot', integration: 'EVOLUTION', rabbitmq }, broker).rabbitmq;
  assert.deepEqual(create({ enabled: false, events: ['CALL'] }, true), { enabled: true, events: ['CALL'] });
  assert.deepEqual(create({ enabled: true, events: [] }, true).events, EVENTS);
  assert.equal(create({ enabled: true }, false), undefined);
  assert.equal(create(undefined, true), undefined);
  assert.throws(() => create({ enabled: true }, true), { status: 400 });
});

test('what is off subscribes to nothing', () => {
  assert.deepEqual(readRabbitmqRequest({ enabled: false, events: ['CALL'] }), { enabled: false, events: [] });
});

test('the routes store and show the row, and answer empty where RabbitMQ is off', async () => {
  const rows = new Map();
  const store = {
    find: async (id) => rows.get(id),
    save: async (id, row) => rows.set(id, row).get(id),
  };
  const parts = { guards: {}, instances: { known: () => ({ id: '1' }) }, store };
  const call = { params: { instanceName: 'bot' }, body: { rabbitmq: { enabled: true, events: ['CALL'] } } };
  const [offSet, offFind] = rabbitmqRoutes({ ...parts, enabled: false });
  assert.deepEqual([await offSet.handle(call), await offFind.handle(call)], [{ status: 201 }, { status: 200 }]);
  const [set, find] = rabbitmqRoutes({ ...parts, enabled: true });
  assert.deepEqual(await find.handle(call), { status: 200, body: null });
  const row = { enabled: true, events: ['CALL'] };
  assert.deepEqual(await set.handle(call), { status: 201, body: row });
  assert.deepEqual(await find.handle(call), { status: 200, body: row });
  await assert.rejects(set.handle({ ...call, body: { enabled: true } }), { status: 400 });
});
