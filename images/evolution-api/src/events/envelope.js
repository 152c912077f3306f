/**
 * What every consumer of events receives, whichever way it travels.
 */

/**
 * @typedef {object} Envelope
 * @property {string} event for example `messages.upsert`
 * @property {string} instance name
 * @property {unknown} data
 * @property {string} date_time
 * @property {string} server_url
 * @property {string | null} apikey the token of the instance, where the settings expose it
 */

/**
 * @param {string} event
 * @param {import('../domain/registry.js').Instance} instance
 * @param {unknown} data
 * @param {{auth: {exposeInPayloads: boolean}, server: {url: string}}} settings
 * @param {Date} [now]
 * @returns {Envelope} `sender` is absent: an EVOLUTION instance has no WhatsApp identity
 */
export function envelope(event, instance, data, settings, now = new Date()) {
  return {
    event,
    instance: instance.name,
    data,
    date_time: localTime(now),
    server_url: settings.server.url,
    apikey: settings.auth.exposeInPayloads ? instance.token : null,
  };
}

/**
 * The same envelope addressed to a webhook, in the order the real server writes its fields.
 * @param {Envelope} message
 * @param {string} destination
 */
export function addressed({ event, instance, data, ...rest }, destination) {
  return { event, instance, data, destination, ...rest };
}

/**
 * Local time with a false `Z`, as the real server writes it. Only `TZ=UTC` makes it true.
 * @param {Date} now
 * @returns {string}
 */
export function localTime(now) {
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString();
}
