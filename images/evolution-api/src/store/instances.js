/**
 * Instances and their settings as rows.
 */
import { randomUUID } from 'node:crypto';
import { BEHAVIOUR } from '../domain/settingsRequest.js';
import { rabbitmqInsert } from './rabbitmqs.js';
import { webhookInsert } from './webhooks.js';

/** Relations that exist on the real server and are never filled here: readers rely on the fields being present. */
const EMPTY_RELATIONS = { Chatwoot: null, Proxy: null, Nats: null, Sqs: null, Websocket: null };

/**
 * @typedef {object} InstanceRow
 * @property {string} id
 * @property {string} name
 * @property {'open' | 'close' | 'connecting'} connectionStatus
 * @property {string} integration
 * @property {string | null} number
 * @property {string | null} businessId always null: no business account is ever behind one
 * @property {string} token
 */

/**
 * @param {import('../database/database.js').Database} database
 * @param {string} clientName instances of any other client stay invisible
 */
export function createInstanceStore(database, clientName) {
  const instances = database.table('Instance');
  const settings = database.table('Setting');
  const messages = database.table('Message');
  const rabbitmqs = database.table('Rabbitmq');

  return {
    /** Every row of this client, oldest first. @returns {Promise<InstanceRow[]>} */
    all: () => database.query(`SELECT * FROM ${instances} WHERE "clientName" = $1 ORDER BY "createdAt"`, [clientName]),

    /** @param {string[]} ids @returns {Promise<InstanceRow[]>} those of any client, oldest first */
    byIds: (ids) => database.query(`SELECT * FROM ${instances} WHERE "id" = ANY($1) ORDER BY "createdAt"`, [ids]),

    /** Names are unique across clients, so this looks at all of them. @returns {Promise<InstanceRow | undefined>} */
    byName: async (name) => (await database.query(`SELECT * FROM ${instances} WHERE "name" = $1`, [name]))[0],

    /** @returns {Promise<InstanceRow[]>} */
    byToken: (token) =>
      database.query(`SELECT * FROM ${instances} WHERE "token" = $1 AND "clientName" = $2`, [token, clientName]),

    /** Writes an instance with its settings and, where there are any, its webhook and its queues: all or nothing. */
    insert: (row, flags, { rabbitmq, webhook }) =>
      database.transaction(async (query) => {
        await query(
          `INSERT INTO ${instances} ("id","name","connectionStatus","integration","number","businessId","token","clientName")
           VALUES ($1,$2,$3,$4,$5,$6,$7,$8)`,
          [row.id, row.name, row.connectionStatus, row.integration, row.number, row.businessId, row.token, clientName],
        );
        const columns = BEHAVIOUR.map((flag) => `"${flag}"`).join(',');
        await query(
          `INSERT INTO ${settings} ("id","instanceId",${columns}) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)`,
          [randomUUID(), row.id, ...BEHAVIOUR.map((flag) => flags[flag])],
        );
        if (webhook) await query(...webhookInsert(database, row.id, webhook));
        if (rabbitmq) await query(...rabbitmqInsert(database, row.id, rabbitmq));
      }),

    /** The rows `fetchInstances` shows. @param {{name?: string, id?: string, number?: string, names?: string[]}} filter */
    detailed: async (filter) => {
      const { where, parameters } = conditions(filter, clientName);
      const rows = await database.query(
        `SELECT i.*, to_jsonb(s) AS "Setting", to_jsonb(r) AS "Rabbitmq",
                (SELECT count(*)::int FROM ${messages} m WHERE m."instanceId" = i."id") AS "messageCount"
           FROM ${instances} i LEFT JOIN ${settings} s ON s."instanceId" = i."id"
                LEFT JOIN ${rabbitmqs} r ON r."instanceId" = i."id"
          WHERE ${where} ORDER BY i."createdAt"`,
        parameters,
      );
      return rows.map(detailedRow);
    },

    /** @param {string} id @param {InstanceRow['connectionStatus']} state @param {number | null} reasonCode */
    setState: (id, state, reasonCode) =>
      database.query(
        `UPDATE ${instances} SET "connectionStatus" = $2, "disconnectionReasonCode" = $3,
                "disconnectionAt" = CASE WHEN $3::int IS NULL THEN NULL ELSE now() END, "updatedAt" = now()
          WHERE "id" = $1`,
        [id, state, reasonCode],
      ),

    /** @param {string} id @returns {Promise<Record<string, boolean | string>>} how it behaves */
    behaviour: async (id) => {
      const columns = BEHAVIOUR.map((name) => `"${name}"`).join(',');
      return (await database.query(`SELECT ${columns} FROM ${settings} WHERE "instanceId" = $1`, [id]))[0];
    },

    /** Replaces all of it. @param {string} id @param {Record<string, boolean | string>} behaviour */
    setBehaviour: (id, behaviour) => {
      const columns = BEHAVIOUR.map((name, index) => `"${name}" = $${index + 2}`).join(', ');
      const values = BEHAVIOUR.map((name) => behaviour[name]);
      return database.query(`UPDATE ${settings} SET ${columns}, "updatedAt" = now() WHERE "instanceId" = $1`, [id, ...values]);
    },

    /** Settings, webhook, queues and messages go with it. @param {string} id */
    remove: (id) => database.query(`DELETE FROM ${instances} WHERE "id" = $1`, [id]),
  };
}

function conditions(filter, clientName) {
  const parameters = [clientName];
  const parts = ['i."clientName" = $1'];
  for (const [column, value] of [['name', filter.name], ['id', filter.id], ['number', filter.number]]) {
    if (value) parts.push(`i."${column}" = $${parameters.push(value)}`);
  }
  if (filter.names) parts.push(`i."name" = ANY($${parameters.push(filter.names)})`);
  return { where: parts.join(' AND '), parameters };
}

function detailedRow({ messageCount, Rabbitmq, Setting, ...row }) {
  return {
    ...row,
    ...EMPTY_RELATIONS,
    Rabbitmq: withDates(Rabbitmq),
    Setting: withDates(Setting),
    _count: { Message: messageCount, Contact: 0, Chat: 0 },
  };
}

/** Postgres writes times inside JSON with an offset, the API with a `Z`. */
function withDates(related) {
  return related && { ...related, createdAt: new Date(related.createdAt), updatedAt: new Date(related.updatedAt) };
}
