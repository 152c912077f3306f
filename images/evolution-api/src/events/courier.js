/**
 * Delivers webhooks and tries again, in memory only: what is pending when the process ends is lost, as it is with the
 * real server. An application that must not miss an event needs a reconciliation of its own.
 */
import { describeError } from '../log.js';
import { nextDelaySeconds } from './schedule.js';

/** The real server has no bound. Here a dead receiver must not fill the container's memory within its ten tries. */
const MAX_PENDING = 5_000;

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

  const attempt = async (delivery, number) => {
    const facts = { event: delivery.body.event, instance: delivery.body.instance, attempt: number };
    let status;
    try {
      status = await post(delivery, policy.timeoutMs);
      if (status >= 200 && status < 300) {
        pending -= 1;
        log.webhooks('delivered', { ...facts, status });
        return;
      }
      log.warn('webhook was refused', { ...facts, status });
    } catch (error) {
      log.warn('webhook did not arrive', { ...facts, ...describeError(error) });
    }
    const seconds = nextDelaySeconds(number, status, policy);
    if (seconds === undefined) {
      pending -= 1;
      log.error('gave up a webhook', facts);
      return;
    }
    after(() => attempt(delivery, number + 1), seconds);
  };

  return {
    get pending() {
      return pending;
    },
    send: (delivery) => {
      if (pending >= MAX_PENDING) {
        log.error('dropped a webhook: too many are pending', { event: delivery.body.event, pending });
        return;
      }
      pending += 1;
      // `attempt` handles its own failures; starting it later keeps the caller's answer from waiting for it.
      setImmediate(attempt, delivery, 1);
    },
  };
}
