import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from './support/process.js';

const folder = mkdtempSync(path.join(tmpdir(), 'twin-'));
const ENV = {
  DATABASE_CONNECTION_URI: 'postgresql://u:hunter2@127.0.0.1:1/x',
  DATABASE_PROVIDER: 'postgresql',
  SERVER_PORT: '0',
  SERVER_TYPE: 'http',
};

after(() => rmSync(folder, { recursive: true }));

const SCHEMA = fileURLToPath(new URL('../prisma/postgresql-schema.prisma', import.meta.url));
const MIGRATE = ['../node_modules/prisma/build/index.js', ['migrate', 'deploy', '--schema', SCHEMA]];

for (const [program, args] of [['main.js', []], MIGRATE]) {
  test(`${program} ends with 1 when Postgres is absent, and keeps the password to itself`, async () => {
    const process = run(program, ENV, folder, args);
    assert.deepEqual(await process.ended, { code: 1, signal: null });
    assert.match(process.output(), /ECONNREFUSED/);
    assert.doesNotMatch(process.output(), /hunter2/);
  });
}

test('an address that is none is not shown by the migrations', async () => {
  const process = run(MIGRATE[0], { ...ENV, DATABASE_CONNECTION_URI: 'postgresql://u:hunter2@h:port/x' }, folder, MIGRATE[1]);
  assert.equal((await process.ended).code, 1);
  assert.match(process.output(), /P1013/);
  assert.doesNotMatch(process.output(), /hunter2/);
});

test('the server ends with 1 without SERVER_TYPE', async () => {
  const process = run('main.js', { ...ENV, SERVER_TYPE: '' }, folder);
  assert.equal((await process.ended).code, 1);
  assert.match(process.output(), /SERVER_TYPE: missing or empty/);
});
