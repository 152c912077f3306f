/**
 * Finds the route for a request. Names in paths ignore case and a final slash, as the real server's router does.
 *
 * A route is `{method, path, form?, guards?, handle}`: `:name` stands for a part and a final `*` for anything; `form` takes a
 * multipart body as well, read after the guards. Guards and handler get `{authorization, body, file?, host, key, params, query}`;
 * the handler returns `{status, body?, headers?, text?, type?}`.
 */
import { badRequest } from './errors.js';

/** @returns {{route: object, params: Record<string, string>} | undefined} */
export function match(routes, method, pathname) {
  const wanted = method === 'HEAD' ? 'GET' : method;
  for (const route of routes) {
    const params = route.method === wanted ? matchPath(route.path, pathname) : undefined;
    if (params) return { route, params };
  }
  return undefined;
}

/** @param {string} pathname still percent-encoded */
export function matchPath(pattern, pathname) {
  const [expected, given] = [pattern, pathname].map((path) => path.split('/').filter((part) => part !== ''));
  const open = expected.at(-1) === '*';
  if (open) expected.pop();
  if (open ? given.length < expected.length : given.length !== expected.length) return undefined;
  const params = {};
  for (const [index, part] of expected.entries()) {
    if (part.startsWith(':')) params[part.slice(1)] = decode(given[index]);
    else if (part.toLowerCase() !== given[index].toLowerCase()) return undefined;
  }
  return params;
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest(`Failed to decode param '${part}'`);
  }
}
