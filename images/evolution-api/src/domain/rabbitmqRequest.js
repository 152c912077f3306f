/**
 * What an instance wants published, as a caller writes it, checked and turned into the row to store.
 */
import { EVENTS } from '../contract.js';

/**
 * Shape of the `rabbitmq` object, shared by /rabbitmq/set and /instance/create.
 * @type {import('../http/validate.js').Schema}
 */
export const RABBITMQ_SCHEMA = {
  type: 'object',
  properties: {
    enabled: { type: 'boolean' },
    events: { type: 'array', items: { type: 'string', enum: EVENTS } },
  },
};

/**
 * @param {{enabled: boolean, events?: string[]}} rabbitmq already checked against RABBITMQ_SCHEMA
 * @returns {import('../store/rabbitmqs.js').Rabbitmq} an empty list means everything, and is stored as everything
 */
export function readRabbitmqRequest({ enabled, events = [] }) {
  if (!enabled) return { enabled, events: [] };
  return { enabled, events: events.length === 0 ? [...EVENTS] : events };
}
