/**
 * @param {string | undefined} value
 * @returns {boolean} true for the text `true` only: `TRUE`, `1` and `yes` are off, as on the real server
 */
export function isTrue(value) {
  return value === 'true';
}
