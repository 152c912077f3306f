/**
 * The connection to S3, on the client the real server uses.
 */
import http from 'node:http';
import https from 'node:https';
import { Client } from 'minio';

/** Longest silence. The real server's connection has no limit: a hung S3 would hold the media of every call. */
const IDLE_MS = 30_000;

/**
 * @param {import('../settings/s3.js').S3Settings} settings
 * @param {number} [idleMs]
 * @returns {Client}
 * @throws {Error} when address or port are none: the server then does not start, as the real one
 */
export function createBucketClient({ accessKey, endpoint, port, region, secretKey, useSsl }, idleMs = IDLE_MS) {
  return new Client({
    accessKey,
    endPoint: endpoint,
    port,
    region,
    secretKey,
    transport: transport(useSsl ? https : http, idleMs),
    useSSL: useSsl,
  });
}

/** @param {typeof http | typeof https} plain @param {number} idleMs */
function transport(plain, idleMs) {
  // Of its own: the shared one gives up a connection that is not there after 5 s, and keeps those the server then closes.
  const agent = new plain.Agent({ keepAlive: false });
  return {
    request: (options, onAnswer) => {
      const request = plain.request({ ...options, agent, timeout: idleMs }, (answer) => {
        if (answer.statusCode < 500) onAnswer(answer);
        // The client would try ten more times, for half an hour, with the whole file in memory and the caller waiting.
        else request.destroy(new Error(`S3 answered with status ${answer.statusCode}`));
      });
      request.on('timeout', () => request.destroy(new Error(`S3 was silent for ${idleMs / 1000} s`)));
      return request;
    },
  };
}
