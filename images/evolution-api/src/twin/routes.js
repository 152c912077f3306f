/**
 * `/twin/*`: what the real server does not have. Contacts that answer, and failures on request, for whoever holds the
 * global key.
 */
import { notFound, unauthorized } from '../http/errors.js';
import { readConversation, readFault } from './requests.js';

/**
 * @param {object} parts
 * @param {ReturnType<typeof import('./conversations.js').createConversations>} parts.conversations
 * @param {ReturnType<typeof import('./faults.js').createFaults>} parts.faults
 * @param {ReturnType<typeof import('../http/guards.js').createGuards>} parts.guards
 * @param {string[]} parts.paths of the routes a fault may name
 * @returns {import('../http/router.js').Route[]}
 */
export function twinRoutes({ conversations, faults, guards, paths }) {
  const owner = async ({ key }) => {
    if (!guards.isGlobal(key)) throw unauthorized();
  };
  const collection = (path, items, read) => [
    { method: 'POST', path, guards: [owner], handle: ({ body }) => ({ status: 201, body: items.add(read(body)) }) },
    { method: 'GET', path, guards: [owner], handle: () => ({ status: 200, body: items.all() }) },
    { method: 'DELETE', path, guards: [owner], handle: () => ({ status: 200, body: { cleared: items.clear() } }) },
    { method: 'DELETE', path: `${path}/:id`, guards: [owner], handle: ({ params }) => remove(items, params.id) },
  ];
  return [
    ...collection('/twin/conversations', conversations, readConversation),
    ...collection('/twin/faults', faults, (body) => readFault(body, paths)),
    // A fault of every route must not strike those that lift it.
  ].map((route) => ({ ...route, exempt: true }));
}

function remove(items, id) {
  const cleared = items.clear(id);
  if (cleared === 0) throw notFound(`Nothing has the id "${id}"`);
  return { status: 200, body: { cleared } };
}
