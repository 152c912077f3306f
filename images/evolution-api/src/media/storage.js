/**
 * Media in a bucket, and the signed links to them.
 */
import { describeError } from '../log.js';
import { createBucketClient } from './bucket.js';
import { objectName } from './objectName.js';

/** @typedef {ReturnType<typeof createStorage>} Storage */
/** @typedef {Parameters<typeof objectName>[0] & {buffer: Buffer}} Upload */

/**
 * @param {object} parts
 * @param {import('../log.js').Log} parts.log
 * @param {import('../settings/s3.js').S3Settings} parts.settings
 */
export function createStorage({ log, settings }) {
  const { bucket } = settings;
  const client = settings.enabled ? createBucketClient(settings) : undefined;

  const exists = async () => {
    try {
      return (await client.listBuckets()).some(({ name }) => name === bucket);
    } catch (error) {
      // Told apart from "there is none" in the log only: whoever may not list buckets is seen trying to make one.
      log.verbose('S3 did not list its buckets', describeError(error));
      return false;
    }
  };

  return {
    enabled: settings.enabled,
    savesVideo: settings.savesVideo,

    /**
     * Looks for the bucket and makes it when there is none. Called once, before anything else starts; a failure is a line
     * in the log and is not tried again.
     */
    prepare: async () => {
      if (!client) return;
      try {
        if (!(await exists())) await client.makeBucket(bucket);
        // The trap: unless told not to, it lets the whole world read every file.
        if (!settings.skipsPolicy) await client.setBucketPolicy(bucket, worldReadable(bucket));
        log.info('S3 bucket is on', { bucket, worldReadable: !settings.skipsPolicy });
      } catch (error) {
        log.error('S3 bucket could not be prepared', { bucket, ...describeError(error) });
      }
    },

    /**
     * @param {Upload} upload
     * @returns {Promise<string | undefined>} a link for seven days. Signing needs no server, so an upload that failed
     *   leaves a link to nothing, as on the real server; undefined when not even signing worked
     */
    keep: async ({ buffer, ...file }) => {
      const name = objectName(file);
      try {
        await client.putObject(bucket, name, buffer, buffer.length, {
          'Content-Type': file.mimetype,
          'custom-header-application': 'evolution-api',
        });
      } catch (error) {
        log.error('S3 did not take a file: its link will lead nowhere', { bytes: buffer.length, ...describeError(error) });
      }
      try {
        return await client.presignedGetObject(bucket, name);
      } catch (error) {
        log.error('a link could not be signed', describeError(error));
        return undefined;
      }
    },
  };
}

function worldReadable(bucket) {
  const statement = { Effect: 'Allow', Principal: '*', Action: ['s3:GetObject'], Resource: [`arn:aws:s3:::${bucket}/*`] };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}
