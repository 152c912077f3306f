/** The history of migrations, in the table `_prisma_migrations` of the schema the address names. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';

const HELP = 'Read more about how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve';

/** Keeps two migrations of one database apart; the number is Prisma's own. */
const LOCK = 72_707_369;

const TABLE = `CREATE TABLE "_prisma_migrations" (
  "id" varchar(36) PRIMARY KEY, "checksum" varchar(64) NOT NULL, "finished_at" timestamptz, "migration_name" varchar(255) NOT NULL,
  "logs" text, "rolled_back_at" timestamptz, "started_at" timestamptz NOT NULL DEFAULT now(),
  "applied_steps_count" integer NOT NULL DEFAULT 0)`;

/** An end with exit code 1 and a text for the operator. */
export class Refusal extends Error {}

/**
 * @param {string} address of the database, with `?schema=`
 * @param {string} schemaFile the migrations lie beside it
 */
export async function withHistory(address, schemaFile, work) {
  if (!URL.canParse(address)) throw new Refusal('P1013\n\nThe provided database string is invalid.');
  const url = new URL(address);
  const schema = url.searchParams.get('schema') || 'public';
  const ssl = url.searchParams.get('sslmode') === 'require' && { rejectUnauthorized: url.searchParams.get('sslaccept') === 'strict' };
  url.search = '';
  const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis: 5000, ssl });
  const query = async (sql, parameters) => (await client.query(sql, parameters)).rows;
  try {
    await client.connect();
  } catch (error) {
    const place = `\`${url.host}\``;
    throw new Refusal(`P1001: Can't reach database server at ${place} (${error.code ?? error.message})`);
  }
  try {
    await query('SELECT pg_advisory_lock($1)', [LOCK]);
    await query(`SET search_path TO ${pg.escapeIdentifier(schema)}`);
    const folder = path.join(path.dirname(schemaFile), 'migrations');
    await work({ deploy: () => deploy(query, schema, folder), rollBack: (name) => rollBack(query, name) });
  } finally {
    await client.end();
  }
}

async function deploy(query, schema, folder) {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => existsSync(path.join(folder, name, 'migration.sql'))).sort() : [];
  process.stdout.write(`${names.length} migrations found in ${folder}\n`);
  await ensureTable(query, schema, names);
  const rows = await query('SELECT * FROM "_prisma_migrations" WHERE "rolled_back_at" IS NULL');
  const failed = rows.filter(({ finished_at: finished }) => !finished);
  if (failed.length > 0) {
    const found = failed.map(({ migration_name: name, started_at: started }) => `The \`${name}\` migration started at ${written(started)} failed`);
    const why = 'migrate found failed migrations in the target database, new migrations will not be applied.';
    throw new Refusal(`P3009\n\n${why} ${HELP}\n${found.join('\n')}\n`);
  }
  const done = new Set(rows.map(({ migration_name: name }) => name));
  const pending = names.filter((name) => !done.has(name));
  for (const name of pending) await apply(query, name, readFileSync(path.join(folder, name, 'migration.sql'), 'utf8'));
  process.stdout.write(pending.length > 0 ? 'All migrations have been successfully applied.\n' : 'No pending migrations to apply.\n');
}

/** One script, and so one transaction of the server's; its row is written outside, and stays. */
async function apply(query, name, sql) {
  process.stdout.write(`Applying migration \`${name}\`\n`);
  const id = randomUUID();
  const checksum = createHash('sha256').update(sql).digest('hex');
  await query('INSERT INTO "_prisma_migrations" ("id","checksum","migration_name") VALUES ($1,$2,$3)', [id, checksum, name]);
  try {
    await query(sql);
  } catch (error) {
    const said = `Migration name: ${name}\n\nDatabase error code: ${error.code}\n\nDatabase error:\nERROR: ${error.message}`;
    await query('UPDATE "_prisma_migrations" SET "logs" = $2 WHERE "id" = $1', [id, said]);
    const why = 'A migration failed to apply. New migrations cannot be applied before the error is recovered from.';
    throw new Refusal(`P3018\n\n${why} ${HELP}\n\n${said}\n`);
  }
  await query('UPDATE "_prisma_migrations" SET "finished_at" = now(), "applied_steps_count" = 1 WHERE "id" = $1', [id]);
}

async function rollBack(query, name) {
  const rows = await query('SELECT * FROM "_prisma_migrations" WHERE "migration_name" = $1 AND "rolled_back_at" IS NULL', [name]);
  if (rows.length === 0) {
    throw new Refusal(`P3011\n\nMigration \`${name}\` cannot be rolled back because it was never applied to the database.`);
  }
  if (rows.every(({ finished_at: finished }) => finished)) {
    throw new Refusal(`P3012\n\nMigration \`${name}\` cannot be rolled back because it is not in a failed state.`);
  }
  await query('UPDATE "_prisma_migrations" SET "rolled_back_at" = now() WHERE "migration_name" = $1 AND "finished_at" IS NULL', [name]);
  process.stdout.write(`Migration ${name} marked as rolled back.\n`);
}

async function ensureTable(query, schema, names) {
  // Not "IF NOT EXISTS": that needs the right to create schemas even where there is nothing to create.
  const known = await query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  if (known.length === 0) await query(`CREATE SCHEMA ${pg.escapeIdentifier(schema)}`);
  const tables = (await query('SELECT tablename FROM pg_tables WHERE schemaname = $1', [schema])).map((row) => row.tablename);
  if (tables.includes('_prisma_migrations')) return;
  // Written by this image before it took part as Prisma does. Its first migration is the same.
  const own = tables.includes('_twin_migrations');
  if (tables.length > 0 && !own) {
    const more = 'Read more about how to baseline an existing production database: https://pris.ly/d/migrate-baseline';
    throw new Refusal(`P3005\n\nThe database schema is not empty. ${more}`);
  }
  await query(TABLE);
  if (!own) return;
  const baseline = `INSERT INTO "_prisma_migrations" ("id","checksum","migration_name","finished_at","applied_steps_count")
    VALUES ($1,'-',$2,now(),1)`;
  await query(baseline, [randomUUID(), names[0]]);
}

/** As Prisma writes it, which scripts look for. */
function written(date) {
  return `${date.toISOString().replace('T', ' ').replace('Z', '')} UTC`;
}
