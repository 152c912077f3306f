/** Instances with what belongs to them, as rows. */
import { randomUUID } from 'node:crypto';
import { PrismaError } from './database.js';

/** In the order in which the real server lists them. */
export const BEHAVIOUR = Object.freeze([
  'rejectCall', 'msgCall', 'groupsIgnore', 'alwaysOnline', 'readMessages', 'readStatus', 'syncFullHistory', 'wavoipToken',
]);

/** Relations that exist on the real server and are never filled here: readers rely on the fields being present. */
const EMPTY_RELATIONS = { Chatwoot: null, Proxy: null, Rabbitmq: null, Nats: null, Sqs: null, Websocket: null };

/** @param {string} clientName instances of any other client stay invisible */
export function createStore({ query, table }, clientName) {
  const names = ['Chat', 'Contact', 'Instance', 'Message', 'Setting', 'Webhook'];
  const [chats, contacts, instances, messages, settings, webhooks] = names.map(table);
  const columns = BEHAVIOUR.map((name) => `"${name}"`).join(',');
  const first = async (sql, parameters) => (await query(sql, parameters))[0];

  return {
    /** Every row of this client, oldest first. */
    all: () => query(`SELECT * FROM ${instances} WHERE "clientName" = $1 ORDER BY "createdAt"`, [clientName]),

    /** Of any client: names are unique across them, and so are the other keys in practice. */
    by: (column, value) => first(`SELECT * FROM ${instances} WHERE "${column}" = $1 ORDER BY "createdAt" LIMIT 1`, [value]),

    /** @param {{id?: string, name?: string}} more conditions */
    byToken: (token, { id, name }) =>
      query(
        `SELECT * FROM ${instances} WHERE "token" = $1 AND ($2::text IS NULL OR "id" = $2) AND ($3::text IS NULL OR "name" = $3)`,
        [token, id || null, name || null],
      ),

    isEmpty: async () => (await query(`SELECT 1 FROM ${instances} LIMIT 1`)).length === 0,

    /** Writes an instance with its settings and, where there is one, its webhook: all of them, or none is left. */
    insert: async (row, behaviour, webhook) => {
      await query(
        `INSERT INTO ${instances} ("id","name","connectionStatus","integration","number","token","clientName") VALUES ($1,$2,$3,$4,$5,$6,$7)`,
        [row.id, row.name, row.connectionStatus, row.integration, row.number, row.token, clientName],
      );
      try {
        await query(
          `INSERT INTO ${settings} ("id","instanceId",${columns}) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)`,
          [randomUUID(), row.id, ...BEHAVIOUR.map((name) => behaviour[name])],
        );
        if (webhook) await query(...webhookUpsert(webhooks, row.id, webhook));
      } catch (error) {
        await query(`DELETE FROM ${instances} WHERE "id" = $1`, [row.id]);
        throw error;
      }
    },

    /** The rows `fetchInstances` shows. @param {string[]} [only] names */
    detailed: async (only) => {
      const count = (relation) => `(SELECT count(*)::int FROM ${relation} r WHERE r."instanceId" = i."id")`;
      const rows = await query(
        `SELECT i.*, to_jsonb(s) AS "Setting",
                jsonb_build_object('Message', ${count(messages)}, 'Contact', ${count(contacts)}, 'Chat', ${count(chats)}) AS "_count"
           FROM ${instances} i LEFT JOIN ${settings} s ON s."instanceId" = i."id"
          WHERE i."clientName" = $1 AND ($2::text[] IS NULL OR i."name" = ANY($2)) ORDER BY i."createdAt"`,
        [clientName, only],
      );
      return rows.map(({ Setting, ...row }) => ({ ...row, ...EMPTY_RELATIONS, Setting: withDates(Setting) }));
    },

    /** @returns {Promise<Record<string, boolean | string> | undefined>} how it behaves */
    behaviour: (id) =>
      first(`SELECT ${columns} FROM ${settings} WHERE "instanceId" = $1`, [id]),

    /** What is not named stays. */
    setBehaviour: (id, behaviour) =>
      query(
        `UPDATE ${settings} SET ${BEHAVIOUR.map((name, index) => `"${name}" = COALESCE($${index + 2}, "${name}")`).join(', ')},
                "updatedAt" = now() WHERE "instanceId" = $1`,
        [id, ...BEHAVIOUR.map((name) => behaviour[name])],
      ),

    /** Settings, webhook, messages, contacts and chats go with it. */
    remove: (id) => query(`DELETE FROM ${instances} WHERE "id" = $1`, [id]),

    webhook: (id) => first(`SELECT * FROM ${webhooks} WHERE "instanceId" = $1`, [id]),

    /** What is undefined stays as it was. */
    setWebhook: (id, webhook) => first(...webhookUpsert(webhooks, id, webhook)),

    /** Makes or changes a contact, and makes its chat. @returns {Promise<boolean>} whether there was a chat already */
    meet: async ({ instanceId, profilePicUrl, pushName, remoteJid }) => {
      await query(
        `INSERT INTO ${contacts} ("id","remoteJid","pushName","profilePicUrl","instanceId") VALUES ($1,$2,$3,$4,$5)
         ON CONFLICT ("remoteJid","instanceId") DO UPDATE SET "pushName" = COALESCE(excluded."pushName", ${contacts}."pushName"),
           "profilePicUrl" = COALESCE(excluded."profilePicUrl", ${contacts}."profilePicUrl"), "updatedAt" = now()`,
        [randomUUID(), remoteJid, pushName, profilePicUrl, instanceId],
      );
      const made = await query(
        `INSERT INTO ${chats} ("id","remoteJid","instanceId") VALUES ($1,$2,$3)
         ON CONFLICT ("instanceId","remoteJid") DO NOTHING RETURNING 1`,
        [randomUUID(), remoteJid, instanceId],
      );
      return made.length === 0;
    },
  };
}

/** @returns {[string, unknown[]]} arguments of `query`, so that it can be part of a larger transaction */
function webhookUpsert(webhooks, instanceId, webhook) {
  if (webhook.url === undefined) throw new PrismaError('Argument `url` is missing.');
  const kept = ['headers', 'webhookByEvents', 'webhookBase64'];
  const sql = `INSERT INTO ${webhooks} ("id","instanceId","url","enabled","events","headers","webhookByEvents","webhookBase64")
    VALUES ($1,$2,$3,$4,$5,$6,COALESCE($7, false),COALESCE($8, false))
    ON CONFLICT ("instanceId") DO UPDATE SET "url" = $3, "enabled" = $4, "events" = $5, "updatedAt" = now(),
      ${kept.map((name, index) => `"${name}" = COALESCE($${index + 6}, ${webhooks}."${name}")`).join(', ')}
    RETURNING *`;
  const { enabled, events, headers, url, webhookBase64, webhookByEvents } = webhook;
  const json = (value) => (value === undefined || value === null ? null : JSON.stringify(value));
  return [sql, [randomUUID(), instanceId, url, enabled, json(events), json(headers), webhookByEvents, webhookBase64]];
}

/** Postgres writes times inside JSON with an offset, the API with a `Z`. */
function withDates(related) {
  return related && { ...related, createdAt: new Date(related.createdAt), updatedAt: new Date(related.updatedAt) };
}
