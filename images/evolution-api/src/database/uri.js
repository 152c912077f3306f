/**
 * Reads a Prisma connection string: `postgresql://…?schema=evolution_api&connection_limit=10&sslmode=require`.
 */
import { readFileSync } from 'node:fs';
import { SettingsError } from '../settings/error.js';

const DEFAULT_CONNECTIONS = 10;
const DEFAULT_CONNECT_TIMEOUT_SECONDS = 5;

/**
 * @param {string} uri
 * @returns {{schema: string, pool: import('pg').PoolConfig}}
 * @throws {SettingsError} without repeating the string, because it holds the password
 */
export function parseDatabaseUri(uri) {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new SettingsError(
      'DATABASE_CONNECTION_URI: not a postgresql:// address. No database could be reached. ' +
        'Write postgresql://user:password@host:5432/database?schema=name and percent-encode the password.',
    );
  }
  const number = (name, fallback) => Number(url.searchParams.get(name)) || fallback;
  return {
    schema: url.searchParams.get('schema') || 'public',
    pool: {
      application_name: 'evolution-api',
      connectionTimeoutMillis: number('connect_timeout', DEFAULT_CONNECT_TIMEOUT_SECONDS) * 1000,
      database: decodeURIComponent(url.pathname.slice(1)),
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      keepAlive: true,
      max: number('connection_limit', DEFAULT_CONNECTIONS),
      password: decodeURIComponent(url.password),
      port: Number(url.port) || 5432,
      ssl: tls(url.searchParams),
      user: decodeURIComponent(url.username),
    },
  };
}

/** Prisma's TLS rules: a certificate is checked only under `sslaccept=strict`. */
function tls(parameters) {
  if (parameters.get('sslmode') !== 'require') return false;
  const authority = parameters.get('sslcert');
  return {
    ca: authority ? readFileSync(authority, 'utf8') : undefined,
    rejectUnauthorized: parameters.get('sslaccept') === 'strict',
  };
}
