/**
 * `/webhook/*`: where an instance reports to, and where the channel's events come in.
 */
import { check } from '../http/validate.js';
import { WEBHOOK_SCHEMA, readWebhook } from '../domain/webhookRequest.js';

/** @type {import('../http/validate.js').Schema} */
const SET_SCHEMA = { type: 'object', required: ['webhook'], properties: { webhook: WEBHOOK_SCHEMA } };

/**
 * @param {object} parts
 * @param {ReturnType<typeof import('../http/guards.js').createGuards>} parts.guards
 * @param {ReturnType<typeof import('../domain/instances.js').createInstances>} parts.instances
 * @param {ReturnType<typeof import('../domain/messages.js').createMessages>} parts.messages
 * @param {ReturnType<typeof import('../store/webhooks.js').createWebhookStore>} parts.store
 * @returns {import('../http/router.js').Route[]}
 */
export function webhookRoutes({ guards, instances, messages, store }) {
  const own = [guards.exists, guards.holdsKey];

  const set = async ({ body, params }) => {
    check(body, SET_SCHEMA);
    const instance = instances.known(params.instanceName);
    return { status: 201, body: await store.save(instance.id, readWebhook(body.webhook)) };
  };

  const find = async ({ params }) => {
    const instance = instances.known(params.instanceName);
    return { status: 200, body: (await store.find(instance.id)) ?? null };
  };

  /** An event nobody takes is a 200 without a body, as on the real server: only the log tells. */
  const receive = async ({ body }) => {
    const taken = await messages.receive(body);
    return taken ? { status: 200, body: { status: 'success' } } : { status: 200 };
  };

  return [
    // No guard: on the real server whoever reaches this route can inject messages. Block it at the public edge.
    { method: 'POST', path: '/webhook/evolution', handle: receive },
    { method: 'POST', path: '/webhook/set/:instanceName', guards: own, handle: set },
    { method: 'GET', path: '/webhook/find/:instanceName', guards: own, handle: find },
  ];
}
