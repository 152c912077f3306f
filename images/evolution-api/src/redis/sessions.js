/**
 * What an instance leaves in Redis: a hash `<prefix>:instance:<id>` without an end of life, where the real server keeps
 * the keys of a WhatsApp session. The EVOLUTION channel has no such keys, so one field stands for them: enough to see
 * whether a Redis kept its data.
 *
 * With `CACHE_REDIS_SAVE_INSTANCES=true` Redis is asked whether an instance exists, and while it is lost that question,
 * and with it every route of an instance, hangs.
 */
import { describeError } from '../log.js';

const FIELD = 'twin-session';

/**
 * @typedef {object} Sessions
 * @property {boolean} decide whether Redis is asked for the existence of instances
 * @property {(name: string) => Promise<boolean>} has
 * @property {() => Promise<string[]>} ids of the instances that left something
 * @property {(instance: {id: string, name: string}) => Promise<void>} keep
 * @property {(instance: {id: string, name: string}) => Promise<void>} forget
 */

/**
 * @param {object} parts
 * @param {import('redis').RedisClientType} [parts.client] none when Redis is off
 * @param {import('../log.js').Log} parts.log
 * @param {{prefix: string, savesInstances: boolean}} parts.settings
 * @returns {Sessions}
 */
export function createSessions({ client, log, settings: { prefix, savesInstances } }) {
  const key = (name) => `${prefix}:instance:${name}`;

  /** Waited for only where Redis decides; a failure is logged and never the caller's, as on the real server. */
  const run = async (work, fallback) => {
    if (!client) return fallback;
    const result = work(client).catch((error) => {
      log.error('a command to redis failed', describeError(error));
      return fallback;
    });
    return savesInstances ? result : fallback;
  };

  return {
    decide: savesInstances,
    has: (name) => run(async (redis) => (await redis.exists(key(name))) > 0, false),
    ids: () => run(async (redis) => (await scan(redis, `${escape(key(''))}*`)).map((found) => found.slice(key('').length)), []),
    keep: ({ id, name }) =>
      run(async (redis) => {
        await redis.hSet(key(id), FIELD, JSON.stringify({ instanceName: name, since: new Date().toISOString() }));
      }),
    forget: ({ id, name }) =>
      run(async (redis) => {
        await redis.del([key(id), key(name)]);
      }),
  };
}

async function scan(redis, pattern) {
  const keys = new Set();
  for await (const found of redis.scanIterator({ MATCH: pattern, COUNT: 100 })) keys.add(found);
  return [...keys];
}

function escape(text) {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}
