/**
 * What callers of the real server get on its EVOLUTION channel, call by call: status and body, taken from 2.3.7 itself.
 *
 * Runs when TWIN_TEST_DATABASE_URI names a database.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CONVERTER_KEY, startConverter } from './support/audioConverter.js';
import { openGate } from './support/gate.js';
import { startReceiver } from './support/receiver.js';
import { openStage } from './support/stage.js';

const URI = process.env.TWIN_TEST_DATABASE_URI;
const BASE64 = 'aGVsbG8h';
const TO = '5511988887777';
const NAMES = { 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 500: 'Internal Server Error' };
const failure = (status, message) => ({ status, body: { status, error: NAMES[status], response: { message } } });
const refused = failure(400, ['Method not available on Evolution Channel']);
const closed = { status: 200, body: { instance: { instanceName: 'bot', state: 'close' } } };

/** @param {Record<string, string>} fields */
function form(fields, name) {
  const content = new FormData();
  for (const [field, value] of Object.entries(fields)) content.append(field, value);
  content.append('file', new Blob(['voice'], { type: 'audio/wav' }), name);
  return content;
}

/** What a message was said to be, without what is new every time. */
function said({ status, body: { key, message, messageType } }) {
  return { status, to: key?.remoteJid, message, messageType };
}

describe('table', { skip: URI ? false : 'TWIN_TEST_DATABASE_URI is not set' }, () => {
  let converter;
  let gate;
  let receiver;
  let stage;
  const call = (...request) => stage.call(...request);
  const post = (route, body, key) => call('POST', `${route}/bot`, body, key);
  const until = async (look) => {
    for (const end = performance.now() + 5000; performance.now() < end; ) {
      const found = await look();
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return assert.fail('did not happen within 5 s');
  };

  before(async () => {
    converter = await startConverter();
    receiver = await startReceiver();
    gate = await openGate(URI.replace(/^postgresql:/, 'http:'));
    const more = { API_AUDIO_CONVERTER: converter.url, API_AUDIO_CONVERTER_KEY: CONVERTER_KEY };
    stage = await openStage(URI, { behind: gate.uri.replace(/^http:/, 'postgresql:').replace(/\/$/, ''), more });
    assert.equal((await stage.prisma('migrate', 'deploy')).code, 0);
    await stage.start();
    const bot = { instanceName: 'bot', integration: 'EVOLUTION', number: '5511999990000', token: 'bot-token' };
    const webhook = { url: receiver.url, events: [] };
    assert.equal((await call('POST', '/instance/create', { ...bot, webhook })).status, 201);
  });

  after(async () => {
    await stage.close();
    await gate.close();
    receiver.close();
    converter.close();
  });

  test('create: without a name it is "undefined" that is taken, without a list of events the webhook is stumbled over', async () => {
    for (const body of [{}, { integration: 'EVOLUTION' }]) {
      assert.deepEqual(await call('POST', '/instance/create', body), failure(403, ['This name "undefined" is already in use.']));
    }
    const hook = { instanceName: 'x', integration: 'EVOLUTION', webhook: { url: 'http://app/' } };
    assert.deepEqual(await call('POST', '/instance/create', hook), failure(400, ["Cannot read properties of undefined (reading 'length')"]));
    assert.deepEqual(await call('POST', '/instance/create', { instanceName: 'x' }), failure(400, ['Invalid integration']));
    assert.equal((await call('GET', '/instance/connectionState/x')).status, 404);
  });

  test('webhook/set: any address is stored; a list is needed to be on; what is not named stays', async () => {
    const set = (webhook) => post('/webhook/set', { webhook });
    const headers = { 'x-a': '1' };
    const nope = await set({ url: 'nope', enabled: true, events: ['CALL'], headers, base64: true });
    assert.deepEqual([nope.status, nope.body.url, nope.body.events], [201, 'nope', ['CALL']]);
    assert.deepEqual(await set({ url: 'http://app/', enabled: true }), failure(500, "Cannot read properties of undefined (reading 'length')"));
    const off = await set({ url: 'http://app/', enabled: false });
    assert.deepEqual([off.status, off.body.events, off.body.headers, off.body.webhookBase64], [201, [], headers, true]);
    assert.deepEqual(await set({}), failure(400, [['webhook requires property "enabled"', 'webhook requires property "url"']]));
    assert.deepEqual(await post('/webhook/set', { url: 'x' }), failure(400, [['instance requires property "webhook"']]));
    assert.equal((await set({ url: receiver.url, enabled: true, events: [] })).status, 201);
  });

  test('sendText: any text is a number, what is quoted stays by its key', async () => {
    const send = (body) => post('/message/sendText', body, 'bot-token');
    assert.deepEqual(said(await send({ number: 'abc', text: '' })), {
      status: 201, to: 'abc', message: { conversation: '' }, messageType: 'conversation',
    });
    const quoted = { key: { id: 'A' }, message: { conversation: 'q' } };
    assert.deepEqual((await send({ number: TO, text: 'x', quoted })).body.message, { conversation: 'x', quoted: { id: 'A' } });
    assert.deepEqual(await send({ number: TO, text: 'x', quoted: {} }), failure(400, ['Message not found']));
    assert.deepEqual(await send({ number: 5, text: 'x', delay: 'y' }), failure(400, [['Invalid format', 'Enter a value in milliseconds']]));
    assert.deepEqual(await send({}), failure(400, [['instance requires property "number"', 'instance requires property "text"']]));
  });

  for (const kind of ['image', 'video', 'audio', 'document']) {
    test(`sendMedia: of ${kind} an address alone is kept`, async () => {
      const send = (media) => post('/message/sendMedia', { number: TO, mediatype: kind, media, fileName: 'a.b', caption: 'c' });
      const url = 'http://files.example/a.png';
      const messageType = `${kind}Message`;
      assert.deepEqual(said(await send(url)), { status: 201, to: TO, message: { mediaUrl: url }, messageType });
      assert.deepEqual(said(await send(BASE64)), { status: 201, to: TO, message: { mediaUrl: null }, messageType });
      const file = await post('/message/sendMedia', form({ number: TO, mediatype: kind, fileName: 'a.b' }, 'a.b'));
      assert.deepEqual(said(file), { status: 201, to: TO, message: { mediaUrl: null }, messageType });
    });
  }

  test('sendMedia: what is no media is refused', async () => {
    const send = (more) => post('/message/sendMedia', { number: TO, mediatype: 'document', ...more });
    assert.deepEqual(await send({ media: BASE64 }), failure(400, ['For base64 the file name must be informed.']));
    for (const media of [undefined, 'http://minio:9000/a.png', `data:image/png;base64,${BASE64}`]) {
      assert.deepEqual(await send({ media }), failure(400, ['Owned media must be a url or base64']));
    }
    const unnamed = await post('/message/sendMedia', form({ number: TO, mediatype: 'document' }, 'a.pdf'));
    assert.deepEqual(unnamed, failure(500, ["TypeError: Cannot read properties of null (reading '1')"]));
    const wrong = form({ number: TO, mediatype: 'image' }, 'a.png');
    wrong.append('other', new Blob(['x']), 'b.png');
    assert.deepEqual(await post('/message/sendMedia', wrong), failure(500, 'Unexpected field'));
  });

  test('sendWhatsAppAudio: a file alone is taken, converted, and kept nowhere', async () => {
    const send = (audio) => post('/message/sendWhatsAppAudio', { number: TO, audio });
    for (const audio of [BASE64, 'http://files.example/a.mp3']) {
      assert.deepEqual(await send(audio), failure(500, 'File or buffer is undefined.'));
    }
    assert.deepEqual(await send('x'), failure(400, ['Owned media must be a url, base64, or valid file with buffer']));
    assert.equal(converter.calls.length, 0);
    const file = await post('/message/sendWhatsAppAudio', form({ number: TO }, 'a.wav'));
    assert.deepEqual(said(file), { status: 201, to: TO, message: { mediaUrl: null }, messageType: 'audioMessage' });
    const [{ file: sent, format, key }] = converter.calls;
    assert.deepEqual([sent, format, key], [{ name: 'a.wav', text: 'voice', type: 'audio/wav' }, 'mp4', CONVERTER_KEY]);
    converter.reply = { status: 500, body: { error: 'no audio' } };
    const message = ['AxiosError: Request failed with status code 500'];
    assert.deepEqual(await post('/message/sendWhatsAppAudio', form({ number: TO }, 'a.wav')), failure(500, message));
    converter.reply = undefined;
  });

  test('what this channel has not is refused by name', async () => {
    assert.deepEqual(await post('/chat/getBase64FromMediaMessage', { message: { key: { id: 'A' } } }), refused);
    assert.deepEqual(await post('/chat/sendPresence', { number: TO, presence: 'composing', delay: 1 }), refused);
    assert.deepEqual(await post('/message/sendReaction', { key: {}, reaction: '👍' }), refused);
    const { status, error, response: { message } } = refused.body;
    assert.deepEqual(await post('/chat/whatsappNumbers', { numbers: [TO] }), { status, body: { status, error, message } });
  });

  test('an inbound image keeps its base64, in the event and in the row', async () => {
    const message = { imageMessage: { caption: 'foto' }, base64: BASE64 };
    const key = { id: 'IMG', remoteJid: '5521@lid', fromMe: false };
    const event = { numberId: '5511999990000', key, pushName: 'Ana', message, messageType: 'imageMessage' };
    assert.deepEqual(await call('POST', '/webhook/evolution', event, null), { status: 200, body: { status: 'success' } });
    assert.deepEqual((await receiver.next('messages.upsert')).body.data.message, message);
    const find = () => post('/chat/findMessages', { where: { key: { id: 'IMG' } } });
    const record = await until(async () => (await find()).body.messages.records[0]);
    assert.deepEqual([record.key, record.message], [key, message]);
  });

  test('contacts and chats are known by what came in', async () => {
    for (const event of ['contacts.upsert', 'chats.upsert']) {
      assert.equal((await receiver.next(event)).body.data.remoteJid, '5521@lid');
    }
    const contacts = await until(async () => {
      const found = (await post('/chat/findContacts', { where: { remoteJid: '5521@lid' } })).body;
      return found.length > 0 && found;
    });
    const { pushName, isSaved, type } = contacts[0];
    assert.deepEqual([pushName, isSaved, type], ['Ana', true, 'contact']);
    const [chat] = (await post('/chat/findChats', { where: { remoteJid: '5521@lid' } })).body;
    assert.deepEqual([chat.id, chat.windowActive, chat.unreadCount], [contacts[0].id, true, 0]);
    assert.deepEqual(chat.lastMessage.message, { imageMessage: { caption: 'foto' } });
  });

  test('guards: an instance is looked for before the key, and no key opens another instance', async () => {
    assert.deepEqual(await call('GET', '/instance/connectionState/zzz', undefined, null), failure(404, ['The "zzz" instance does not exist']));
    for (const key of [null, 'nope']) assert.deepEqual(await call('GET', '/instance/fetchInstances', undefined, key), failure(401, 'Unauthorized'));
    assert.equal((await call('GET', '/instance/fetchInstances', undefined, 'bot-token')).body[0].name, 'bot');
    assert.equal((await call('GET', '/instance/fetchInstances?instanceName=other', undefined, 'bot-token')).status, 401);
    assert.deepEqual(await call('GET', '/instance/fetchInstances?instanceId=9'), failure(404, ['Instance "9" not found']));
  });

  test('without Postgres a valid token is a 401, and the global key sees what fails', async () => {
    await gate.close();
    const state = '/instance/connectionState/bot';
    assert.deepEqual(await call('GET', state, undefined, 'bot-token'), failure(401, 'Unauthorized'));
    assert.deepEqual(await post('/message/sendText', { number: TO, text: 'x' }, 'bot-token'), failure(401, 'Unauthorized'));
    assert.equal((await call('GET', state)).body.instance.state, 'open');
    const send = await post('/message/sendText', { number: TO, text: 'x' });
    assert.equal(send.status, 400);
    assert.match(send.body.response.message[0], /^PrismaClientKnownRequestError: \nInvalid `/);
    const list = await call('GET', '/instance/fetchInstances');
    assert.equal(list.status, 500);
    assert.match(list.body.response.message, /^\nInvalid `/);
    assert.equal((await call('GET', '/instance/connectionState/zzz')).status, 500);
    assert.equal((await call('POST', '/webhook/evolution', { numberId: '5511999990000' }, null)).status, 500);
    assert.deepEqual(await call('GET', '/settings/find/bot'), { status: 200, body: null });
    await gate.open();
    await until(async () => (await call('GET', state, undefined, 'bot-token')).status === 200);
  });

  test('after a logout everything works but the state, which no call brings back', async () => {
    assert.equal((await call('DELETE', '/instance/logout/bot')).status, 200);
    assert.deepEqual(await call('DELETE', '/instance/logout/bot'), failure(400, ['The "bot" instance is not connected']));
    assert.deepEqual(await call('GET', '/instance/connectionState/bot'), closed);
    assert.equal((await call('GET', '/instance/fetchInstances')).body[0].connectionStatus, 'open');
    assert.equal((await post('/message/sendText', { number: TO, text: 'x' })).status, 201);
    assert.deepEqual(await post('/instance/restart'), { status: 200, body: { error: true, message: '[object Object]' } });
    assert.deepEqual(await call('GET', '/instance/connect/bot'), { status: 200, body: {} });
    assert.deepEqual(await call('GET', '/instance/connectionState/bot'), closed);
    const key = { id: 'LATE', remoteJid: '5521@lid', fromMe: false };
    const event = { numberId: '5511999990000', key, message: { conversation: 'x' }, messageType: 'conversation' };
    assert.equal((await call('POST', '/webhook/evolution', event, null)).status, 200);
    await until(async () => (await post('/chat/findMessages', { where: { key: { id: 'LATE' } } })).body.messages.total === 1);
    await stage.stop();
    await stage.start();
    assert.equal((await call('GET', '/instance/connectionState/bot')).body.instance.state, 'open');
    assert.deepEqual(await post('/instance/restart'), { status: 200, body: { instance: { instanceName: 'bot', state: 'open' } } });
  });

  test('a deleted instance is closed at once, and gone when its webhook has heard of it', async () => {
    receiver.status = 503;
    assert.equal((await call('DELETE', '/instance/delete/bot')).status, 200);
    assert.deepEqual(await call('GET', '/instance/connectionState/bot'), closed);
    receiver.status = 200;
    await until(async () => (await call('GET', '/instance/connectionState/bot')).status === 404);
    assert.deepEqual((await call('GET', '/instance/fetchInstances')).body, []);
  });
});
