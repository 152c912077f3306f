/**
 * What a contact sends, against a bucket that is a real server.
 */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startMediaServer } from './support/mediaServer.js';
import { startS3 } from './support/s3.js';

const JID = '5511988887777@s.whatsapp.net';
const VOICE = Buffer.from('voice').toString('base64');

/** What WhatsApp would bring. */
const inbound = (messageType, message) => ({
  numberId: '5511999990000', key: { id: 'A1', remoteJid: JID, fromMe: false }, message, messageType, pushName: 'Ana',
});

for (const bucket of [true, false]) {
  describe(`media in, ${bucket ? 'with' : 'without'} a bucket`, () => {
    let s3;
    let server;
    const receive = async (messageType, message) => {
      const { body } = await server.post('/webhook/evolution', inbound(messageType, message));
      assert.deepEqual(body, { status: 'success' });
      const [{ event, data }] = server.events.splice(0);
      assert.equal(event, 'messages.upsert');
      return data;
    };

    before(async () => {
      s3 = await startS3({ buckets: ['evolution'] });
      server = await startMediaServer({ env: bucket ? s3.env : {} });
    });

    after(() => {
      server.close();
      s3.close();
    });

    beforeEach(() => {
      server.rows.length = 0;
      server.webhook.webhookBase64 = false;
      s3.asked.length = 0;
      s3.objects.clear();
    });

    for (const [messageType, message, name] of [
      ['audioMessage', { audioMessage: { mimetype: 'audio/ogg; codecs=opus', seconds: 1 } }, 'audio/A1.ogg'],
      ['imageMessage', { mimetype: 'image/jpeg' }, 'image/A1.jpeg'],
      ['documentMessage', {}, 'document/A1.pdf'],
    ]) {
      test(`${messageType}: the file goes ${bucket ? 'into the bucket and the event names it' : 'nowhere unless asked for'}`, async () => {
        const { mediaUrl, ...rest } = (await receive(messageType, { ...message, base64: VOICE })).message;
        assert.deepEqual(rest, message);
        assert.deepEqual([...s3.objects.keys()], bucket ? [`evolution-api/i1/${JID}/${name}`] : []);
        if (bucket) assert.equal(await (await fetch(mediaUrl)).text(), 'voice');
        else assert.equal(mediaUrl, undefined);
        assert.ok(!JSON.stringify(server.rows).includes(VOICE));
        assert.equal(server.rows[0].message.mediaUrl, mediaUrl);
      });
    }

    test('a webhook that asks for base64 gets it, and the row stays without', async () => {
      server.webhook.webhookBase64 = true;
      const { message } = await receive('audioMessage', { base64: VOICE });
      assert.equal(message.base64, VOICE);
      assert.equal(message.mediaUrl !== undefined, bucket);
      assert.ok(!JSON.stringify(server.rows).includes(VOICE));
    });

    test('a link that comes along is passed on and not looked at', async () => {
      const message = { mediaUrl: `${s3.url}/evolution/secret` };
      assert.deepEqual((await receive('imageMessage', message)).message, message);
      assert.ok(!s3.asked.includes('GET object'));
    });

    test('what is no base64 is dropped, and said so', async () => {
      assert.deepEqual((await receive('imageMessage', { base64: 'data:image/png;base64,aGk=' })).message, {});
      assert.ok(server.lines.some((line) => line.includes('WARN [test] dropped media: they are not base64')));
    });

    test('a text is left as it is', async () => {
      assert.deepEqual((await receive('conversation', { conversation: 'oi' })).message, { conversation: 'oi' });
    });
  });
}

for (const [text, kept] of [[undefined, 0], ['true', 1]]) {
  test(`S3_SAVE_VIDEO=${text} keeps ${kept} video`, async () => {
    const s3 = await startS3({ buckets: ['evolution'] });
    const server = await startMediaServer({ env: { ...s3.env, S3_SAVE_VIDEO: text } });
    await server.post('/webhook/evolution', inbound('videoMessage', { base64: VOICE }));
    assert.equal(s3.objects.size, kept);
    server.close();
    s3.close();
  });
}
