/**
 * When a failed webhook is tried again: after 5 s, 10 s, 20 s … up to 300 s, so at 0, 5, 15, 35 …
 */

/**
 * @param {number} failures how many attempts have failed, from 1
 * @param {number | undefined} status of the last answer; undefined when there was none
 * @param {import('../settings/retry.js').RetryPolicy} policy
 * @param {() => number} [random] in [0, 1)
 * @returns {number | undefined} seconds to wait; undefined when the delivery is over
 */
export function nextDelaySeconds(failures, status, policy, random = Math.random) {
  if (failures >= policy.maxAttempts) return undefined;
  if (status !== undefined && policy.nonRetryableStatusCodes.includes(status)) return undefined;
  const factor = policy.exponential ? 2 ** (failures - 1) : 1;
  const delay = Math.min(policy.initialDelaySeconds * factor, policy.maxDelaySeconds);
  const jitter = delay * policy.jitterFactor * (random() * 2 - 1);
  return Math.max(policy.initialDelaySeconds, delay + jitter);
}
