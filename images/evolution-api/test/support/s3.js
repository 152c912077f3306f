/**
 * A bucket server in memory: remembers what it was asked and keeps what it was given. Signatures are not checked; a link
 * counts as signed when it looks so, and without one only a policy for everybody opens a file.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';

/** @param {{buckets?: string[]}} [options] that exist already */
export async function startS3({ buckets = [] } = {}) {
  const s3 = { asked: [], buckets: new Set(buckets), objects: new Map(), policies: new Map(), silent: false, status: 0 };

  const list = () => {
    const entries = [...s3.buckets].map((name) => `<Bucket><Name>${name}</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate></Bucket>`);
    return `<ListAllMyBucketsResult><Owner><ID>o</ID></Owner><Buckets>${entries.join('')}</Buckets></ListAllMyBucketsResult>`;
  };
  const isPublic = (bucket) => JSON.parse(s3.policies.get(bucket) ?? '{"Statement":[]}').Statement.some(
    ({ Action, Effect, Principal }) => Effect === 'Allow' && Principal === '*' && Action.includes('s3:GetObject'),
  );

  const answer = (request, body) => {
    const { pathname, searchParams } = new URL(request.url, 'http://s3');
    const [, bucket, ...rest] = pathname.split('/');
    const key = decodeURIComponent(rest.join('/'));
    const what = `${request.method} ${searchParams.has('policy') ? 'policy' : key ? 'object' : bucket ? 'bucket' : 'list'}`;
    s3.asked.push(what);
    if (s3.status) return [s3.status, '<Error><Code>InternalError</Code></Error>'];
    if (what === 'GET list') return [200, list()];
    if (what === 'PUT bucket') return [s3.buckets.add(bucket) && 200];
    if (!s3.buckets.has(bucket)) return [404, '<Error><Code>NoSuchBucket</Code></Error>'];
    if (what === 'PUT policy') return [s3.policies.set(bucket, body.toString()) && 204];
    if (what === 'PUT object') return [s3.objects.set(key, { body, headers: request.headers }) && 200];
    const object = s3.objects.get(key);
    if (!object) return [404, '<Error><Code>NoSuchKey</Code></Error>'];
    return searchParams.has('X-Amz-Signature') || isPublic(bucket) ? [200, object.body] : [403];
  };

  const server = createServer(async (request, response) => {
    if (s3.silent) return;
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const [status, body] = answer(request, Buffer.concat(chunks));
    response.writeHead(status, { etag: '"e"' }).end(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();

  return Object.assign(s3, {
    close: () => {
      server.closeAllConnections();
      server.close();
    },
    env: {
      S3_ACCESS_KEY: 'bucket-user', S3_BUCKET: 'evolution', S3_ENABLED: 'true', S3_ENDPOINT: '127.0.0.1', S3_PORT: String(port),
      S3_REGION: 'us-east-1', S3_SECRET_KEY: 'bucket-hush', S3_SKIP_POLICY: 'true', S3_USE_SSL: 'false',
    },
    url: `http://127.0.0.1:${port}`,
  });
}
