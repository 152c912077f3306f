/**
 * The connection to Redis, with the manners of the real server: it starts without, tries every half second for ever, and
 * its log line does not say why. Commands wait meanwhile; they are neither refused nor bounded in time.
 */
import { createClient } from 'redis';
import { describeError } from '../log.js';

const LONGEST_DELAY_MS = 500;

/**
 * @param {string} uri `redis://user:password@host:6379/6`; both parts are percent-decoded
 * @param {import('../log.js').Log} log
 * @returns {{client: import('redis').RedisClientType, start: () => void}}
 * @throws {TypeError} when the address is none, as on the real server
 */
export function createRedis(uri, log) {
  const client = createClient({
    url: uri,
    socket: { reconnectStrategy: (retries) => Math.min(retries * 50, LONGEST_DELAY_MS) },
  });
  client.on('ready', () => log.info('redis ready'));
  client.on('error', (error) => {
    log.error('redis disconnected');
    log.verbose('redis disconnected because', describeError(error));
  });
  return {
    client,
    /** Not waited for. It settles when the first connection stands; failures on the way there are the events above. */
    start: () => {
      client.connect().catch((error) => log.error('redis is given up', describeError(error)));
    },
  };
}
