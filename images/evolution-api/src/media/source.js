/**
 * What counts as a URL and as base64 where a caller hands in media, as the real server's validator sees them.
 */

/** The validator takes nothing longer for a URL. */
const LONGEST_URL = 2083;

const SCHEME = /^(?:https?|ftp):\/\//i;
const LABEL = /^(?!-)[a-z0-9\u00a1-\uffff-]{1,63}(?<!-)$/i;
const TOP_LABEL = /^(?:[a-z\u00a1-\uffff]{2,}|xn--[a-z0-9-]{2,})$/i;

/**
 * A host needs a dot: `http://minio:9000/a.png` is none, `http://minio.internal:9000/a.png` is one, and so is
 * `files.example/a.png` without a scheme.
 * @param {unknown} text
 * @returns {boolean}
 */
export function isUrl(text) {
  if (typeof text !== 'string' || text.length > LONGEST_URL || /[\s<>]/.test(text)) return false;
  // Anything else before `://` stays, and then fails as a host.
  const [authority] = text.replace(SCHEME, '').split(/[/?#]/, 1);
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const [, name, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(host) ?? [];
  if (!name || (port !== undefined && !(Number(port) > 0 && Number(port) <= 65_535))) return false;
  return isAddress(name) || isName(name);
}

function isAddress(host) {
  const parts = host.split('.');
  if (parts.length === 4) return parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
  return /^\[[0-9a-f:.]+\]$/i.test(host);
}

function isName(host) {
  const labels = host.split('.');
  return labels.length > 1 && labels.every((label) => LABEL.test(label)) && TOP_LABEL.test(labels.at(-1));
}

/**
 * Padded, and nothing before it: `data:image/png;base64,…` is none.
 * @param {unknown} text
 * @returns {boolean}
 */
export function isBase64(text) {
  if (typeof text !== 'string' || text === '' || text.length % 4 !== 0) return false;
  const padding = /={0,2}$/.exec(text.slice(-2))[0].length;
  // Looking for what must not be there needs no way back: texts here are up to 136 MiB long.
  return text.length > padding && !/[^A-Za-z0-9+/]/.test(padding ? text.slice(0, -padding) : text);
}
