import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { createBucketLook } from '../src/bucket.js';
import { createLog } from '../src/log.js';
import { readSettings } from '../src/settings.js';
import { startS3 } from './support/s3.js';

const MINIMAL = { DATABASE_CONNECTION_URI: 'postgresql://u@db/x', DATABASE_PROVIDER: 'postgresql', SERVER_TYPE: 'http' };
let s3;
let lines;

afterEach(() => s3.close());

async function open(buckets, more = {}) {
  s3 = await startS3({ buckets });
  lines = [];
  const settings = readSettings({ ...MINIMAL, ...s3.env, ...more }).s3;
  return createBucketLook(settings, createLog('s3', ['ERROR', 'INFO', 'VERBOSE'], (line) => lines.push(line)));
}

test('a bucket that exists is neither made nor touched', async () => {
  await (await open(['evolution']))();
  assert.deepEqual(s3.asked, ['GET list']);
});

test('a missing bucket is made', async () => {
  await (await open(['other']))();
  assert.deepEqual(s3.asked, ['GET list', 'PUT bucket']);
  assert.ok(s3.buckets.has('evolution'));
});

for (const [text, isOpen] of [[undefined, true], ['false', true], ['TRUE', true], ['true', false]]) {
  test(`S3_SKIP_POLICY=${text} leaves files ${isOpen ? 'to the whole world' : 'to holders of a link'}`, async () => {
    await (await open(['evolution'], { S3_SKIP_POLICY: text }))();
    s3.objects.set('a', { body: Buffer.from('voice') });
    assert.equal((await fetch(`${s3.url}/evolution/a`)).status, isOpen ? 200 : 403);
  });
}

test('a bucket that cannot be looked at is a line in the log and nothing else', async () => {
  const look = await open(['evolution']);
  s3.status = 403;
  await look();
  assert.ok(lines.some((line) => line.includes('ERROR [s3] S3 ERROR')), lines.join(''));
  assert.ok(!lines.join('').includes('bucket-hush'));
});

test('an endpoint with a scheme is refused at start', async () => {
  await assert.rejects(open([], { S3_ENDPOINT: 'http://minio.internal' }), { name: 'InvalidEndpointError' });
});
