/**
 * Failures asked for: the answer of a route replaced, delayed, or lost after the work was done.
 *
 * They live in memory only, so a restart is always a way back to a healthy server.
 */
import { randomUUID } from 'node:crypto';

/**
 * @typedef {object} FaultRequest
 * @property {string} route beginning of a path, for example `/message/sendText`
 * @property {string} [instance] only calls for this one; without it, all
 * @property {number} [status] answered instead of doing anything
 * @property {number} [delayMs] waited before anything else
 * @property {'before' | 'after'} [drop] the connection ends without an answer, before or after the work was done.
 *   `after` is the uncertain send: stored and announced, and the caller does not know
 * @property {number} [times] calls it strikes; without it, until it is cleared
 */

/** @typedef {FaultRequest & {id: string, hits: number}} Fault */

/** @returns {{add: (request: FaultRequest) => Fault, all: () => Fault[], clear: (id?: string) => number, strike: Strike}} */
export function createFaults() {
  /** @type {Map<string, Fault>} */
  const faults = new Map();

  const applies = ({ hits, instance, route, times }, path, params) =>
    (times === undefined || hits < times) &&
    (instance === undefined || instance === params.instanceName) &&
    startsWith(path, route);

  return {
    add: (request) => {
      const fault = { id: randomUUID(), ...request, hits: 0 };
      faults.set(fault.id, fault);
      return fault;
    },
    /** Spent ones stay listed: their `hits` say that they struck. */
    all: () => [...faults.values()],
    clear: (id) => {
      const count = id === undefined ? faults.size : Number(faults.has(id));
      if (id === undefined) faults.clear();
      else faults.delete(id);
      return count;
    },
    /** The oldest fault that applies to this call, counted as used. */
    strike: (path, params) => {
      const fault = [...faults.values()].find((candidate) => applies(candidate, path, params));
      if (fault) fault.hits += 1;
      return fault;
    },
  };
}

/**
 * @callback Strike
 * @param {string} path pattern of the route
 * @param {Record<string, string>} params
 * @returns {Fault | undefined}
 */

/**
 * @param {string} path
 * @param {string} start whole parts only: `/message/send` is no beginning of `/message/sendText`
 * @returns {boolean}
 */
export function startsWith(path, start) {
  const trimmed = start.replace(/\/+$/, '').toLowerCase();
  return `${path.toLowerCase()}/`.startsWith(`${trimmed}/`);
}
