/**
 * `S3_*`: the bucket media are kept in.
 */
import { isTrue } from './switch.js';

/** @typedef {ReturnType<typeof readS3>} S3Settings */

/** @param {Record<string, string | undefined>} env */
export function readS3(env) {
  return Object.freeze({
    accessKey: env.S3_ACCESS_KEY,
    bucket: env.S3_BUCKET,
    enabled: isTrue(env.S3_ENABLED),
    // One address for both uses: the server uploads to it, and every link it signs names it.
    endpoint: env.S3_ENDPOINT,
    port: Number.parseInt(env.S3_PORT || '9000', 10),
    // Unset, each upload and each link may ask the server for it first.
    region: env.S3_REGION,
    savesVideo: isTrue(env.S3_SAVE_VIDEO),
    secretKey: env.S3_SECRET_KEY,
    skipsPolicy: isTrue(env.S3_SKIP_POLICY),
    useSsl: isTrue(env.S3_USE_SSL),
  });
}
