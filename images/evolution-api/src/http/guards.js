/**
 * Who may do what, in the order of the real server: the instance exists, then its name is free, then the key is right.
 *
 * The order shows: an unknown instance is a 404 and a taken name a 403 even without a key. Tokens are looked up in the
 * database, and a look-up that fails counts as a wrong key: without Postgres a valid token gets 401.
 *
 * Source: evolution-api 2.3.7, src/api/guards/auth.guard.ts, instance.guard.ts.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { describeError } from '../log.js';
import { forbidden, internal, notFound, unauthorized } from './errors.js';

/**
 * @param {string} parts.apiKey the global key
 * @param {boolean} parts.saves whether a token may ask for the list
 */
export function createGuards({ apiKey, instances, log, saves, store }) {
  const isGlobal = (key) => key !== undefined && sameSecret(key, apiKey);
  const exists = async (name) => {
    try {
      // A body without a name asks for any: whoever has an instance is told that "undefined" is taken.
      if (name === undefined) return !(await store.isEmpty());
      return instances.get(name) !== undefined || (await store.by('name', name)) !== undefined;
    } catch (error) {
      throw internal(String(error));
    }
  };
  const holds = async (key, column, value) => {
    try {
      const row = await store.by(column, value);
      return row !== undefined && sameSecret(key, row.token);
    } catch (error) {
      log.error('a key could not be looked up', describeError(error));
      return false;
    }
  };

  return {
    isGlobal,

    exists: async ({ params: { instanceName } }) => {
      if (!(await exists(instanceName))) throw notFound(`The "${instanceName}" instance does not exist`);
    },

    nameIsFree: async ({ body: { instanceName } }) => {
      if (await exists(instanceName)) throw forbidden(`This name "${instanceName}" is already in use.`);
    },
    /** The global key alone. */
    isOwner: ({ key }) => {
      if (!isGlobal(key)) throw unauthorized();
    },
    /** The global key, or the token of the instance the path names. */
    holdsKey: async ({ key, params: { instanceName } }) => {
      if (!isGlobal(key) && !(key && (await holds(key, 'name', instanceName)))) throw unauthorized();
    },
    /** The global key, or the token of any instance: the answer then holds only what that token owns. */
    holdsAnyKey: async ({ key }) => {
      if (!isGlobal(key) && !(key && saves && (await holds(key, 'token', key)))) throw unauthorized();
    },
  };
}

/** Compares secrets without telling anything about them by the time it takes: digests have one length whatever is given. */
export function sameSecret(one, other) {
  const digest = (text) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
