import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Compares secrets without telling anything about them by the time it takes: digests have one length whatever is given.
 * @param {string} given
 * @param {string} expected
 * @returns {boolean}
 */
export function sameSecret(given, expected) {
  const digest = (text) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
