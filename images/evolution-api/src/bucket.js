/**
 * All that this channel does with S3: one look at the bucket, when the server starts. A bucket that is missing is made, and
 * unless `S3_SKIP_POLICY=true` its policy then lets anybody read every file. What fails is one line in the log, and is not
 * tried again. No message ever puts a file there.
 *
 * Source: evolution-api 2.3.7, src/api/integrations/storage/s3/libs/minio.server.ts lines 15-75; why nothing is uploaded:
 * src/api/services/channel.service.ts, hasValidMediaContent.
 */
import { Client } from 'minio';
import { describeError } from './log.js';

/**
 * @returns {() => Promise<void>} the look, which never rejects
 * @throws {Error} when address or port are none: the server then does not start, as the real one
 */
export function createBucketLook(settings, log) {
  const { accessKey, bucket, endpoint: endPoint, port, region, secretKey, skipsPolicy, useSsl: useSSL } = settings;
  const client = new Client({ accessKey, endPoint, port, region, secretKey, useSSL });
  return async () => {
    try {
      if (!(await isThere(client, bucket))) await client.makeBucket(bucket);
      if (!skipsPolicy) await client.setBucketPolicy(bucket, everybodyReads(bucket));
      log.info('S3 bucket is ready', { bucket });
    } catch (error) {
      log.error('S3 ERROR', describeError(error));
    }
  };
}

/** Whoever may not list buckets is seen trying to make one that exists. */
async function isThere(client, bucket) {
  try {
    return (await client.listBuckets()).some(({ name }) => name === bucket);
  } catch {
    return false;
  }
}

function everybodyReads(bucket) {
  const statement = { Effect: 'Allow', Principal: '*', Action: ['s3:GetObject'], Resource: [`arn:aws:s3:::${bucket}/*`] };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}
