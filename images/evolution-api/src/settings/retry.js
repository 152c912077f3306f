/**
 * How failed webhooks are tried again, read from `WEBHOOK_REQUEST_TIMEOUT_MS` and `WEBHOOK_RETRY_*`.
 */

/**
 * @typedef {object} RetryPolicy
 * @property {boolean} exponential double the delay after each failure
 * @property {number} initialDelaySeconds
 * @property {number} jitterFactor share of the delay that is random, 0..1
 * @property {number} maxAttempts first delivery included
 * @property {number} maxDelaySeconds
 * @property {readonly number[]} nonRetryableStatusCodes answers that end the delivery at once
 * @property {number} timeoutMs for one attempt
 */

/**
 * @param {Record<string, string | undefined>} env
 * @returns {Readonly<RetryPolicy>}
 */
export function readRetryPolicy(env) {
  return Object.freeze({
    exponential: env.WEBHOOK_RETRY_USE_EXPONENTIAL_BACKOFF !== 'false',
    initialDelaySeconds: positive(env.WEBHOOK_RETRY_INITIAL_DELAY_SECONDS, 5),
    jitterFactor: share(env.WEBHOOK_RETRY_JITTER_FACTOR, 0.2),
    maxAttempts: positive(env.WEBHOOK_RETRY_MAX_ATTEMPTS, 10),
    maxDelaySeconds: positive(env.WEBHOOK_RETRY_MAX_DELAY_SECONDS, 300),
    nonRetryableStatusCodes: codes(env.WEBHOOK_RETRY_NON_RETRYABLE_STATUS_CODES, [400, 401, 403, 404, 422]),
    timeoutMs: positive(env.WEBHOOK_REQUEST_TIMEOUT_MS, 30_000),
  });
}

function positive(text, fallback) {
  const number = Number(text || fallback);
  return Number.isFinite(number) && number > 0 ? number : fallback;
}

function share(text, fallback) {
  const number = Number(text || fallback);
  return number >= 0 && number <= 1 ? number : fallback;
}

function codes(text, fallback) {
  if (!text) return fallback;
  return text.split(',').map(Number).filter(Number.isInteger);
}
