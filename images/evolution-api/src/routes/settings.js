/**
 * `/settings/*`: how an instance behaves. It is stored and shown; with no WhatsApp behind, nothing else follows from it.
 */
import { SETTINGS_SCHEMA, readBehaviour } from '../domain/settingsRequest.js';
import { check } from '../http/validate.js';

/**
 * @param {object} parts
 * @param {ReturnType<typeof import('../http/guards.js').createGuards>} parts.guards
 * @param {ReturnType<typeof import('../domain/instances.js').createInstances>} parts.instances
 * @param {ReturnType<typeof import('../store/instances.js').createInstanceStore>} parts.store
 * @returns {import('../http/router.js').Route[]}
 */
export function settingsRoutes({ guards, instances, store }) {
  const own = [guards.exists, guards.holdsKey];

  const set = async ({ body, params }) => {
    check(body, SETTINGS_SCHEMA);
    const instance = instances.known(params.instanceName);
    await store.setBehaviour(instance.id, readBehaviour(body));
    return { status: 201, body: { settings: { instanceName: instance.name, settings: body } } };
  };

  const find = async ({ params }) => {
    const instance = instances.known(params.instanceName);
    return { status: 200, body: (await store.behaviour(instance.id)) ?? null };
  };

  return [
    { method: 'POST', path: '/settings/set/:instanceName', guards: own, handle: set },
    { method: 'GET', path: '/settings/find/:instanceName', guards: own, handle: find },
  ];
}
