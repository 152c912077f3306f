/**
 * Exchanges, queues and bindings, declared and published to the way the real server does it, its weak side included.
 *
 * The client holds a declaration back until the previous one is answered, while a message is written at once. As nothing
 * waits here, the first message of a fresh binding overtakes it and is lost; the ones after it arrive.
 */

/** @typedef {{exchange: string, key: string, queue: string}} Binding */

/**
 * @param {import('amqplib').Channel} channel
 * @param {Binding} binding
 * @returns {Promise<unknown>} rejects when the broker refuses, which also closes the channel
 */
export function declare(channel, { exchange, key, queue }) {
  return Promise.all([
    channel.assertExchange(exchange, 'topic', { durable: true, autoDelete: false }),
    channel.assertQueue(queue, { durable: true, autoDelete: false, arguments: { 'x-queue-type': 'quorum' } }),
    channel.bindQueue(queue, exchange, key),
  ]);
}

/**
 * @param {import('amqplib').Channel} channel
 * @param {Binding} binding `key` binds the queue; the message itself is routed by its event
 * @param {import('../events/envelope.js').Envelope} message
 * @returns {Promise<unknown>} as `declare`. Whether the message was routed nobody learns: it is published unconfirmed
 */
export function publish(channel, binding, message) {
  const send = async () => channel.publish(binding.exchange, message.event, Buffer.from(JSON.stringify(message)));
  return Promise.all([declare(channel, binding), send()]);
}

/**
 * Queues made when the connection opens. They are bound by `MESSAGES_UPSERT` while messages are routed by
 * `messages.upsert`, so they stay empty until the event itself binds them once more.
 * @param {{exchange: string, globalEvents: string[], prefix?: string}} settings
 * @returns {Binding[]}
 */
export function startBindings({ exchange, globalEvents, prefix }) {
  return globalEvents.map((name) => ({
    exchange,
    key: name,
    queue: (prefix === '' ? '' : `${prefix}.`) + dotted(name),
  }));
}

/**
 * @param {{exchange: string, prefix?: string}} settings
 * @param {string} event
 * @returns {Binding}
 */
export function globalBinding({ exchange, prefix }, event) {
  return { exchange, key: event, queue: (prefix ? `${prefix}.` : '') + dotted(event) };
}

/**
 * @param {string} instance name; it is also the name of the instance's own exchange
 * @param {string} event
 * @returns {Binding}
 */
export function instanceBinding(instance, event) {
  return { exchange: instance, key: dotted(event), queue: `${instance}.${dotted(event)}` };
}

function dotted(event) {
  return event.replaceAll('_', '.').toLowerCase();
}
