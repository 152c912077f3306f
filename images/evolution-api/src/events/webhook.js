/**
 * The webhook stored with an instance: delivered and tried again, in memory only. What is pending when the process ends is
 * lost. An application that must not miss an event needs a reconciliation of its own.
 *
 * Source: evolution-api 2.3.7, src/api/integrations/event/webhook/webhook.controller.ts lines 61-330.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { subscriptionName } from '../contract.js';
import { describeError } from '../log.js';

/** Receivers that filter or rate by client see the family they will see in production. */
const CLIENT = { accept: 'application/json, text/plain, */*', 'content-type': 'application/json', 'user-agent': 'axios/1.13.2' };

/** The row is read for every event, so a change counts at once. */
export function webhookChannel({ log, policy, store, pause = (seconds) => wait(seconds * 1000) }) {
  const attempt = async (url, headers, body) => {
    const answer = await fetch(url, {
      body,
      // Not kept: a receiver that closes idle connections would turn a delivery into another try and a duplicate.
      headers: { ...CLIENT, connection: 'close', ...headers },
      method: 'POST',
      signal: AbortSignal.timeout(policy.timeoutMs),
    });
    // Read, not cancelled: that would be an error and the end of its connection, for a body of a few bytes.
    await answer.arrayBuffer();
    return answer.status;
  };

  return {
    name: 'webhook',
    /** Resolves when it has arrived or is given up. */
    deliver: async (message, instance) => {
      const webhook = await store.webhook(instance.id);
      if (!webhook?.enabled || !webhook.events.includes(subscriptionName(message.event))) return;
      // Any text is stored as an address, and one that is none is never posted to.
      if (!/^https?:\/\//.test(webhook.url)) return;
      const { event, instance: name, data, ...rest } = message;
      const body = JSON.stringify({ event, instance: name, data, destination: webhook.url, ...rest });
      const url = webhook.webhookByEvents ? `${webhook.url}/${event.replace(/[._]/g, '-')}` : webhook.url;
      for (let number = 1; ; number += 1) {
        const facts = { event, instance: name, attempt: number };
        let status;
        try {
          status = await attempt(url, webhook.headers, body);
          if (status >= 200 && status < 300) {
            log.webhooks('delivered', { ...facts, status });
            return;
          }
          log.warn('webhook was refused', { ...facts, status });
        } catch (error) {
          log.warn('webhook did not arrive', { ...facts, ...describeError(error.cause ?? error) });
        }
        const seconds = nextDelaySeconds(number, status, policy);
        if (seconds === undefined) {
          log.error('gave up a webhook', facts);
          return;
        }
        await pause(seconds);
      }
    },
  };
}

/**
 * After 5 s, 10 s, 20 s … up to 300 s, so at 0, 5, 15, 35 …
 * @param {number} failures how many attempts have failed, from 1
 * @param {number | undefined} status of the last answer; undefined when there was none
 * @param {() => number} [random] in [0, 1)
 * @returns {number | undefined} seconds to wait; undefined when the delivery is over
 */
export function nextDelaySeconds(failures, status, policy, random = Math.random) {
  if (failures >= policy.maxAttempts) return undefined;
  if (status !== undefined && policy.nonRetryable.includes(status)) return undefined;
  if (!policy.exponential) return policy.initialDelaySeconds;
  const delay = Math.min(policy.initialDelaySeconds * 2 ** (failures - 1), policy.maxDelaySeconds);
  const jitter = delay * policy.jitterFactor * (random() * 2 - 1);
  return Math.max(policy.initialDelaySeconds, delay + jitter);
}
