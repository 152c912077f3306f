/**
 * Finds the route for a request. Names in paths ignore case and a final slash, as the real server's router does.
 */
import { badRequest } from './errors.js';

/**
 * @typedef {object} Call what a guard and a handler see of a request
 * @property {any} body
 * @property {string} host
 * @property {string | undefined} authorization
 * @property {import('./form.js').FormFile} [file] of a route that takes forms
 * @property {string | undefined} key header `apikey`
 * @property {Record<string, string>} params
 * @property {URLSearchParams} query
 */

/**
 * @typedef {object} Route
 * @property {string} method
 * @property {string} path with `:name` for a part and a final `*` for anything
 * @property {boolean} [form] takes a multipart body as well; it is read after the guards
 * @property {boolean} [exempt] failures asked for do not strike it
 * @property {import('./guards.js').Guard[]} [guards]
 * @property {(call: Call) => Promise<Reply> | Reply} handle
 */

/**
 * @typedef {object} Reply
 * @property {number} status
 * @property {unknown} [body] sent as JSON
 * @property {Record<string, string>} [headers]
 * @property {string} [text] sent as it is, with `type`
 * @property {string} [type]
 */

/**
 * @param {Route[]} routes
 * @param {string} method
 * @param {string} pathname still percent-encoded
 * @returns {{route: Route, params: Record<string, string>} | undefined}
 */
export function match(routes, method, pathname) {
  const wanted = method === 'HEAD' ? 'GET' : method;
  for (const route of routes) {
    const params = route.method === wanted ? matchPath(route.path, pathname) : undefined;
    if (params) return { route, params };
  }
  return undefined;
}

/**
 * @param {string} pattern
 * @param {string} pathname
 * @returns {Record<string, string> | undefined}
 */
export function matchPath(pattern, pathname) {
  const expected = parts(pattern);
  const given = parts(pathname);
  const open = expected.at(-1) === '*';
  if (open) expected.pop();
  if (open ? given.length < expected.length : given.length !== expected.length) return undefined;
  /** @type {Record<string, string>} */
  const params = {};
  for (const [index, part] of expected.entries()) {
    if (part.startsWith(':')) params[part.slice(1)] = decode(given[index]);
    else if (part.toLowerCase() !== given[index].toLowerCase()) return undefined;
  }
  return params;
}

function parts(path) {
  return path.split('/').filter((part) => part !== '');
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) throw badRequest(`Failed to decode param '${part}'`);
    throw error;
  }
}
