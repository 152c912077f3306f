/**
 * Environment variables turned into settings, with the code defaults of the contract.
 *
 * A default applies to an unset *and* to an empty variable, switches are true only for the text `true`, and unknown
 * variables are ignored: all three are traps of the real image that a stack must be tested against.
 */
import { SettingsError } from './error.js';
import { readGlobalEvents } from './globalEvents.js';
import { readRabbitmq } from './rabbitmq.js';
import { readRedis } from './redis.js';
import { readRetryPolicy } from './retry.js';
import { readS3 } from './s3.js';
import { isTrue } from './switch.js';

/** API key of the code itself, reached only by setting the variable to the empty text. */
export const CODE_DEFAULT_API_KEY = 'BQYHJGJHJ';

const PROVIDERS = ['postgresql', 'psql_bouncer'];

/** @typedef {ReturnType<typeof readSettings>} Settings */

/**
 * @param {Record<string, string | undefined>} env already filled from the `.env` file
 * @returns settings of the server
 * @throws {SettingsError} when the process cannot run with these variables
 */
export function readSettings(env) {
  return Object.freeze({
    audioConverter: { key: env.API_AUDIO_CONVERTER_KEY || '', url: env.API_AUDIO_CONVERTER || '' },
    auth: {
      apiKey: env.AUTHENTICATION_API_KEY || CODE_DEFAULT_API_KEY,
      exposeInPayloads: isTrue(env.AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES),
    },
    cors: {
      credentials: isTrue(env.CORS_CREDENTIALS),
      methods: env.CORS_METHODS || 'POST,GET,PUT,DELETE',
      origins: (env.CORS_ORIGIN || '*').split(',').map((origin) => origin.trim()),
    },
    database: {
      clientName: env.DATABASE_CONNECTION_CLIENT_NAME || 'evolution',
      saveInstances: isTrue(env.DATABASE_SAVE_DATA_INSTANCE),
      saveMessages: isTrue(env.DATABASE_SAVE_DATA_NEW_MESSAGE),
      uri: databaseUri(env),
    },
    log: { levels: (env.LOG_LEVEL || 'ERROR,WARN,INFO').split(',').map((level) => level.trim().toUpperCase()) },
    metrics: {
      authRequired: isTrue(env.METRICS_AUTH_REQUIRED),
      enabled: isTrue(env.PROMETHEUS_METRICS),
      password: env.METRICS_PASSWORD || '',
      user: env.METRICS_USER || '',
    },
    rabbitmq: readRabbitmq(env),
    redis: readRedis(env),
    s3: readS3(env),
    server: {
      managerDisabled: isTrue(env.SERVER_DISABLE_MANAGER),
      port: port(env),
      type: serverType(env),
      url: env.SERVER_URL || '',
    },
    webhook: {
      global: {
        byEvents: isTrue(env.WEBHOOK_GLOBAL_WEBHOOK_BY_EVENTS),
        enabled: isTrue(env.WEBHOOK_GLOBAL_ENABLED),
        events: readGlobalEvents(env, 'WEBHOOK'),
        url: env.WEBHOOK_GLOBAL_URL || '',
      },
      retry: readRetryPolicy(env),
      tokenWaBusiness: env.WA_BUSINESS_TOKEN_WEBHOOK || 'evolution',
    },
  });
}

/**
 * Where the migrations run. A pooler cannot hold their session lock, so they always take the direct address.
 * @param {Record<string, string | undefined>} env
 * @returns {string}
 * @throws {SettingsError} when it is missing
 */
export function migrationUri(env) {
  return required(env, 'DATABASE_CONNECTION_URI');
}

function databaseUri(env) {
  const provider = required(env, 'DATABASE_PROVIDER');
  if (!PROVIDERS.includes(provider)) {
    throw new SettingsError(
      `DATABASE_PROVIDER: this server knows ${PROVIDERS.join(' and ')} only. Instances would have no place to live. ` +
        'Set DATABASE_PROVIDER=postgresql.',
    );
  }
  return required(env, provider === 'psql_bouncer' ? 'DATABASE_BOUNCER_CONNECTION_URI' : 'DATABASE_CONNECTION_URI');
}

function serverType(env) {
  const type = required(env, 'SERVER_TYPE');
  if (type !== 'http') {
    throw new SettingsError(
      'SERVER_TYPE: only http is served here. Nothing would listen. Set SERVER_TYPE=http and end TLS in the proxy.',
    );
  }
  return type;
}

function port(env) {
  const number = Number(env.SERVER_PORT || 8080);
  if (!Number.isInteger(number) || number < 0 || number > 65535) {
    throw new SettingsError('SERVER_PORT: not a port (allowed 0..65535). Nothing could listen. Set SERVER_PORT=8080.');
  }
  return number;
}

function required(env, name) {
  const value = env[name];
  if (!value) {
    throw new SettingsError(
      `${name}: missing or empty. The server cannot start. Set it in the environment or in the mounted .env file.`,
    );
  }
  return value;
}
