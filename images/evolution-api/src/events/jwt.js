/**
 * A stored header named `jwt_key` is a secret that signs each delivery instead of being sent.
 */
import { createHmac } from 'node:crypto';

const LIFETIME_SECONDS = 600;

/**
 * @param {string} secret
 * @param {Date} [now]
 * @returns {string} `Bearer` and an HS256 token that lives ten minutes
 */
export function authorization(secret, now = new Date()) {
  const issued = Math.floor(now.getTime() / 1000);
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iat: issued, exp: issued + LIFETIME_SECONDS, app: 'evolution', action: 'webhook' };
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `Bearer ${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
