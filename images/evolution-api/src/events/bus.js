/**
 * Hands each event to every channel (webhooks today; queues are further channels of the same shape).
 */
import { describeError } from '../log.js';
import { envelope } from './envelope.js';

/**
 * @typedef {object} Channel
 * @property {string} name
 * @property {(message: import('./envelope.js').Envelope, instance: import('../domain/registry.js').Instance) => Promise<void>} deliver
 *   resolves when the event is handed over, not when it arrived
 */

/** @typedef {{emit: (event: string, instance: object, data: unknown) => Promise<void>}} Bus */

/**
 * @param {Channel[]} channels
 * @param {Parameters<typeof envelope>[3]} settings
 * @param {import('../log.js').Log} log
 * @returns {Bus}
 */
export function createBus(channels, settings, log) {
  const deliver = async (channel, message, instance) => {
    try {
      await channel.deliver(message, instance);
    } catch (error) {
      // One channel that fails must neither stop the others nor undo what the event reports.
      log.error('could not hand over an event', { channel: channel.name, event: message.event, ...describeError(error) });
    }
  };
  return {
    /** Never rejects, so callers need not wait. */
    emit: async (event, instance, data) => {
      const message = envelope(event, instance, data, settings);
      await Promise.all(channels.map((channel) => deliver(channel, message, instance)));
    },
  };
}
