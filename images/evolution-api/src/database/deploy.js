/**
 * `npm run db:deploy`: applies the migrations and ends. Exit code 1 means the database is not usable.
 */
import { createLog, describeError } from '../log.js';
import { fillFromFile } from '../settings/dotenv.js';
import { migrationUri } from '../settings/settings.js';
import { connectDatabase } from './database.js';
import { migrate } from './migrate.js';

/** Rewriting a large table takes its time, and so does waiting for somebody else's migration. */
const QUERY_TIMEOUT_MS = 15 * 60_000;

const log = createLog('migrate', ['ERROR', 'WARN', 'INFO']);

try {
  const database = await connectDatabase(migrationUri(fillFromFile(process.env, '.env')), log, QUERY_TIMEOUT_MS);
  try {
    const applied = await migrate(database);
    log.info(applied.length > 0 ? 'applied migrations' : 'nothing to apply', { names: applied.join(',') || undefined });
  } finally {
    await database.close();
  }
} catch (error) {
  log.error('the database could not be migrated', describeError(error));
  process.exitCode = 1;
}
