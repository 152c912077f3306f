import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { createLog } from '../src/log.js';
import { createConverter } from '../src/media/converter.js';
import { CONVERTER_KEY, startConverter } from './support/audioConverter.js';

const lines = [];
const log = createLog('media', ['ERROR'], (line) => lines.push(line));
let fake;

before(async () => {
  fake = await startConverter();
});

after(() => fake.close());

beforeEach(() => {
  fake.calls.length = 0;
  fake.reply = undefined;
});

const convert = (source, settings = {}) =>
  createConverter({ log, settings: { key: CONVERTER_KEY, url: fake.url, ...settings } }).convert(source);
const text = (base64) => Buffer.from(base64, 'base64').toString();
const fails = (work, message) => assert.rejects(work, { body: { status: 500, error: 'Internal Server Error', response: { message } } });

test('an uploaded file travels with its name, type and the format wanted', async () => {
  const file = { buffer: Buffer.from('voice'), mimetype: 'audio/webm', name: 'a.webm' };
  assert.equal(text(await convert({ file })), 'mp4:voice');
  assert.deepEqual(fake.calls, [{ file: { name: 'a.webm', text: 'voice', type: 'audio/webm' }, format: 'mp4', key: CONVERTER_KEY }]);
});

test('a URL travels as url, anything else as base64', async () => {
  await convert({ audio: 'https://files.example/a.ogg' });
  await convert({ audio: 'dm9pY2U=' });
  assert.deepEqual(fake.calls.map(({ url, base64 }) => [url, base64]), [['https://files.example/a.ogg', undefined], [undefined, 'dm9pY2U=']]);
});

test('a wrong key is a 500 that names the status', () =>
  fails(convert({ audio: 'dm9pY2U=' }, { key: 'nope' }), 'Failed to convert audio: the converter refused with status 401'));

test('a converter that is not there is a 500 without its address', async () => {
  const gone = await startConverter();
  gone.close();
  await fails(convert({ audio: 'dm9pY2U=' }, { url: gone.url }), 'Failed to convert audio: the converter did not answer (ECONNREFUSED)');
});

test('a converter with a bucket of its own answers with an address, which counts as a failure', async () => {
  fake.reply = { status: 200, body: { duration: 1, format: 'mp4', url: 'http://minio.internal/x' } };
  await fails(convert({ audio: 'dm9pY2U=' }), 'Failed to convert audio');
});

test('an answer that is no JSON is not quoted', async () => {
  fake.reply = { status: 200, body: 'private words' };
  await fails(convert({ audio: 'dm9pY2U=' }), 'Failed to convert audio: the converter answered with something that is no JSON');
});

test('a redirect is not followed', async () => {
  fake.reply = { status: 307, body: '', headers: { location: fake.url } };
  await fails(convert({ audio: 'dm9pY2U=' }), 'Failed to convert audio: the converter refused with status 307');
  assert.equal(fake.calls.length, 1);
});

test('without an address it says which variable is missing', () =>
  fails(convert({ audio: 'dm9pY2U=' }, { url: '' }), 'Audio cannot be converted: API_AUDIO_CONVERTER is not set, and there is no ffmpeg built in here'));

test('no line shows the key or the audio', () => {
  assert.ok(lines.length > 0);
  for (const line of lines) assert.doesNotMatch(line, /hush|nope|dm9pY2U|private/);
});
