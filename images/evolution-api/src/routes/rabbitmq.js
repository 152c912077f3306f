/**
 * `/rabbitmq/*`: what an instance wants published.
 *
 * With RabbitMQ switched off both answer without a body and store nothing, as on the real server.
 */
import { RABBITMQ_SCHEMA, readRabbitmqRequest } from '../domain/rabbitmqRequest.js';
import { check } from '../http/validate.js';

/**
 * A list is needed to be on: without one the real server fails with a 400 of its own making.
 * @param {boolean} enabled
 * @returns {import('../http/validate.js').Schema}
 */
const setSchema = (enabled) => ({
  type: 'object',
  required: ['rabbitmq'],
  properties: { rabbitmq: { ...RABBITMQ_SCHEMA, required: enabled ? ['enabled', 'events'] : ['enabled'] } },
});

/**
 * @param {object} parts
 * @param {ReturnType<typeof import('../http/guards.js').createGuards>} parts.guards
 * @param {ReturnType<typeof import('../domain/instances.js').createInstances>} parts.instances
 * @param {boolean} parts.enabled
 * @param {ReturnType<typeof import('../store/rabbitmqs.js').createRabbitmqStore>} parts.store
 * @returns {import('../http/router.js').Route[]}
 */
export function rabbitmqRoutes({ guards, instances, enabled, store }) {
  const own = [guards.exists, guards.holdsKey];

  const set = async ({ body, params }) => {
    check(body, setSchema(body?.rabbitmq?.enabled === true));
    const instance = instances.known(params.instanceName);
    if (!enabled) return { status: 201 };
    return { status: 201, body: await store.save(instance.id, readRabbitmqRequest(body.rabbitmq)) };
  };

  const find = async ({ params }) => {
    const instance = instances.known(params.instanceName);
    if (!enabled) return { status: 200 };
    return { status: 200, body: (await store.find(instance.id)) ?? null };
  };

  return [
    { method: 'POST', path: '/rabbitmq/set/:instanceName', guards: own, handle: set },
    { method: 'GET', path: '/rabbitmq/find/:instanceName', guards: own, handle: find },
  ];
}
