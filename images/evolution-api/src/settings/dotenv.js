/**
 * The `.env` file baked into the image, as dotenv applies it.
 *
 * It never overrides the environment, yet it fills every variable the environment lacks: this is how the real image
 * ends up with a public API key when nobody sets one. A variable set to the empty text counts as set.
 */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/**
 * @param {Record<string, string | undefined>} env
 * @param {string} text content of a `.env` file
 * @returns {Record<string, string | undefined>} a new object; `env` is left alone
 */
export function fillUnset(env, text) {
  return { ...parseEnv(text), ...definedOnly(env) };
}

/**
 * @param {Record<string, string | undefined>} env
 * @param {string} path
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
  return fillUnset(env, text);
}

function definedOnly(env) {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
}
