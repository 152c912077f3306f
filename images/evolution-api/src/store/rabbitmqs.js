/**
 * What each instance wants published, as rows, one per instance at most.
 */
import { randomUUID } from 'node:crypto';

/** @typedef {{enabled: boolean, events: string[]}} Rabbitmq */

/**
 * The statement that writes a row, as arguments of `query`, so that it can be part of a larger transaction.
 * @param {import('../database/database.js').Database} database
 * @param {string} instanceId
 * @param {Rabbitmq} rabbitmq
 * @returns {[string, unknown[]]}
 */
export function rabbitmqInsert(database, instanceId, { enabled, events }) {
  const sql = `INSERT INTO ${database.table('Rabbitmq')} ("id","instanceId","enabled","events") VALUES ($1,$2,$3,$4)
    ON CONFLICT ("instanceId") DO UPDATE SET "enabled" = excluded."enabled", "events" = excluded."events", "updatedAt" = now()
    RETURNING *`;
  return [sql, [randomUUID(), instanceId, enabled, JSON.stringify(events)]];
}

/** @param {import('../database/database.js').Database} database */
export function createRabbitmqStore(database) {
  return {
    /** @param {string} instanceId @returns {Promise<Rabbitmq | undefined>} */
    find: async (instanceId) =>
      (await database.query(`SELECT * FROM ${database.table('Rabbitmq')} WHERE "instanceId" = $1`, [instanceId]))[0],

    /** @param {string} instanceId @param {Rabbitmq} rabbitmq @returns {Promise<Rabbitmq>} the row as stored */
    save: async (instanceId, rabbitmq) => (await database.query(...rabbitmqInsert(database, instanceId, rabbitmq)))[0],
  };
}
