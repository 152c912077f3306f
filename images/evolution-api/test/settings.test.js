import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDatabaseUri } from '../src/database.js';
import { CODE_DEFAULT_API_KEY, SettingsError, fillFromFile, readSettings } from '../src/settings.js';

const MINIMAL = {
  DATABASE_CONNECTION_URI: 'postgresql://u:secret@db/evolution',
  DATABASE_PROVIDER: 'postgresql',
  SERVER_TYPE: 'http',
};
const EXAMPLE = new URL('../env.example', import.meta.url);

test('an unset key becomes the public one of the shipped file', () => {
  const env = fillFromFile(MINIMAL, EXAMPLE);
  assert.equal(readSettings(env).auth.apiKey, '429683C4C977415CAAFCCE10F7D57E11');
});

test('an empty key counts as set and becomes the default of the code', () => {
  const env = fillFromFile({ ...MINIMAL, AUTHENTICATION_API_KEY: '' }, EXAMPLE);
  assert.equal(readSettings(env).auth.apiKey, CODE_DEFAULT_API_KEY);
});

test('the environment wins over the file', () => {
  assert.equal(fillFromFile({ AUTHENTICATION_API_KEY: 'own' }, EXAMPLE).AUTHENTICATION_API_KEY, 'own');
});

test('without a file the environment stays as it is', () => {
  assert.deepEqual(fillFromFile({ A: '1' }, '/nonexistent/.env'), { A: '1' });
});

test('a file that cannot be read is no missing file', () => {
  assert.throws(() => fillFromFile({}, '/'), { code: 'EISDIR' });
});

for (const name of Object.keys(MINIMAL)) {
  test(`${name} is required, and the message does not show the others`, () => {
    const { [name]: _, ...env } = MINIMAL;
    assert.throws(
      () => readSettings(env),
      (error) => error instanceof SettingsError && error.message.startsWith(`${name}:`) && !error.message.includes('secret'),
    );
  });
}

for (const [name, value] of [['SERVER_TYPE', 'https'], ['DATABASE_PROVIDER', 'mysql'], ['SERVER_PORT', '80800']]) {
  test(`${name}=${value} is refused`, () => {
    assert.throws(() => readSettings({ ...MINIMAL, [name]: value }), new RegExp(`^SettingsError: ${name}:`));
  });
}

test('switches are off unless the text is true', () => {
  for (const text of [undefined, '', 'TRUE', '1', 'yes']) {
    assert.equal(readSettings({ ...MINIMAL, DATABASE_SAVE_DATA_INSTANCE: text }).database.saveInstances, false);
  }
  assert.equal(readSettings({ ...MINIMAL, DATABASE_SAVE_DATA_INSTANCE: 'true' }).database.saveInstances, true);
});

test('retry settings fall back where they make no sense', () => {
  const retry = readSettings({ ...MINIMAL, WEBHOOK_RETRY_MAX_ATTEMPTS: 'many', WEBHOOK_RETRY_JITTER_FACTOR: '0' }).webhook;
  assert.equal(retry.maxAttempts, 10);
  assert.equal(retry.jitterFactor, 0);
  assert.deepEqual(retry.nonRetryable, [400, 401, 403, 404, 422]);
});

test('an example file fills what a stack forgets of S3', () => {
  const { s3 } = readSettings(fillFromFile({ ...MINIMAL, S3_ENABLED: 'true', S3_ENDPOINT: 'minio.internal' }, EXAMPLE));
  assert.deepEqual([s3.port, s3.useSsl, s3.region, s3.skipsPolicy], [443, true, 'eu-west-3', false]);
  assert.deepEqual([readSettings(MINIMAL).s3.port, readSettings(MINIMAL).s3.enabled], [9000, false]);
});

test('the converter is off unless it has an address', () => {
  assert.deepEqual(readSettings(MINIMAL).audioConverter, { key: '', url: '' });
  const { url } = readSettings({ ...MINIMAL, API_AUDIO_CONVERTER: 'http://audio-converter:4040/process-audio' }).audioConverter;
  assert.equal(url, 'http://audio-converter:4040/process-audio');
});

test('a Prisma address is read with its schema and its limit', () => {
  const { schema, pool } = parseDatabaseUri('postgresql://evo:p%40ss@postgres.internal:5433/evo?schema=evolution_api&connection_limit=3');
  assert.deepEqual([schema, pool.max, pool.connectionString], ['evolution_api', 3, 'postgresql://evo:p%40ss@postgres.internal:5433/evo']);
  assert.equal(parseDatabaseUri('postgres://u:p@[::1]/x').schema, 'public');
});

for (const uri of ['mysql://u:hunter2@h/x', 'u:hunter2@h', 'postgresql://u:hunter2@h:port/x']) {
  test(`an address that is none is refused without being shown (${uri.split(':')[0]})`, () => {
    assert.throws(() => parseDatabaseUri(uri), (error) => error.name === 'SettingsError' && !error.message.includes('hunter2'));
  });
}

test('group updates reach the broker by the variable that is read, not by the one of the examples', () => {
  const events = (env) => readSettings({ ...MINIMAL, ...env }).rabbitmq.events;
  assert.deepEqual(events({ RABBITMQ_EVENTS_GROUP_UPDATE: 'true' }), []);
  assert.deepEqual(events({ RABBITMQ_EVENTS_GROUPS_UPDATE: 'true' }), ['GROUP_UPDATE']);
  assert.deepEqual(events({ RABBITMQ_EVENTS_REMOVE_INSTANCE: 'true', RABBITMQ_EVENTS_LOGOUT_INSTANCE: 'true' }), []);
});
