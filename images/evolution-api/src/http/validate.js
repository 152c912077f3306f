/**
 * Checks a JSON body against the few schema words the API uses, with messages worded like those of the real one's validator:
 * clients show them to people and tests compare them.
 * The words are those of JSON Schema; `description` replaces every message about its value, and `properties` allow others.
 *
 * Source: evolution-api 2.3.7, src/api/abstract/abstract.router.ts lines 29-66.
 */
import { badRequest } from './errors.js';

/** Refuses with 400 and all findings at once, as a list within the list. */
export function check(body, schema) {
  const findings = problems(body, schema, 'instance').map((finding) => finding.replace('instance.', ''));
  if (findings.length > 0) throw badRequest(findings);
}

function problems(value, schema, path) {
  const own = ownProblem(value, schema);
  if (own) return [schema.description ?? `${path} ${own}`];
  if (schema.type === 'array') return value.flatMap((item, index) => (schema.items ? problems(item, schema.items, `${path}[${index}]`) : []));
  if (schema.type !== 'object') return [];
  const { properties = {}, required = [] } = schema;
  return [
    ...Object.entries(properties).flatMap(([name, inner]) =>
      value[name] === undefined ? [] : problems(value[name], inner, `${path}.${name}`)),
    ...required.filter((name) => value[name] === undefined).map((name) => `${path} requires property "${name}"`),
  ];
}

function ownProblem(value, schema) {
  if (!hasType(value, schema.type)) return `is not of a type(s) ${schema.type}`;
  if (schema.enum && !schema.enum.includes(value)) return `is not one of enum values: ${schema.enum.join(',')}`;
  if (schema.pattern && !schema.pattern.test(value)) return `does not match pattern ${JSON.stringify(schema.pattern.source)}`;
  if (schema.minItems && value.length < schema.minItems) return `does not meet minimum length of ${schema.minItems}`;
  return undefined;
}

function hasType(value, type) {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
