/**
 * Delivers webhooks and tries again, in memory only: what is pending when the process ends is lost, as it is with the
 * real server. An application that must not miss an event needs a reconciliation of its own.
 */
import { describeError } from '../log.js';
import { nextDelaySeconds } from './schedule.js';

/** The real server has neither bound. Here a dead receiver must not fill the container's memory within its ten tries. */
const MAX_PENDING = 5_000;

/** Written as JSON. A single event above it goes all the same, when nothing else is pending. */
const MAX_PENDING_CHARACTERS = 128 * 1024 * 1024;

/** @typedef {{body: {event: string, instance: string}, headers: Record<string, unknown>, url: string}} Delivery */
/** @typedef {{send: (delivery: Delivery) => void, readonly pending: number}} Courier */

/**
 * @param {object} parts
 * @param {import('../log.js').Log} parts.log
 * @param {import('../settings/retry.js').RetryPolicy} parts.policy
 * @param {(delivery: Delivery, timeoutMs: number) => Promise<number>} parts.post resolves to the status
 * @param {(work: () => void, seconds: number) => void} [parts.after]
 * @returns {Courier}
 */
export function createCourier({ log, policy, post, after = (work, seconds) => setTimeout(work, seconds * 1000) }) {
  let pending = 0;
  let characters = 0;

  const attempt = async (delivery, number, size) => {
    const done = () => {
      pending -= 1;
      characters -= size;
    };
    const facts = { event: delivery.body.event, instance: delivery.body.instance, attempt: number };
    let status;
    try {
      status = await post(delivery, policy.timeoutMs);
      if (status >= 200 && status < 300) {
        done();
        log.webhooks('delivered', { ...facts, status });
        return;
      }
      log.warn('webhook was refused', { ...facts, status });
    } catch (error) {
      log.warn('webhook did not arrive', { ...facts, ...describeError(error) });
    }
    const seconds = nextDelaySeconds(number, status, policy);
    if (seconds === undefined) {
      done();
      log.error('gave up a webhook', facts);
      return;
    }
    after(() => attempt(delivery, number + 1, size), seconds);
  };

  return {
    get pending() {
      return pending;
    },
    send: (delivery) => {
      const size = JSON.stringify(delivery.body).length;
      if (pending >= MAX_PENDING || (pending > 0 && characters + size > MAX_PENDING_CHARACTERS)) {
        log.error('dropped a webhook: too many are pending', { event: delivery.body.event, pending });
        return;
      }
      pending += 1;
      characters += size;
      // `attempt` handles its own failures; starting it later keeps the caller's answer from waiting for it.
      setImmediate(attempt, delivery, 1, size);
    },
  };
}
