/**
 * Environment variables turned into settings, with the code defaults of the contract.
 *
 * A default applies to an unset *and* to an empty variable, switches are true only for the text `true`, and unknown
 * variables are ignored: all three are traps of the real image that a stack must be tested against. Variables of what
 * this server has not (chatbots, other brokers, sessions in Redis, a global webhook) are among the ignored ones.
 *
 * Source: evolution-api 2.3.7, src/config/env.config.ts.
 */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { EVENTS } from './contract.js';

/** API key of the code itself, reached only by setting the variable to the empty text. */
export const CODE_DEFAULT_API_KEY = 'BQYHJGJHJ';

/** Events no variable can switch on for the broker: the code reads none for them, whatever the examples show. */
const NEVER_READ = ['LOGOUT_INSTANCE', 'REMOVE_INSTANCE', 'STATUS_INSTANCE'];

/** The variable of the examples is `…_GROUP_UPDATE`; the one that is read has an S. */
const READ_AS = { GROUP_UPDATE: 'GROUPS_UPDATE' };

/** A mistake in the variables given to the container: its message is for the operator and holds no value of a secret. */
export class SettingsError extends Error {
  name = 'SettingsError';
}

/**
 * The `.env` file baked into the image, as dotenv applies it: it never overrides the environment, yet it fills every
 * variable the environment lacks. This is how the real image ends up with a public API key when nobody sets one.
 * @param {string} path of the file
 * @returns {Record<string, string | undefined>} `env` itself when there is no such file
 */
export function fillFromFile(env, path) {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return env;
    throw error;
  }
  return { ...parseEnv(text), ...Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)) };
}

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
      uri: databaseUri(env),
    },
    log: { levels: (env.LOG_LEVEL || 'ERROR,WARN,INFO').split(',').map((level) => level.trim().toUpperCase()) },
    metrics: {
      authRequired: isTrue(env.METRICS_AUTH_REQUIRED),
      enabled: isTrue(env.PROMETHEUS_METRICS),
      password: env.METRICS_PASSWORD || '',
      user: env.METRICS_USER || '',
    },
    rabbitmq: {
      enabled: isTrue(env.RABBITMQ_ENABLED),
      events: EVENTS.filter((name) => !NEVER_READ.includes(name) && isTrue(env[`RABBITMQ_EVENTS_${READ_AS[name] ?? name}`])),
      exchange: env.RABBITMQ_EXCHANGE_NAME || 'evolution_exchange',
      // The smallest frame RabbitMQ 4.1 and later agree to, and the default of the code.
      frameMaxBytes: Number.parseInt(env.RABBITMQ_FRAME_MAX ?? '', 10) || 8192,
      globalEnabled: isTrue(env.RABBITMQ_GLOBAL_ENABLED),
      // Left undefined when unset: the queues made at start are then named `undefined.…`, those of events have no prefix.
      prefix: env.RABBITMQ_PREFIX_KEY,
      uri: env.RABBITMQ_URI ?? '',
    },
    redis: { enabled: isTrue(env.CACHE_REDIS_ENABLED), uri: env.CACHE_REDIS_URI ?? '' },
    s3: {
      accessKey: env.S3_ACCESS_KEY,
      bucket: env.S3_BUCKET,
      enabled: isTrue(env.S3_ENABLED),
      endpoint: env.S3_ENDPOINT,
      port: Number.parseInt(env.S3_PORT || '9000', 10),
      region: env.S3_REGION,
      secretKey: env.S3_SECRET_KEY,
      skipsPolicy: isTrue(env.S3_SKIP_POLICY),
      useSsl: isTrue(env.S3_USE_SSL),
    },
    server: {
      managerDisabled: isTrue(env.SERVER_DISABLE_MANAGER),
      port: port(env),
      type: serverType(env),
      url: env.SERVER_URL || '',
    },
    webhook: {
      exponential: env.WEBHOOK_RETRY_USE_EXPONENTIAL_BACKOFF !== 'false',
      initialDelaySeconds: positive(env.WEBHOOK_RETRY_INITIAL_DELAY_SECONDS, 5),
      jitterFactor: env.WEBHOOK_RETRY_JITTER_FACTOR === '0' ? 0 : positive(env.WEBHOOK_RETRY_JITTER_FACTOR, 0.2),
      maxAttempts: positive(env.WEBHOOK_RETRY_MAX_ATTEMPTS, 10),
      maxDelaySeconds: positive(env.WEBHOOK_RETRY_MAX_DELAY_SECONDS, 300),
      nonRetryable: (env.WEBHOOK_RETRY_NON_RETRYABLE_STATUS_CODES || '400,401,403,404,422').split(',').map(Number),
      timeoutMs: positive(env.WEBHOOK_REQUEST_TIMEOUT_MS, 30_000),
    },
    whatsappBusiness: { token: env.WA_BUSINESS_TOKEN_WEBHOOK || 'evolution' },
  });
}

/** `TRUE`, `1` and `yes` are off, as on the real server. */
function isTrue(value) {
  return value === 'true';
}

function positive(text, fallback) {
  const number = Number(text);
  return Number.isFinite(number) && number > 0 ? number : fallback;
}

function databaseUri(env) {
  if (required(env, 'DATABASE_PROVIDER') !== 'postgresql') {
    throw new SettingsError(
      'DATABASE_PROVIDER: this server knows postgresql only. Instances would have no place to live. ' +
        'Set DATABASE_PROVIDER=postgresql.',
    );
  }
  return required(env, 'DATABASE_CONNECTION_URI');
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
