/**
 * The server, in the order of the real one: one look at the S3 bucket, which nobody waits for, then Postgres, then the first
 * try for Redis and RabbitMQ, then listen, then the stored instances.
 *
 * There is no handler for SIGTERM: under an init the default action ends the process at once, and what was in flight or
 * waiting for a retry is lost. That is the behaviour a stack has to live with.
 */
import { once } from 'node:events';
import { createApp } from './app.js';
import { createBucketLook } from './bucket.js';
import { connectDatabase } from './database.js';
import { createLog, describeError } from './log.js';
import { fillFromFile, readSettings } from './settings.js';

let log = createLog('main', ['ERROR', 'WARN', 'INFO']);

// The default print of an uncaught error shows its attached fields, and those may hold what a log must not.
process.on('uncaughtException', (error) => fail('the server ends after an unexpected error', error));

try {
  const settings = readSettings(fillFromFile(process.env, '.env'));
  log = createLog('main', settings.log.levels);
  if (settings.s3.enabled) void createBucketLook(settings.s3, createLog('s3', settings.log.levels))();
  const database = await connectDatabase(settings.database.uri, createLog('database', settings.log.levels));
  const app = createApp({ database, folder: 'instances', settings });
  app.start();
  app.server.listen(settings.server.port);
  await once(app.server, 'listening');
  // Port 0 asks for any free one: the line names the one it got.
  const { port } =  (app.server.address());
  log.info('listening', { port });
  await app.load();
} catch (error) {
  fail('the server could not start', error);
}

function fail(message, error) {
  log.error(message, describeError(error));
  if (error instanceof Error && !('code' in error) && error.name !== 'SettingsError') {
    process.stderr.write(`${error.stack?.split('\n').slice(1).join('\n')}\n`);
  }
  process.exit(1);
}
