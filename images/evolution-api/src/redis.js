/**
 * The connection to Redis, with the manners of the real server: it starts without, tries every half second for ever, and
 * its log line does not say why. On this channel nothing is kept there.
 *
 * Source: evolution-api 2.3.7, src/cache/rediscache.client.ts.
 */
import { createClient } from 'redis';
import { describeError } from './log.js';

const LONGEST_DELAY_MS = 500;

/**
 * @param {string} uri `redis://user:password@host:6379/6`; both parts are percent-decoded
 * @throws {TypeError} when the address is none, as on the real server
 */
export function startRedis(uri, log) {
  const client = createClient({
    url: uri,
    socket: { reconnectStrategy: (retries) => Math.min(retries * 50, LONGEST_DELAY_MS) },
  });
  client.on('ready', () => log.info('redis ready'));
  client.on('error', (error) => {
    log.error('redis disconnected');
    log.verbose('redis disconnected because', describeError(error));
  });
  // Not waited for: it settles when the first connection stands; failures on the way there are the events above.
  client.connect().catch((error) => log.error('redis is given up', describeError(error)));
  return client;
}
