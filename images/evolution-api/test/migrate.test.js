/**
 * The migrations take part as Prisma's do. Runs when TWIN_TEST_DATABASE_URI names a database.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { openStage } from './support/stage.js';

const URI = process.env.TWIN_TEST_DATABASE_URI;
const LAST = '29990101000000_of_the_test';

describe('migrations', { skip: URI ? false : 'TWIN_TEST_DATABASE_URI is not set' }, () => {
  let stage;
  const deploy = () => stage.prisma('migrate', 'deploy');
  const query = async (sql) => (await stage.client.query(sql)).rows;
  const add = (sql) => {
    const folder = path.join(stage.folder, 'migrations', LAST);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'migration.sql'), sql);
  };

  beforeEach(async () => {
    stage = await openStage(URI);
  });
  afterEach(() => stage.close());

  test('all are applied once, and stand in the table of Prisma', async () => {
    assert.deepEqual(await deploy().then(({ code }) => code), 0);
    const names = readdirSync(path.join(stage.folder, 'migrations')).filter((name) => name.startsWith('2'));
    const rows = await query(`SELECT * FROM "${stage.schema}"."_prisma_migrations" ORDER BY migration_name`);
    assert.deepEqual(rows.map((row) => row.migration_name), names);
    assert.ok(rows.every((row) => row.finished_at && row.applied_steps_count === 1 && !row.rolled_back_at));
    const again = await deploy();
    assert.equal(again.code, 0);
    assert.match(again.output, /No pending migrations to apply/);
  });

  test('a failed one is named with the words of Postgres, undone, and bars every other until it is called rolled back', async () => {
    await deploy();
    add('CREATE TABLE half (id int); SELECT 1/0;');
    const failed = await deploy();
    assert.equal(failed.code, 1);
    assert.match(failed.output, /Error: P3018[^]*Migration name: 29990101000000_of_the_test[^]*division by zero/);
    assert.deepEqual(await query(`SELECT 1 FROM pg_tables WHERE schemaname = '${stage.schema}' AND tablename = 'half'`), []);

    add('CREATE TABLE whole (id int)');
    const barred = await deploy();
    assert.equal(barred.code, 1);
    assert.match(barred.output, /Error: P3009/);
    assert.match(barred.output, /^The `29990101000000_of_the_test` migration started at \d{4}-\d\d-\d\d [\d:.]+ UTC failed$/m);

    const resolved = await stage.prisma('migrate', 'resolve', '--rolled-back', LAST);
    assert.deepEqual([resolved.code, resolved.output], [0, `Migration ${LAST} marked as rolled back.\n`]);
    assert.equal((await deploy()).code, 0);
    assert.match((await stage.prisma('migrate', 'resolve', '--rolled-back', LAST)).output, /Error: P3012/);
    assert.match((await stage.prisma('migrate', 'resolve', '--rolled-back', 'nope')).output, /Error: P3011/);
  });

  test('a schema of something else is refused', async () => {
    await query(`CREATE SCHEMA "${stage.schema}"; CREATE TABLE "${stage.schema}"."Instance" (id int)`);
    const { code, output } = await deploy();
    assert.equal(code, 1);
    assert.match(output, /Error: P3005\n\nThe database schema is not empty/);
  });

  test('a schema that an earlier twin filled is taken over with its rows', async () => {
    await deploy();
    await query(`INSERT INTO "${stage.schema}"."Instance" ("id","name","connectionStatus","integration","token","clientName")
      VALUES ('1','bot','open','EVOLUTION','t','c')`);
    await query(`DROP TABLE "${stage.schema}"."_prisma_migrations", "${stage.schema}"."Chat", "${stage.schema}"."Contact"`);
    await query(`CREATE TABLE "${stage.schema}"."_twin_migrations" (name text)`);
    const { code, output } = await deploy();
    assert.equal(code, 0, output);
    assert.deepEqual(await query(`SELECT name FROM "${stage.schema}"."Instance"`), [{ name: 'bot' }]);
    assert.equal((await query(`SELECT * FROM "${stage.schema}"."Contact"`)).length, 0);
  });

  test('without its variable it ends with 1 and names it', async () => {
    rmSync(path.join(stage.folder, 'schema.prisma'));
    writeFileSync(path.join(stage.folder, 'schema.prisma'), 'datasource db { url = env("NOT_THERE") }');
    const { code, output } = await deploy();
    assert.equal(code, 1);
    assert.match(output, /Environment variable not found: NOT_THERE/);
  });
});
