/**
 * `CACHE_REDIS_*`. `CACHE_REDIS_TTL` is accepted and without effect: it bounds cached profiles and the like, which this
 * channel has none of, and session keys live without one.
 */
import { isTrue } from './switch.js';

/** @typedef {ReturnType<typeof readRedis>} RedisSettings */

/** @param {Record<string, string | undefined>} env */
export function readRedis(env) {
  return Object.freeze({
    enabled: isTrue(env.CACHE_REDIS_ENABLED),
    prefix: env.CACHE_REDIS_PREFIX_KEY || 'evolution-cache',
    // Redis then decides whether an instance exists, so every route of an instance waits for it.
    savesInstances: isTrue(env.CACHE_REDIS_ENABLED) && isTrue(env.CACHE_REDIS_SAVE_INSTANCES),
    uri: env.CACHE_REDIS_URI ?? '',
  });
}
