/**
 * Where a file lies in the bucket: `evolution-api/<instanceId>/<jid>/<kind>/<message id>.<ending>`.
 */

/**
 * @param {object} file
 * @param {string} file.instanceId
 * @param {string} file.jid
 * @param {import('./kinds.js').Kind} file.kind
 * @param {string} file.id of the message
 * @param {string} file.mimetype its second half is the ending
 * @returns {string}
 */
export function objectName({ instanceId, jid, kind, id, mimetype }) {
  const ending = mimetype.split(';')[0].trim().split('/')[1];
  return ['evolution-api', instanceId, part(jid), kind, part(ending ? `${id}.${ending}` : id)].join('/');
}

/** One part of the path and no way out of it: numbers and message ids are what callers wrote. */
function part(text) {
  return String(text).replace(/[^\w.@+-]/g, '_').replace(/^\.+$/, '_');
}
