/**
 * A twin on a schema of its own: deployed, started, stopped and started again, and cleaned away.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { run } from './process.js';

export const GLOBAL_KEY = 'global-key';

const PRISMA = fileURLToPath(new URL('../../prisma/', import.meta.url));
let stages = 0;

/**
 * @param {string} uri of a database the test may create schemas in, without parameters
 * @param {{behind?: string, more?: Record<string, string>}} [options] the address the server itself takes, where it is another
 *   one; variables on top of those every test has
 */
export async function openStage(uri, { behind = uri, more = {} } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'twin-'));
  const schema = `twin_test_${process.pid}_${(stages += 1)}`;
  const variables = { ...environment(behind, schema), ...more };
  const client = new pg.Client(uri);
  await client.connect();
  let address;
  let logs = '';
  let twin;

  // As the migrations job does: on a copy, beside which the migrations lie.
  cpSync(path.join(PRISMA, 'postgresql-schema.prisma'), path.join(folder, 'schema.prisma'));
  cpSync(path.join(PRISMA, 'postgresql-migrations'), path.join(folder, 'migrations'), { recursive: true });

  const prisma = async (...command) => {
    const args = [...command, '--schema', path.join(folder, 'schema.prisma')];
    const program = run('../node_modules/prisma/build/index.js', environment(uri, schema), folder, args);
    return { ...(await program.ended), output: program.output() };
  };
  const stop = async () => {
    const end = await twin.stop();
    logs += twin.output();
    twin = undefined;
    return end;
  };

  return {
    client,
    folder,
    prisma,
    schema,
    stop,
    logs: () => logs,
    /** What the running server has said so far. */
    output: () => twin.output(),
    /** @param {RegExp} pattern @param {number} [from] @returns {Promise<RegExpMatchArray>} */
    says: (pattern, from) => twin.says(pattern, from),
    start: async () => {
      twin = run('main.js', variables, folder);
      const [, port] = await twin.says(/listening port=(\d+)\n(?:.*\n)*.*loaded instances/);
      address = `http://127.0.0.1:${port}`;
    },
    /** @param {object | FormData} [body] @param {string | null} [key] */
    call: async (method, route, body, key = GLOBAL_KEY) => {
      const form = body instanceof FormData;
      const headers = { ...(form ? {} : { 'content-type': 'application/json' }), ...(key ? { apikey: key } : {}) };
      const answer = await fetch(address + route, { method, headers, body: form ? body : body && JSON.stringify(body) });
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? '' : JSON.parse(text) };
    },
    close: async () => {
      if (twin) await twin.stop();
      await client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
      await client.end();
      rmSync(folder, { recursive: true });
    },
  };
}

function environment(uri, schema) {
  return {
    AUTHENTICATION_API_KEY: GLOBAL_KEY,
    AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES: 'true',
    DATABASE_CONNECTION_URI: `${uri}?schema=${schema}`,
    DATABASE_PROVIDER: 'postgresql',
    DATABASE_SAVE_DATA_INSTANCE: 'true',
    LOG_LEVEL: 'ERROR,WARN,INFO,VERBOSE,WEBHOOKS,DEBUG,LOG',
    SERVER_PORT: '0',
    SERVER_TYPE: 'http',
    SERVER_URL: 'https://evo.example',
    WEBHOOK_RETRY_INITIAL_DELAY_SECONDS: '0.2',
  };
}
