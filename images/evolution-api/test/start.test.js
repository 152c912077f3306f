import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { run } from './support/process.js';

const folder = mkdtempSync(path.join(tmpdir(), 'twin-'));
const ENV = {
  DATABASE_CONNECTION_URI: 'postgresql://u:hunter2@127.0.0.1:1/x',
  DATABASE_PROVIDER: 'postgresql',
  SERVER_PORT: '0',
  SERVER_TYPE: 'http',
};

after(() => rmSync(folder, { recursive: true }));

for (const program of ['main.js', 'database/deploy.js']) {
  test(`${program} ends with 1 when Postgres is absent, and keeps the password to itself`, async () => {
    const process = run(program, ENV, folder);
    assert.deepEqual(await process.ended, { code: 1, signal: null });
    assert.match(process.output(), /ECONNREFUSED/);
    assert.doesNotMatch(process.output(), /hunter2/);
  });
}

test('the server ends with 1 without SERVER_TYPE', async () => {
  const process = run('main.js', { ...ENV, SERVER_TYPE: '' }, folder);
  assert.equal((await process.ended).code, 1);
  assert.match(process.output(), /SERVER_TYPE: missing or empty/);
});
