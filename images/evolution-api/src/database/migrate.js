/**
 * Brings a schema up to date, once, whoever else tries at the same moment.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { quote } from './database.js';

const FOLDER = new URL('./migrations/', import.meta.url);
const HISTORY = '_twin_migrations';

/** Any fixed number: it names the lock that keeps two migrations of one database apart. */
const LOCK = 7_203_451;

/**
 * @param {import('./database.js').Database & {schema: string}} database
 * @returns {Promise<string[]>} names of the migrations applied now
 * @throws {Error} when the schema already holds tables of something else
 */
export async function migrate(database) {
  return database.transaction(async (query) => {
    await query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await ensureSchema(query, database.schema);
    await query(`SET LOCAL search_path TO ${quote(database.schema)}`);
    const done = new Set(await history(query, database.schema));
    const pending = migrationNames().filter((name) => !done.has(name));
    for (const name of pending) {
      await query(readFileSync(new URL(name, FOLDER), 'utf8'));
      await query(`INSERT INTO ${quote(HISTORY)} (name) VALUES ($1)`, [name]);
    }
    return pending;
  });
}

/** @returns {string[]} file names in the order they apply */
export function migrationNames() {
  return readdirSync(FOLDER).filter((name) => name.endsWith('.sql')).sort();
}

async function ensureSchema(query, schema) {
  // Not "IF NOT EXISTS": that needs the right to create schemas even where there is nothing to create.
  const found = await query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  if (found.length === 0) await query(`CREATE SCHEMA ${quote(schema)}`);
}

async function history(query, schema) {
  const rows = await query('SELECT tablename AS name FROM pg_tables WHERE schemaname = $1', [schema]);
  if (rows.length > 0 && !rows.some(({ name }) => name === HISTORY)) {
    throw new Error(
      `the schema "${schema}" is not empty and has no history of this server. Tables of something else would be mixed ` +
        'with its own. Give it a database or a ?schema= of its own.',
    );
  }
  if (rows.length === 0) {
    await query(`CREATE TABLE ${quote(HISTORY)} (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`);
  }
  return (await query(`SELECT name FROM ${quote(HISTORY)}`)).map(({ name }) => name);
}
