/**
 * Webhooks as rows, one per instance at most.
 */
import { randomUUID } from 'node:crypto';

/**
 * @typedef {object} Webhook
 * @property {string} url
 * @property {Record<string, unknown> | null} headers sent verbatim with every delivery
 * @property {boolean} enabled
 * @property {string[]} events subscription names
 * @property {boolean} webhookByEvents the event becomes the last part of the path
 * @property {boolean} webhookBase64
 */

const COLUMNS = '"id","instanceId","url","headers","enabled","events","webhookByEvents","webhookBase64"';

/**
 * The statement that writes a webhook, as arguments of `query`, so that it can be part of a larger transaction.
 * @param {import('../database/database.js').Database} database
 * @param {string} instanceId
 * @param {Webhook} webhook
 * @returns {[string, unknown[]]}
 */
export function webhookInsert(database, instanceId, webhook) {
  const sql = `INSERT INTO ${database.table('Webhook')} (${COLUMNS}) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
    ON CONFLICT ("instanceId") DO UPDATE SET "url" = excluded."url", "headers" = excluded."headers",
      "enabled" = excluded."enabled", "events" = excluded."events", "webhookByEvents" = excluded."webhookByEvents",
      "webhookBase64" = excluded."webhookBase64", "updatedAt" = now()
    RETURNING *`;
  const json = (value) => (value === null ? null : JSON.stringify(value));
  return [
    sql,
    [
      randomUUID(), instanceId, webhook.url, json(webhook.headers), webhook.enabled, json(webhook.events),
      webhook.webhookByEvents, webhook.webhookBase64,
    ],
  ];
}

/** @param {import('../database/database.js').Database} database */
export function createWebhookStore(database) {
  return {
    /** @param {string} instanceId @returns {Promise<Webhook | undefined>} */
    find: async (instanceId) =>
      (await database.query(`SELECT * FROM ${database.table('Webhook')} WHERE "instanceId" = $1`, [instanceId]))[0],

    /** @param {string} instanceId @param {Webhook} webhook @returns {Promise<Webhook>} the row as stored */
    save: async (instanceId, webhook) => (await database.query(...webhookInsert(database, instanceId, webhook)))[0],
  };
}
