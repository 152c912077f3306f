#!/usr/bin/env node
/**
 * The commands of Prisma that Evolution API's image is started with, on the same table and with the same refusals:
 *
 *     prisma migrate deploy --schema PATH
 *     prisma migrate resolve --rolled-back NAME --schema PATH
 *     prisma generate --schema PATH
 *
 * Migrations are the folders beside the schema, in `migrations`. One that fails stays in the history as started, and nothing is
 * applied any more until somebody calls it rolled back.
 *
 * Source: https://www.prisma.io/docs/orm/prisma-migrate/workflows/patching-and-hotfixing and
 * https://www.prisma.io/docs/orm/reference/error-reference, version 6.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs, parseEnv } from 'node:util';
import { Refusal, withHistory } from './history.js';

const CLIENT = 'node_modules/.prisma/client';

const { values: options, positionals } = parseArgs({
  allowPositionals: true, options: { 'rolled-back': { type: 'string' }, schema: { type: 'string', default: './prisma/schema.prisma' } },
});

try {
  await run(positionals.join(' '));
} catch (error) {
  // What Postgres says has a code; anything else is a mistake of this program.
  if (!(error instanceof Refusal) && !error.code) throw error;
  process.stderr.write(`Error: ${error.message}\n`);
  process.exitCode = 1;
}

async function run(command) {
  const { schema } = options;
  if (command === 'generate') generate(schema);
  else if (command === 'migrate deploy') await withHistory(address(schema), schema, (history) => history.deploy());
  else if (command === 'migrate resolve' && options['rolled-back']) {
    await withHistory(address(schema), schema, (history) => history.rollBack(options['rolled-back']));
  } else throw new Refusal(`Unknown command "${command}"`);
}

/** Made anew, as a client is: a read-only root and a user who does not own it fail here as they do there. */
function generate(schema) {
  const text = readFileSync(schema, 'utf8');
  rmSync(CLIENT, { recursive: true, force: true });
  mkdirSync(CLIENT, { recursive: true });
  writeFileSync(`${CLIENT}/schema.prisma`, text);
  process.stdout.write(`Generated Prisma Client to ./${CLIENT}\n`);
}

/** The variable the schema names, from the environment or from `.env`. */
function address(schema) {
  const [, name] = /url\s*=\s*env\("([^"]+)"\)/.exec(readFileSync(schema, 'utf8')) ?? [];
  const value = process.env[name] ?? parseEnv(readIfThere('.env'))[name];
  if (!value) throw new Refusal(`P1012\n\nEnvironment variable not found: ${name}.`);
  return value;
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}
