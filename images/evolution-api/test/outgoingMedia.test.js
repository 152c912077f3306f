/**
 * What an application sends, against a converter and a bucket that are real servers.
 */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startConverter } from './support/audioConverter.js';
import { form, startMediaServer } from './support/mediaServer.js';
import { startS3 } from './support/s3.js';

const NUMBER = '5511988887777';
const HI = Buffer.from('hi').toString('base64');
const OGG = { name: 'a.ogg', text: 'voice', type: 'audio/ogg' };
const FOLDER = `evolution-api/i1/${NUMBER}`;

let converter;
let s3;
let server;

describe('with a bucket and a converter', () => {
  before(async () => {
    converter = await startConverter();
    s3 = await startS3({ buckets: ['evolution'] });
    server = await startMediaServer({ converterUrl: converter.url, env: s3.env });
  });

  after(() => {
    for (const each of [server, s3, converter]) each.close();
  });

  beforeEach(() => {
    for (const list of [server.events, server.heard, server.rows, converter.calls]) list.length = 0;
    s3.objects.clear();
    server.instance.state = 'open';
  });

  for (const [what, content, told] of [
    ['an uploaded file', () => form({ number: NUMBER }, OGG), 'mp4:voice'],
    ['a URL', () => ({ number: NUMBER, audio: 'https://files.example/a.ogg' }), 'mp4:https://files.example/a.ogg'],
    ['base64', () => ({ number: NUMBER, audio: HI }), `mp4:${HI}`],
  ]) {
    test(`audio from ${what} is converted, kept, answered, stored and announced with its link`, async () => {
      const { status, body } = await server.send('sendWhatsAppAudio', content());
      assert.equal(status, 201);
      assert.equal(body.messageType, 'audioMessage');
      assert.deepEqual(body.key, { fromMe: true, id: body.key.id, remoteJid: NUMBER });
      assert.deepEqual(Object.keys(body.message), ['mediaUrl']);
      assert.deepEqual([...s3.objects.keys()], [`${FOLDER}/audio/${body.key.id}.mp4`]);
      assert.equal(await (await fetch(body.message.mediaUrl)).text(), told);
      assert.deepEqual(server.rows, [body]);
      assert.deepEqual(server.events, [{ event: 'send.message', data: body }]);
      assert.deepEqual(server.heard, [{ number: NUMBER, text: '[audioMessage]' }]);
    });
  }

  test('a file is kept under its own type, and its caption goes to nobody but the contact', async () => {
    const file = { name: 'a.webp', text: 'picture', type: 'image/webp' };
    const { status, body } = await server.send('sendMedia', form({ number: NUMBER, mediatype: 'image', caption: 'olha' }, file));
    assert.equal(status, 201);
    const object = s3.objects.get(`${FOLDER}/image/${body.key.id}.webp`);
    assert.equal(object.body.toString(), 'picture');
    assert.equal(object.headers['content-type'], 'image/webp');
    assert.equal(body.messageType, 'imageMessage');
    assert.ok(!JSON.stringify(body).includes('olha'));
    assert.deepEqual(server.heard, [{ number: NUMBER, text: 'olha' }]);
  });

  test('base64 is kept under the type that is told, or the usual one of its kind', async () => {
    const send = async (more) => (await server.send('sendMedia', { number: NUMBER, media: HI, ...more })).body.key.id;
    const ids = [
      await send({ mediatype: 'document', fileName: 'a.csv', mimetype: 'text/csv' }),
      await send({ mediatype: 'document', fileName: 'a.pdf' }),
      await send({ mediatype: 'video' }),
    ];
    const names = [`document/${ids[0]}.csv`, `document/${ids[1]}.pdf`, `video/${ids[2]}.mp4`];
    assert.deepEqual([...s3.objects.keys()], names.map((name) => `${FOLDER}/${name}`));
    assert.equal(s3.objects.get(`${FOLDER}/${names[0]}`).body.toString(), 'hi');
  });

  test('a URL is passed on, neither fetched nor kept', async () => {
    const media = 'http://minio.internal:9000/evolution/a.png?X-Amz-Expires=60';
    const { body } = await server.send('sendMedia', { number: NUMBER, mediatype: 'image', media });
    assert.deepEqual(body.message, { mediaUrl: media });
    assert.equal(s3.objects.size, 0);
  });

  for (const [what, route, content, message] of [
    ['a host without a dot', 'sendMedia', { mediatype: 'image', media: 'http://minio:9000/a.png' }, ['Owned media must be a url or base64']],
    ['a data URL', 'sendMedia', { mediatype: 'image', media: `data:image/png;base64,${HI}` }, ['Owned media must be a url or base64']],
    ['nothing', 'sendMedia', { mediatype: 'image' }, ['Owned media must be a url or base64']],
    ['audio at a host without a dot', 'sendWhatsAppAudio', { audio: 'http://minio:9000/a' }, ['Owned media must be a url, base64, or valid file with buffer']],
    ['a document of base64 without a name', 'sendMedia', { mediatype: 'document', media: HI }, ['For base64 the file name must be informed.']],
    ['a kind nobody knows', 'sendMedia', { mediatype: 'gif', media: HI }, [['instance.mediatype is not one of enum values: audio,document,image,video']]],
    ['no kind', 'sendMedia', { media: HI }, [['instance requires property "mediatype"']]],
  ]) {
    test(`${what} is a 400, and nothing is sent`, async () => {
      const { status, body } = await server.send(route, { number: NUMBER, ...content });
      assert.deepEqual([status, body.error, body.response.message], [400, 'Bad Request', message]);
      assert.deepEqual([server.events, server.rows, converter.calls], [[], [], []]);
    });
  }

  test('a form needs the key before a byte of it is read as one', async () => {
    assert.equal((await server.send('sendWhatsAppAudio', form({ number: NUMBER }, OGG), 'nope')).status, 401);
    assert.equal((await server.send('sendWhatsAppAudio', form({}, OGG))).status, 400);
  });

  test('a file in any other field is refused', async () => {
    const { status, body } = await server.send('sendWhatsAppAudio', form({ number: NUMBER }, { ...OGG, field: 'audio' }));
    assert.deepEqual([status, body.response.message], [500, 'Unexpected field']);
  });

  const FILE_PART = '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\nContent-Type: audio/ogg\r\n\r\nvo';
  for (const [what, type, body] of [
    ['whose boundary never comes', 'multipart/form-data; boundary=x', '--y'],
    ['that names no boundary', 'multipart/form-data', '--x--'],
    ['that ends within its file', 'multipart/form-data; boundary=x', FILE_PART],
    ['that is empty', 'multipart/form-data; boundary=x', ''],
  ]) {
    test(`a form ${what} is a 400`, async () => {
      const headers = { apikey: 'bot-token', 'content-type': type };
      const answer = await fetch(`${server.url}/message/sendMedia/bot`, { method: 'POST', headers, body });
      assert.equal(answer.status, 400);
      assert.deepEqual((await answer.json()).response.message, ['The body is not a valid form']);
    });
  }

  test('base64 of more than a mebibyte does not fit into a field of a form', async () => {
    const content = form({ number: NUMBER, mediatype: 'image', media: 'A'.repeat(1024 * 1024 + 4) });
    const { status, body } = await server.send('sendMedia', content);
    assert.deepEqual([status, body.response.message], [500, 'Field value too long']);
  });

  test('a refusal of the converter reaches the caller, and nothing is sent', async () => {
    converter.reply = { status: 500, body: { error: 'error during conversion' } };
    const { status, body } = await server.send('sendWhatsAppAudio', { number: NUMBER, audio: HI });
    converter.reply = undefined;
    const message = 'Failed to convert audio: the converter refused with status 500';
    assert.deepEqual([status, body], [500, { status: 500, error: 'Internal Server Error', response: { message } }]);
    assert.deepEqual([server.events, server.rows, s3.objects.size], [[], [], 0]);
  });

  test('a bucket that fails does not keep the message: its link leads nowhere', async () => {
    s3.status = 403;
    const { status, body } = await server.send('sendMedia', { number: NUMBER, mediatype: 'image', media: HI });
    s3.status = 0;
    assert.equal(status, 201);
    assert.equal((await fetch(body.message.mediaUrl)).status, 404);
    assert.deepEqual(server.events.map(({ event }) => event), ['send.message']);
  });

  test('a logged-out instance sends no media and keeps none', async () => {
    server.instance.state = 'close';
    const { status, body } = await server.send('sendMedia', { number: NUMBER, mediatype: 'image', media: HI });
    assert.deepEqual([status, body.response.message, s3.objects.size], [500, 'Connection Closed', 0]);
  });

  test('no line shows a number, a caption, a key or a link', () => {
    assert.ok(server.lines.length > 0);
    for (const line of server.lines) assert.doesNotMatch(line, /5511|olha|hush|bot-token|X-Amz/);
  });
});

describe('without a bucket and without a converter', () => {
  before(async () => {
    server = await startMediaServer();
  });

  after(() => server.close());

  test('what was sent can be read nowhere', async () => {
    const { status, body } = await server.send('sendMedia', { number: NUMBER, mediatype: 'image', media: HI });
    assert.deepEqual([status, body.message], [201, { mediaUrl: null }]);
  });

  test('audio is a 500 that names the variable', async () => {
    const { status, body } = await server.send('sendWhatsAppAudio', { number: NUMBER, audio: HI });
    assert.equal(status, 500);
    assert.match(body.response.message, /API_AUDIO_CONVERTER is not set/);
  });
});
