import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quote } from '../src/database/database.js';
import { parseDatabaseUri } from '../src/database/uri.js';
import { messageConditions } from '../src/store/messages.js';

test('a Prisma address is read with its schema, its limit and its encoded password', () => {
  const { schema, pool } = parseDatabaseUri(
    'postgresql://evolution:p%40ss%2Fword@postgres.internal:5433/evo?schema=evolution_api&connection_limit=3',
  );
  assert.equal(schema, 'evolution_api');
  assert.equal(pool.password, 'p@ss/word');
  assert.equal(pool.host, 'postgres.internal');
  assert.equal(pool.port, 5433);
  assert.equal(pool.database, 'evo');
  assert.equal(pool.max, 3);
  assert.equal(pool.ssl, false);
});

test('the schema is public unless the address names one', () => {
  assert.equal(parseDatabaseUri('postgres://u:p@[::1]/x').schema, 'public');
  assert.equal(parseDatabaseUri('postgres://u:p@[::1]/x').pool.host, '::1');
});

test('certificates are checked under sslaccept=strict only', () => {
  assert.equal(parseDatabaseUri('postgres://u:p@h/x?sslmode=require').pool.ssl.rejectUnauthorized, false);
  const strict = parseDatabaseUri('postgres://u:p@h/x?sslmode=require&sslaccept=strict');
  assert.equal(strict.pool.ssl.rejectUnauthorized, true);
});

for (const uri of ['mysql://u:hunter2@h/x', 'u:hunter2@h', 'postgresql://u:hunter2@h:port/x']) {
  test(`an address that is none is refused without being shown (${uri.split(':')[0]})`, () => {
    assert.throws(() => parseDatabaseUri(uri), (error) => error.name === 'SettingsError' && !error.message.includes('hunter2'));
  });
}

test('names cannot leave their quotes', () => {
  assert.equal(quote('a"b'), '"a""b"');
});

test('only given filters become conditions, values always as parameters', () => {
  const { where, parameters } = messageConditions('i1', { key: { remoteJid: "x' OR 1=1", fromMe: false }, time: { from: 5 } });
  assert.equal(
    where,
    `"instanceId" = $1 AND "key" ->> 'remoteJid' = $2 AND ("key" ->> 'fromMe')::boolean = $3 AND "messageTimestamp" >= $4`,
  );
  assert.deepEqual(parameters, ['i1', "x' OR 1=1", false, 5]);
});
