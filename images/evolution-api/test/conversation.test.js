/**
 * The offline conversation from end to end: real processes, a real Postgres, a real receiver.
 *
 * Runs when TWIN_TEST_DATABASE_URI names a database; everything happens in a schema of its own.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startReceiver } from './support/receiver.js';
import { GLOBAL_KEY, openStage } from './support/stage.js';

const URI = process.env.TWIN_TEST_DATABASE_URI;

/** What WhatsApp would bring. */
const inbound = (id, text) => ({
  numberId: '5511999990000',
  key: { id, remoteJid: '5511988887777@s.whatsapp.net', fromMe: false },
  pushName: 'Ana',
  message: { conversation: text },
  messageType: 'conversation',
});

describe('conversation', { skip: URI ? false : 'TWIN_TEST_DATABASE_URI is not set' }, () => {
  /** @type {Awaited<ReturnType<typeof openStage>>} */
  let stage;
  /** @type {Awaited<ReturnType<typeof startReceiver>>} */
  let receiver;
  const call = (...request) => stage.call(...request);

  before(async () => {
    receiver = await startReceiver();
    stage = await openStage(URI);
    assert.equal((await stage.prisma('migrate', 'deploy')).code, 0);
    await stage.start();
  });

  after(async () => {
    await stage.close();
    receiver.close();
  });

  test('an instance is created open, with its webhook, and announces itself', async () => {
    const webhook = { url: `${receiver.url}/hook`, headers: { Authorization: 'Bearer hush' }, events: [] };
    const names = { instanceName: 'bot', number: '5511999990000', token: 'bot-token' };
    const request = { ...names, integration: 'EVOLUTION', qrcode: false, webhook };
    const { status, body } = await call('POST', '/instance/create', request);
    assert.equal(status, 201);
    assert.equal(body.instance.status, 'open');
    assert.equal(body.hash, 'bot-token');
    assert.deepEqual(readdirSync(path.join(stage.folder, 'instances')), [body.instance.instanceId]);
    assert.equal((await receiver.next('instance.create')).headers.authorization, 'Bearer hush');
    assert.equal((await call('POST', '/instance/create', request, null)).status, 403);
    assert.equal((await call('GET', '/instance/connectionState/bot', undefined, 'bot-token')).body.instance.state, 'open');
  });

  test('an inbound message arrives as often as it is posted', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      const answer = await call('POST', '/webhook/evolution', inbound('A1', 'oi segredo'), null);
      assert.deepEqual(answer, { status: 200, body: { status: 'success' } });
      const { body } = await receiver.next('messages.upsert');
      assert.equal(body.data.key.id, 'A1');
      assert.equal(body.apikey, 'bot-token');
      assert.equal(body.destination, `${receiver.url}/hook`);
    }
  });

  test('a reply is answered, stored and announced', async () => {
    const request = { number: '5511988887777', text: 'olá segredo' };
    const { status, body } = await call('POST', '/message/sendText/bot', request, 'bot-token');
    assert.equal(status, 201);
    assert.deepEqual((await receiver.next('send.message')).body.data, body);
    const found = await call('POST', '/chat/findMessages/bot', { where: { key: { remoteJid: '5511988887777' } } });
    assert.equal(found.body.messages.total, 1);
    assert.deepEqual(found.body.messages.records[0].key, body.key);
  });

  test('a contact that was told what to say holds a conversation', async () => {
    const turns = [{ when: 'nome', answers: ['Ana'] }, { when: 'prazer', answers: ['tchau', 'até'] }];
    assert.equal((await call('POST', '/twin/conversations', { number: '5511977776666', turns })).status, 201);
    const heard = [];
    for (const [text, answers] of [['Qual seu nome?', 1], ['Muito prazer!', 2]]) {
      await call('POST', '/message/sendText/bot', { number: '5511977776666', text }, 'bot-token');
      await receiver.next('send.message');
      for (let index = 0; index < answers; index += 1) heard.push((await receiver.next('messages.upsert')).body.data);
    }
    assert.deepEqual(heard.map(({ message }) => message.conversation), ['Ana', 'tchau', 'até']);
    assert.equal(heard[0].key.remoteJid, '5511977776666@s.whatsapp.net');
    assert.deepEqual((await call('DELETE', '/twin/conversations')).body, { cleared: 1 });
  });

  test('a send may be asked to wait', async () => {
    const started = performance.now();
    await call('POST', '/message/sendText/bot', { number: '5511966665555', text: 'x', delay: 200 }, 'bot-token');
    assert.ok(performance.now() - started >= 195);
    await receiver.next('send.message');
  });

  test('a receiver that was down gets the event later', async () => {
    receiver.status = 503;
    await call('POST', '/webhook/evolution', inbound('A2', 'ainda aí?'), null);
    await receiver.next('messages.upsert');
    receiver.status = 200;
    assert.equal((await receiver.next('messages.upsert')).body.data.key.id, 'A2');
  });

  test('SIGTERM ends it at once, and everything is back after a restart', async () => {
    // An inbound message is stored after its sender was answered: what is not stored yet would be lost.
    while ((await call('POST', '/chat/findMessages/bot', {})).body.messages.total < 11) await new Promise((resolve) => setTimeout(resolve, 20));
    const started = performance.now();
    assert.deepEqual(await stage.stop(), { code: null, signal: 'SIGTERM' });
    assert.ok(performance.now() - started < 500);
    await stage.start();
    const [row] = (await call('GET', '/instance/fetchInstances')).body;
    assert.equal(row.name, 'bot');
    assert.equal(row._count.Message, 11);
    assert.equal((await call('GET', '/webhook/find/bot')).body.url, `${receiver.url}/hook`);
  });

  test('a removed instance is gone with all that was its own', async () => {
    assert.equal((await call('DELETE', '/instance/delete/bot')).status, 200);
    assert.equal((await receiver.next('instance.delete')).body.instance, 'bot');
    await receiver.next('remove.instance');
    while ((await call('GET', '/instance/connectionState/bot')).status !== 404) await new Promise((resolve) => setTimeout(resolve, 20));
    while (readdirSync(path.join(stage.folder, 'instances')).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual((await call('GET', '/instance/fetchInstances')).body, []);
  });

  test('no log line shows a text, a key, a token, a number or the password', async () => {
    await stage.stop();
    const logs = stage.logs();
    assert.ok(logs.includes('WEBHOOKS'));
    for (const secret of ['segredo', 'hush', 'bot-token', GLOBAL_KEY, '5511', new URL(URI).password || 'postgresql://']) {
      assert.ok(!logs.includes(secret), `a log line shows ${secret}`);
    }
  });
});
