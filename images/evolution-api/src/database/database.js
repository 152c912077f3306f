/**
 * A pool of connections to one schema of one Postgres.
 */
import pg from 'pg';
import { describeError } from '../log.js';
import { parseDatabaseUri } from './uri.js';

/** A query that takes longer has lost its server: the caller gets a 500 instead of waiting for ever. */
export const QUERY_TIMEOUT_MS = 10_000;

/**
 * @typedef {object} Database
 * @property {(sql: string, parameters?: unknown[]) => Promise<any[]>} query
 * @property {(name: string) => string} table quoted name with its schema. Names are qualified instead of relying on
 *   `search_path`, which a pooler in transaction mode does not keep.
 * @property {<T>(work: (query: Database['query']) => Promise<T>) => Promise<T>} transaction
 * @property {() => Promise<void>} close
 */

/**
 * Connects and checks that the server answers.
 * @param {string} uri
 * @param {import('../log.js').Log} log
 * @param {number} [queryTimeoutMs]
 * @returns {Promise<Database & {schema: string}>}
 */
export async function connectDatabase(uri, log, queryTimeoutMs = QUERY_TIMEOUT_MS) {
  const { schema, pool: config } = parseDatabaseUri(uri);
  const pool = new pg.Pool({ ...config, query_timeout: queryTimeoutMs });
  // An idle connection that breaks is replaced by the next query; without a listener it would end the process.
  pool.on('error', (error) => log.warn('lost a database connection', describeError(error)));
  try {
    await pool.query('SELECT 1');
  } catch (error) {
    await pool.end();
    throw error;
  }
  return {
    schema,
    close: () => pool.end(),
    query: async (sql, parameters) => (await pool.query(sql, parameters)).rows,
    table: (name) => `${quote(schema)}.${quote(name)}`,
    transaction: (work) => transaction(pool, work),
  };
}

/**
 * @param {string} name
 * @returns {string} the name as an SQL identifier
 */
export function quote(name) {
  return `"${name.replaceAll('"', '""')}"`;
}

async function transaction(pool, work) {
  const client = await pool.connect();
  let broken;
  try {
    await client.query('BEGIN');
    const result = await work(async (sql, parameters) => (await client.query(sql, parameters)).rows);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure) => {
      broken = failure;
    });
    throw error;
  } finally {
    // A connection that could not even roll back is thrown away, not handed to the next caller.
    client.release(broken);
  }
}
