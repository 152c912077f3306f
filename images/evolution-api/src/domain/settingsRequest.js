/**
 * How an instance behaves, as a caller writes it: shared by /settings/set and /instance/create.
 */

const FLAGS = ['rejectCall', 'groupsIgnore', 'alwaysOnline', 'readMessages', 'readStatus', 'syncFullHistory'];
const TEXTS = ['msgCall', 'wavoipToken'];

/** In the order in which the real server lists them. */
export const BEHAVIOUR = Object.freeze(['rejectCall', 'msgCall', ...FLAGS.slice(1), 'wavoipToken']);

/** @type {Record<string, import('../http/validate.js').Schema>} */
export const BEHAVIOUR_PROPERTIES = {
  ...Object.fromEntries(FLAGS.map((name) => [name, { type: 'boolean' }])),
  ...Object.fromEntries(TEXTS.map((name) => [name, { type: 'string' }])),
};

/**
 * Every flag must be there, because all are replaced at once.
 * @type {import('../http/validate.js').Schema}
 */
export const SETTINGS_SCHEMA = { type: 'object', required: FLAGS, properties: BEHAVIOUR_PROPERTIES };

/** @param {any} body already checked @returns {Record<string, boolean | string>} what is left out is off, or empty */
export function readBehaviour(body) {
  return Object.fromEntries(BEHAVIOUR.map((name) => [name, TEXTS.includes(name) ? (body[name] ?? '') : body[name] === true]));
}
