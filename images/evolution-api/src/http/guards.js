/**
 * Who may do what, in the order of the real server: the instance exists, then its name is free, then the key is right.
 *
 * The order shows: an unknown instance is a 404 and a taken name a 403 even without a key.
 */
import { forbidden, notFound, unauthorized } from './errors.js';
import { sameSecret } from './secret.js';

/** @typedef {(call: import('./router.js').Call) => Promise<void>} Guard */

/**
 * @param {object} parts
 * @param {string} parts.apiKey the global key
 * @param {import('../domain/registry.js').Registry} parts.registry
 * @param {import('../redis/sessions.js').Sessions} parts.sessions
 * @param {{byName: Function, byToken: Function}} parts.store
 * @returns {{exists: Guard, nameIsFree: Guard, holdsKey: Guard, holdsAnyKey: Guard, isGlobal: (key?: string) => boolean}}
 */
export function createGuards({ apiKey, registry, sessions, store }) {
  const find = async (name) => registry.get(name) ?? (await store.byName(name));
  // Where Redis decides it is asked even about what is in memory: a lost Redis makes each of these calls wait for it.
  const isKnown = async (name) => {
    if (!sessions.decide) return Boolean(await find(name));
    return (await sessions.has(name)) || registry.get(name) !== undefined;
  };
  const isGlobal = (key) => key !== undefined && sameSecret(key, apiKey);

  return {
    isGlobal,
    exists: async ({ params: { instanceName } }) => {
      if (!(await isKnown(instanceName))) throw notFound(`The "${instanceName}" instance does not exist`);
    },
    nameIsFree: async ({ body }) => {
      const name = body?.instanceName;
      if (typeof name === 'string' && (await isKnown(name))) throw forbidden(`This name "${name}" is already in use.`);
    },
    /** The global key, or the token of the instance the path names. */
    holdsKey: async ({ key, params: { instanceName } }) => {
      if (isGlobal(key)) return;
      const instance = key && instanceName ? await find(instanceName) : undefined;
      if (!instance || !sameSecret(key, instance.token)) throw unauthorized();
    },
    /** The global key, or the token of any instance: the answer then holds only what that token owns. */
    holdsAnyKey: async ({ key }) => {
      if (isGlobal(key)) return;
      if (!key || (await store.byToken(key)).length === 0) throw unauthorized();
    },
  };
}
