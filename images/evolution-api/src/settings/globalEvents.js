/**
 * Which events a global channel hears: `WEBHOOK_EVENTS_<EVENT>` and `RABBITMQ_EVENTS_<EVENT>`.
 */
import { EVENTS } from '../contract.js';
import { isTrue } from './switch.js';

/** Every example shows a variable for these, and the server reads none. */
const NEVER_READ = ['LOGOUT_INSTANCE', 'REMOVE_INSTANCE', 'STATUS_INSTANCE'];

/** The variable of the examples is `…_GROUP_UPDATE`; the one that is read has an S. */
const VARIABLES = { GROUP_UPDATE: 'GROUPS_UPDATE' };

/**
 * @param {Record<string, string | undefined>} env
 * @param {'WEBHOOK' | 'RABBITMQ'} channel
 * @returns {string[]} subscription names
 */
export function readGlobalEvents(env, channel) {
  return EVENTS.filter(
    (name) => !NEVER_READ.includes(name) && isTrue(env[`${channel}_EVENTS_${VARIABLES[name] ?? name}`]),
  );
}
