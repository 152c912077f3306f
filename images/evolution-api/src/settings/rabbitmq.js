/**
 * `RABBITMQ_*`: which broker, and what goes there.
 */
import { readGlobalEvents } from './globalEvents.js';
import { isTrue } from './switch.js';

/** Smallest frame RabbitMQ 4.1 and later agree to, and the default of the code. */
const FRAME_MAX_BYTES = 8192;

/** @typedef {ReturnType<typeof readRabbitmq>} RabbitmqSettings */

/** @param {Record<string, string | undefined>} env */
export function readRabbitmq(env) {
  return Object.freeze({
    enabled: isTrue(env.RABBITMQ_ENABLED),
    exchange: env.RABBITMQ_EXCHANGE_NAME || 'evolution_exchange',
    frameMaxBytes: Number.parseInt(env.RABBITMQ_FRAME_MAX ?? '', 10) || FRAME_MAX_BYTES,
    globalEnabled: isTrue(env.RABBITMQ_GLOBAL_ENABLED),
    globalEvents: readGlobalEvents(env, 'RABBITMQ'),
    // Left undefined when unset: the queues made at start are then named `undefined.…`, those of events have no prefix.
    prefix: env.RABBITMQ_PREFIX_KEY,
    uri: env.RABBITMQ_URI ?? '',
  });
}
