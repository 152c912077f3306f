/**
 * Messages as rows, and the search the API offers over them.
 */
import { randomUUID } from 'node:crypto';

const SHOWN = '"id","key","pushName","messageType","message","messageTimestamp"::int,"instanceId","source","contextInfo"';

/**
 * @typedef {object} Message
 * @property {{id: string, remoteJid: string, fromMe: boolean}} key
 * @property {string} [pushName]
 * @property {Record<string, unknown>} message
 * @property {string} messageType
 * @property {number} messageTimestamp seconds
 * @property {string} source
 * @property {string} instanceId
 */

/** @param {import('../database/database.js').Database} database */
export function createMessageStore(database) {
  const messages = database.table('Message');
  return {
    /** The same `key.id` may come twice: the real server stores it twice as well. @param {Message} message */
    insert: (message) =>
      database.query(
        `INSERT INTO ${messages} ("id","key","pushName","messageType","message","source","messageTimestamp","instanceId")
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8)`,
        [
          randomUUID(), JSON.stringify(message.key), message.pushName, message.messageType,
          JSON.stringify(message.message), message.source, message.messageTimestamp, message.instanceId,
        ],
      ),

    /**
     * One page, newest first.
     * @param {string} instanceId
     * @param {MessageFilter} filter
     * @param {{page: number, size: number}} window
     * @returns {Promise<{total: number, records: object[]}>}
     */
    find: async (instanceId, filter, { page, size }) => {
      const { where, parameters } = messageConditions(instanceId, filter);
      const [{ total }] = await database.query(`SELECT count(*)::int AS total FROM ${messages} WHERE ${where}`, parameters);
      const records = await database.query(
        `SELECT ${SHOWN} FROM ${messages} WHERE ${where} ORDER BY "messageTimestamp" DESC, "createdAt" DESC
          LIMIT $${parameters.length + 1} OFFSET $${parameters.length + 2}`,
        [...parameters, size, (page - 1) * size],
      );
      return { total, records };
    },
  };
}

/**
 * @typedef {object} MessageFilter
 * @property {string} [id]
 * @property {string} [source]
 * @property {string} [messageType]
 * @property {{id?: string, remoteJid?: string, fromMe?: boolean}} [key]
 * @property {{from?: number, to?: number}} [time] seconds, both ends included
 */

/**
 * @param {string} instanceId
 * @param {MessageFilter} filter
 * @returns {{where: string, parameters: unknown[]}}
 */
export function messageConditions(instanceId, filter) {
  const parameters = [instanceId];
  const parts = ['"instanceId" = $1'];
  const add = (expression, value) => {
    if (value !== undefined && value !== null) parts.push(`${expression} $${parameters.push(value)}`);
  };
  add('"id" =', filter.id);
  add('"source" =', filter.source);
  add('"messageType" =', filter.messageType);
  add(`"key" ->> 'id' =`, filter.key?.id);
  add(`"key" ->> 'remoteJid' =`, filter.key?.remoteJid);
  add(`("key" ->> 'fromMe')::boolean =`, filter.key?.fromMe);
  add('"messageTimestamp" >=', filter.time?.from);
  add('"messageTimestamp" <=', filter.time?.to);
  return { where: parts.join(' AND '), parameters };
}
