/**
 * A pool of connections to one schema of one Postgres, by the address Prisma takes:
 * `postgresql://user:password@host:5432/database?schema=evolution_api&connection_limit=10`.
 */
import pg from 'pg';
import { describeError } from './log.js';
import { SettingsError } from './settings.js';

/** A query that takes longer has lost its server: the caller gets a failure instead of waiting for ever. */
const QUERY_TIMEOUT_MS = 10_000;

const DEFAULT_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5000;

/** What the real server's client throws. Routes show its text to callers, in the way the real ones do. */
export class PrismaError extends Error {
  name = 'PrismaClientKnownRequestError';

  constructor(reason, code) {
    super(`\nInvalid \`prisma.query()\` invocation:\n\n\n${reason}`);
    this.code = code;
  }
}

/**
 * Connects and checks that the server answers.
 * @returns `query(sql, parameters?)` for rows, `table(name)` for a quoted name with its schema
 */
export async function connectDatabase(uri, log) {
  const { schema, pool: config } = parseDatabaseUri(uri);
  const pool = new pg.Pool({ ...config, query_timeout: QUERY_TIMEOUT_MS });
  // An idle connection that breaks is replaced by the next query; without a listener it would end the process.
  pool.on('error', (error) => log.warn('lost a database connection', describeError(error)));
  const query = async (sql, parameters) => (await pool.query(sql, parameters)).rows;
  await query('SELECT 1');
  return {
    query: (sql, parameters) =>
      query(sql, parameters).catch((error) => {
        throw new PrismaError(describeError(error).reason, error.code);
      }),
    table: (name) => `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`,
  };
}

/** @throws {SettingsError} without repeating the string, because it holds the password */
export function parseDatabaseUri(uri) {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new SettingsError(
      'DATABASE_CONNECTION_URI: not a postgresql:// address. No database could be reached. ' +
        'Write postgresql://user:password@host:5432/database?schema=name and percent-encode the password.',
    );
  }
  const schema = url.searchParams.get('schema') || 'public';
  const max = Number(url.searchParams.get('connection_limit')) || DEFAULT_CONNECTIONS;
  url.search = '';
  const pool = { application_name: 'evolution-api', connectionString: url.href, connectionTimeoutMillis: CONNECT_TIMEOUT_MS };
  return { schema, pool: { ...pool, keepAlive: true, max } };
}
