/**
 * Events on a real RabbitMQ, through a gate that can be closed.
 *
 * Runs when TWIN_TEST_RABBITMQ_URI and TWIN_TEST_DATABASE_URI are set; its exchanges and queues carry names of its own.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import amqp from 'amqplib';
import { openGate } from './support/gate.js';
import { openStage } from './support/stage.js';

const { TWIN_TEST_DATABASE_URI: DATABASE, TWIN_TEST_RABBITMQ_URI: BROKER } = process.env;
const SKIP = DATABASE && BROKER ? false : 'TWIN_TEST_DATABASE_URI and TWIN_TEST_RABBITMQ_URI are not both set';
const OWN = `twin-test-${process.pid}`;
const INBOUND = `${OWN}.messages.upsert`;

describe('broker', { skip: SKIP }, () => {
  let connection;
  let gate;
  let stage;
  const say = (id) =>
    stage.call('POST', '/webhook/evolution', {
      numberId: '5511999990000',
      key: { id, remoteJid: '5511988887777@s.whatsapp.net', fromMe: false },
      message: { conversation: 'oi' },
      messageType: 'conversation',
    });

  /** The next message of a queue, waited for; `undefined` when there is no queue or it stays empty. */
  const next = async (queue, withinMs = 5_000) => {
    if (!(await exists(queue))) {
      await new Promise((resolve) => setTimeout(resolve, withinMs));
      return undefined;
    }
    const channel = await connection.createChannel();
    try {
      for (const end = performance.now() + withinMs; performance.now() < end; ) {
        const message = await channel.get(queue, { noAck: true });
        if (message) return { ...message.fields, body: JSON.parse(message.content) };
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return undefined;
    } finally {
      await channel.close();
    }
  };
  /** Says 1, 2, 3 … until one of them arrives: how many are lost is a race between the binding and the messages. */
  const firstToArrive = async (send, queue) => {
    const end = performance.now() + 15_000;
    for (let number = 1; performance.now() < end; number += 1) {
      await send(String(number));
      const message = await next(queue, 100);
      if (message) return message;
    }
    return assert.fail(`nothing arrived in ${queue}:\n${stage.output()}`);
  };
  const exists = async (queue) => {
    const channel = await connection.createChannel();
    channel.on('error', (error) => assert.equal(error.code, 404));
    try {
      await channel.checkQueue(queue);
      await channel.close();
      return true;
    } catch (error) {
      if (error.code !== 404) throw error;
      return false;
    }
  };

  before(async () => {
    connection = await amqp.connect(BROKER);
    gate = await openGate(BROKER);
    stage = await openStage(DATABASE, { more: {
      RABBITMQ_ENABLED: 'true',
      RABBITMQ_URI: gate.uri,
      RABBITMQ_EXCHANGE_NAME: OWN,
      RABBITMQ_PREFIX_KEY: OWN,
      RABBITMQ_GLOBAL_ENABLED: 'true',
      RABBITMQ_EVENTS_MESSAGES_UPSERT: 'true',
      RABBITMQ_EVENTS_GROUP_UPDATE: 'true',
    } });
    assert.equal((await stage.prisma('migrate', 'deploy')).code, 0);
    await stage.start();
    await stage.says(/connected to RabbitMQ/);
  });

  after(async () => {
    await stage.close();
    await gate.close();
    const channel = await connection.createChannel();
    await channel.deleteQueue(INBOUND);
    await channel.deleteExchange(OWN);
    await connection.close();
  });

  test('an instance is created', async () => {
    const request = { instanceName: 'bot', number: '5511999990000', token: 't', integration: 'EVOLUTION' };
    assert.equal((await stage.call('POST', '/instance/create', request)).status, 201);
  });

  test('a queue of the variable nobody reads is not there', async () => {
    assert.equal(await exists(INBOUND), true);
    assert.equal(await exists(`${OWN}.group.update`), false);
  });

  test('the first event of a fresh binding is lost, a later one arrives, without a destination', async () => {
    const message = await firstToArrive(say, INBOUND);
    assert.notEqual(message.body.data.key.id, '1');
    assert.deepEqual([message.exchange, message.routingKey], [OWN, 'messages.upsert']);
    assert.equal(message.body.instance, 'bot');
    assert.equal('destination' in message.body, false);
  });

  test('a queue is a durable quorum queue', async () => {
    const channel = await connection.createChannel();
    channel.on('error', (error) => assert.equal(error.code, 406));
    await assert.rejects(channel.assertQueue(INBOUND, { durable: true }), /inequivalent arg 'x-queue-type'/);
  });

  test('what happens while the broker is away is dropped, and it is found again', async () => {
    const before = stage.output().length;
    await gate.close();
    await stage.says(/lost RabbitMQ/, before);
    assert.equal((await say('unheard')).status, 200);
    await stage.says(/dropped an event/, before);
    await gate.open();
    await stage.says(/connected to RabbitMQ/, before);
    await say('heard');
    assert.equal((await next(INBOUND)).body.data.key.id, 'heard');
    assert.equal(await next(INBOUND, 200), undefined);
  });

  test('a broker that is absent does not keep the server from starting', async () => {
    await stage.stop();
    await gate.close();
    await stage.start();
    await stage.says(/could not connect to RabbitMQ[^]*will try RabbitMQ again attempt=1 seconds=5/);
    assert.equal((await say('x')).status, 200);
    await gate.open();
    await stage.says(/connected to RabbitMQ/);
  });

  test('no line shows the password', async () => {
    await stage.stop();
    const { password } = new URL(BROKER);
    assert.ok(password && !stage.logs().includes(password));
    await stage.start();
  });
});
