import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { createLog } from '../src/log.js';
import { createBucketClient } from '../src/media/bucket.js';
import { createStorage } from '../src/media/storage.js';
import { readS3 } from '../src/settings/s3.js';
import { startS3 } from './support/s3.js';

let s3;
let lines;

afterEach(() => s3.close());

async function open(buckets, more = {}) {
  s3 = await startS3({ buckets });
  lines = [];
  const settings = readS3({ ...s3.env, ...more });
  return createStorage({ log: createLog('s3', ['ERROR', 'INFO', 'VERBOSE'], (line) => lines.push(line)), settings });
}

const FILE = { buffer: Buffer.from('voice'), id: 'A1', instanceId: 'i1', jid: '5511988887777', kind: 'audio', mimetype: 'audio/mp4' };
const NAME = 'evolution-api/i1/5511988887777/audio/A1.mp4';

test('a bucket that exists is neither made nor touched', async () => {
  await (await open(['evolution'])).prepare();
  assert.deepEqual(s3.asked, ['GET list']);
});

test('a missing bucket is made', async () => {
  await (await open(['other'])).prepare();
  assert.deepEqual(s3.asked, ['GET list', 'PUT bucket']);
  assert.ok(s3.buckets.has('evolution'));
});

for (const [text, open_] of [[undefined, true], ['false', true], ['TRUE', true], ['true', false]]) {
  test(`S3_SKIP_POLICY=${text} leaves files ${open_ ? 'to the whole world' : 'to holders of a link'}`, async () => {
    const storage = await open(['evolution'], { S3_SKIP_POLICY: text });
    await storage.prepare();
    await storage.keep(FILE);
    assert.equal((await fetch(`${s3.url}/evolution/${NAME}`)).status, open_ ? 200 : 403);
  });
}

test('a bucket that cannot be prepared is a line in the log and nothing else', async () => {
  const storage = await open(['evolution']);
  s3.status = 403;
  await storage.prepare();
  assert.ok(lines.some((line) => line.includes('ERROR [s3] S3 bucket could not be prepared')), lines.join(''));
});

test('a file lies below its instance and number, and its link opens it for seven days', async () => {
  const link = await (await open(['evolution'])).keep(FILE);
  const { body, headers } = s3.objects.get(NAME);
  assert.equal(body.toString(), 'voice');
  assert.equal(headers['content-type'], 'audio/mp4');
  assert.equal(headers['x-amz-meta-custom-header-application'], 'evolution-api');
  assert.ok(link.startsWith(`${s3.url}/evolution/${NAME}?`), link);
  assert.equal(new URL(link).searchParams.get('X-Amz-Expires'), String(7 * 24 * 60 * 60));
  assert.equal(await (await fetch(link)).text(), 'voice');
});

test('a failed upload is tried once and leaves a link to nothing', async () => {
  const storage = await open(['evolution']);
  s3.status = 503;
  const link = await storage.keep(FILE);
  assert.deepEqual(s3.asked, ['PUT object']);
  s3.status = 0;
  assert.equal((await fetch(link)).status, 404);
  assert.ok(lines.some((line) => line.includes('its link will lead nowhere')));
  assert.ok(!lines.join('').includes('bucket-hush'));
});

test('a server that says nothing is given up', async () => {
  await open(['evolution']);
  s3.silent = true;
  const started = performance.now();
  await assert.rejects(createBucketClient(readS3(s3.env), 200).listBuckets(), { message: 'S3 was silent for 0.2 s' });
  assert.ok(performance.now() - started >= 195);
});

test('an endpoint with a scheme is refused at start', async () => {
  await assert.rejects(open([], { S3_ENDPOINT: 'http://minio.internal' }), { name: 'InvalidEndpointError' });
});

test('switched off, nothing is asked and nothing is needed', async () => {
  const storage = await open([], { S3_ENABLED: 'TRUE', S3_ENDPOINT: undefined });
  await storage.prepare();
  assert.deepEqual([storage.enabled, s3.asked], [false, []]);
});
