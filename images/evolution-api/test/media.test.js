/**
 * Media from end to end: real processes and a real Postgres beside a bucket and a converter in memory.
 *
 * Runs when TWIN_TEST_DATABASE_URI names a database; everything happens in a schema of its own.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CONVERTER_KEY, startConverter } from './support/audioConverter.js';
import { startReceiver } from './support/receiver.js';
import { startS3 } from './support/s3.js';
import { openStage } from './support/stage.js';

const URI = process.env.TWIN_TEST_DATABASE_URI;
const NUMBER = '5511988887777';
const VOICE = Buffer.from('voice').toString('base64');
const AUDIO = { messageType: 'audioMessage', message: { base64: VOICE, mimetype: 'audio/ogg' } };

describe('media', { skip: URI ? false : 'TWIN_TEST_DATABASE_URI is not set' }, () => {
  let converter;
  let receiver;
  let s3;
  let stage;

  before(async () => {
    converter = await startConverter();
    receiver = await startReceiver();
    s3 = await startS3();
    const variables = { API_AUDIO_CONVERTER: converter.url, API_AUDIO_CONVERTER_KEY: CONVERTER_KEY, ...s3.env };
    stage = await openStage(URI, variables);
    s3.status = 403;
    await stage.start();
  });

  after(async () => {
    await stage.close();
    for (const each of [receiver, s3, converter]) each.close();
  });

  test('the bucket is looked for once, at the start, and a failure does not keep the server from listening', async () => {
    await stage.says(/ERROR \[s3\] S3 bucket could not be prepared/);
    s3.status = 0;
    const webhook = { url: receiver.url, events: ['MESSAGES_UPSERT', 'SEND_MESSAGE'] };
    const names = { instanceName: 'bot', number: '5511999990000', token: 'bot-token' };
    const request = { ...names, integration: 'EVOLUTION', webhook };
    assert.equal((await stage.call('POST', '/instance/create', request)).status, 201);
    const sent = { number: NUMBER, mediatype: 'image', media: VOICE };
    assert.equal((await stage.call('POST', '/message/sendMedia/bot', sent)).status, 201);
    assert.equal((await fetch((await receiver.next('send.message')).body.data.message.mediaUrl)).status, 404);
    assert.deepEqual([s3.buckets.size, s3.objects.size], [0, 0]);
  });

  test('after a restart the bucket is there, before anything is served', async () => {
    await stage.stop();
    await stage.start();
    await stage.says(/INFO \[s3\] S3 bucket is on bucket=evolution worldReadable=false/);
    assert.deepEqual(s3.asked.slice(-2), ['GET list', 'PUT bucket']);
  });

  test('a voice message goes out with a link anybody who got it can follow', async () => {
    const { body } = await stage.call('POST', '/message/sendWhatsAppAudio/bot', { number: NUMBER, audio: VOICE }, 'bot-token');
    const { data } = (await receiver.next('send.message')).body;
    assert.deepEqual(data, body);
    assert.equal(await (await fetch(data.message.mediaUrl)).text(), `mp4:${VOICE}`);
    const found = await stage.call('POST', '/chat/findMessages/bot', { where: { messageType: 'audioMessage' } });
    assert.deepEqual(found.body.messages.records.map(({ key, message }) => ({ key, message })), [{ key: body.key, message: body.message }]);
  });

  test('a contact that was told what to say answers a voice message with one', async () => {
    const turns = [{ when: '^\\[audioMessage\\]$', answers: [AUDIO] }];
    await stage.call('POST', '/twin/conversations', { number: NUMBER, turns });
    await stage.call('POST', '/message/sendWhatsAppAudio/bot', { number: NUMBER, audio: VOICE }, 'bot-token');
    const { message, messageType } = (await receiver.next('messages.upsert')).body.data;
    assert.equal(messageType, 'audioMessage');
    assert.equal(await (await fetch(message.mediaUrl)).text(), 'voice');
  });

  test('base64 comes with the event once the webhook asks for it', async () => {
    const webhook = { enabled: true, url: receiver.url, base64: true, events: ['MESSAGES_UPSERT'] };
    assert.equal((await stage.call('POST', '/webhook/set/bot', { webhook })).status, 201);
    const key = { id: 'A1', remoteJid: `${NUMBER}@s.whatsapp.net`, fromMe: false };
    await stage.call('POST', '/webhook/evolution', { numberId: '5511999990000', key, ...AUDIO }, null);
    assert.equal((await receiver.next('messages.upsert')).body.data.message.base64, VOICE);
  });

  test('no log line shows a link, a key or a number', async () => {
    await stage.stop();
    for (const secret of ['X-Amz', 'hush', '5511', VOICE]) assert.ok(!stage.logs().includes(secret), `a log line shows ${secret}`);
  });
});
