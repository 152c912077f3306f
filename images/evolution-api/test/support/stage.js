/**
 * A twin on a schema of its own: deployed, started, stopped and started again, and cleaned away.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { run } from './process.js';

export const GLOBAL_KEY = 'global-key';

/**
 * @param {string} uri of a database the test may create schemas in, without parameters
 * @param {Record<string, string>} [more] variables on top of those every test has
 */
export async function openStage(uri, more = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'twin-'));
  const schema = `twin_test_${process.pid}`;
  const env = { ...environment(uri, schema), ...more };
  const client = new pg.Client(uri);
  await client.connect();
  let address;
  let logs = '';
  let twin;

  const deploy = async (variables = env) => {
    const program = run('database/deploy.js', variables, folder);
    return { ...(await program.ended), output: program.output() };
  };
  const stop = async () => {
    const end = await twin.stop();
    logs += twin.output();
    return end;
  };

  const first = await deploy();
  assert.equal(first.code, 0, first.output);

  return {
    folder,
    deploy,
    stop,
    logs: () => logs,
    /** What the running server has said so far. */
    output: () => twin.output(),
    /** @param {RegExp} pattern @param {number} [from] @returns {Promise<RegExpMatchArray>} */
    says: (pattern, from) => twin.says(pattern, from),
    start: async () => {
      twin = run('main.js', env, folder);
      const [, port] = await twin.says(/listening port=(\d+)\n(?:.*\n)*.*loaded instances/);
      address = `http://127.0.0.1:${port}`;
    },
    /** @param {string} method @param {string} route @param {object} [body] @param {string | null} [key] */
    call: async (method, route, body, key = GLOBAL_KEY, signal = undefined) => {
      const headers = { 'content-type': 'application/json', ...(key ? { apikey: key } : {}) };
      const answer = await fetch(address + route, { method, headers, body: body && JSON.stringify(body), signal });
      const text = await answer.text();
      return { status: answer.status, body: text && JSON.parse(text) };
    },
    /** Deploys into a schema that somebody else has filled. @param {(schema: string) => string} fill */
    deployInto: async (fill) => {
      const other = `${schema}_other`;
      await client.query(`CREATE SCHEMA "${other}"; ${fill(`"${other}"`)}`);
      try {
        return await deploy(environment(uri, other));
      } finally {
        await client.query(`DROP SCHEMA "${other}" CASCADE`);
      }
    },
    close: async () => {
      await twin.stop();
      await client.query(`DROP SCHEMA "${schema}" CASCADE`);
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
    DATABASE_SAVE_DATA_NEW_MESSAGE: 'true',
    LOG_LEVEL: 'ERROR,WARN,INFO,VERBOSE,WEBHOOKS,DEBUG,LOG',
    SERVER_PORT: '0',
    SERVER_TYPE: 'http',
    SERVER_URL: 'https://evo.example',
    WEBHOOK_RETRY_INITIAL_DELAY_SECONDS: '0.2',
  };
}
