/**
 * Checks a JSON body against the few schema words the API uses, with messages worded like those of the real one:
 * clients show them to people and tests compare them.
 */
import { badRequest } from './errors.js';

/**
 * @typedef {object} Schema
 * @property {'object' | 'array' | 'string' | 'boolean' | 'number'} type
 * @property {string} [description] replaces the message of a pattern that does not match
 * @property {readonly string[]} [enum]
 * @property {Schema} [items]
 * @property {RegExp} [pattern]
 * @property {Record<string, Schema>} [properties] others are allowed and ignored
 * @property {readonly string[]} [required]
 */

/**
 * @param {unknown} body
 * @param {Schema} schema
 * @throws {import('./errors.js').HttpError} 400 with all findings at once, as a list within the list
 */
export function check(body, schema) {
  const findings = problems(body, schema, 'instance');
  if (findings.length > 0) throw badRequest(findings);
}

/**
 * @param {any} value
 * @param {Schema} schema
 * @param {string} path
 * @returns {string[]}
 */
export function problems(value, schema, path) {
  if (typeOf(value) !== schema.type) return [`${path} is not of a type(s) ${schema.type}`];
  if (schema.type === 'object') return objectProblems(value, schema, path);
  if (schema.type === 'array') {
    return value.flatMap((item, index) => (schema.items ? problems(item, schema.items, `${path}[${index}]`) : []));
  }
  if (schema.enum && !schema.enum.includes(value)) return [`${path} is not one of enum values: ${schema.enum.join(',')}`];
  if (schema.pattern && !schema.pattern.test(value)) {
    return [schema.description ?? `${path} does not match pattern ${JSON.stringify(schema.pattern.source)}`];
  }
  return [];
}

/** @param {any} value @param {Schema} schema @param {string} path */
function objectProblems(value, { properties = {}, required = [] }, path) {
  const present = Object.entries(properties).filter(([name]) => value[name] !== undefined);
  return [
    ...required.filter((name) => value[name] === undefined).map((name) => `${path} requires property "${name}"`),
    ...present.flatMap(([name, schema]) => problems(value[name], schema, `${path}.${name}`)),
  ];
}

function typeOf(value) {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
