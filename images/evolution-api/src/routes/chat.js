/**
 * `/chat/findMessages`: pages of stored messages.
 */
import { badRequest } from '../http/errors.js';
import { check } from '../http/validate.js';

/** The API calls the size of a page `offset`. */
const DEFAULT_SIZE = 50;

/** @type {import('../http/validate.js').Schema} */
const KEY_SCHEMA = {
  type: 'object',
  properties: { id: { type: 'string' }, remoteJid: { type: 'string' }, fromMe: { type: 'boolean' } },
};

/** @type {import('../http/validate.js').Schema} */
const FIND_SCHEMA = {
  type: 'object',
  properties: {
    offset: { type: 'number' },
    page: { type: 'number' },
    where: {
      type: 'object',
      properties: {
        id: { type: 'string' },
        key: KEY_SCHEMA,
        messageTimestamp: { type: 'object', properties: { gte: { type: 'string' }, lte: { type: 'string' } } },
        messageType: { type: 'string' },
        source: { type: 'string' },
      },
    },
  },
};

/**
 * @param {object} parts
 * @param {ReturnType<typeof import('../http/guards.js').createGuards>} parts.guards
 * @param {ReturnType<typeof import('../domain/instances.js').createInstances>} parts.instances
 * @param {ReturnType<typeof import('../store/messages.js').createMessageStore>} parts.store
 * @returns {import('../http/router.js').Route[]}
 */
export function chatRoutes({ guards, instances, store }) {
  const findMessages = async ({ body, params }) => {
    check(body, FIND_SCHEMA);
    const { id } = instances.known(params.instanceName);
    const page = positive(body.page, 1);
    const size = positive(body.offset, DEFAULT_SIZE);
    const { total, records } = await store.find(id, readFilter(body.where), { page, size });
    // No receipts exist on this channel, yet readers take the list for granted.
    const shown = records.map((record) => ({ ...record, MessageUpdate: [] }));
    return { status: 200, body: { messages: { total, pages: Math.ceil(total / size), currentPage: page, records: shown } } };
  };
  return [
    { method: 'POST', path: '/chat/findMessages/:instanceName', guards: [guards.exists, guards.holdsKey], handle: findMessages },
  ];
}

/** @param {any} [where] @returns {import('../store/messages.js').MessageFilter} */
function readFilter({ messageTimestamp, ...where } = {}) {
  return { ...where, time: { from: seconds(messageTimestamp?.gte), to: seconds(messageTimestamp?.lte) } };
}

function seconds(date) {
  if (date === undefined) return undefined;
  const time = Date.parse(date);
  if (Number.isNaN(time)) throw badRequest('messageTimestamp must be an ISO date');
  return Math.floor(time / 1000);
}

/** The bound keeps page times size within what Postgres takes as an offset. */
function positive(value, fallback) {
  return Number.isInteger(value) && value > 0 && value <= 1_000_000_000 ? value : fallback;
}
