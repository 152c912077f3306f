/**
 * RabbitMQ as a channel: the global queues of the environment. Nothing is kept for later: an event that comes while there is
 * no connection is dropped.
 *
 * The client holds a declaration back until the previous one is answered, while a message is written at once. As nothing
 * waits here, the first message of a fresh binding overtakes it and is lost; the ones after it arrive.
 *
 * Source: evolution-api 2.3.7, src/api/integrations/event/rabbitmq/rabbitmq.controller.ts.
 */
import { subscriptionName } from '../contract.js';
import { describeError } from '../log.js';
import { SettingsError } from '../settings.js';
import { createLink, openChannel } from './link.js';

const HEARTBEAT_SECONDS = 30;

export function rabbitmqChannel({ log, settings, link: makeLink = createLink }) {
  const watch = (work) =>
    work.catch((error) => {
      log.error('a queue could not be declared', describeError(error));
      link.lose(error);
    });
  const link = makeLink({
    log,
    // Read each time: an address that is none does not keep the server from starting, it only never connects.
    open: async (onLost) => openChannel(brokerAddress(settings), onLost),
    onOpen: (channel) => {
      void watch(channel.assertExchange(settings.exchange, 'topic', { durable: true, autoDelete: false }));
      if (!settings.globalEnabled) return;
      for (const binding of startBindings(settings)) void watch(declare(channel, binding));
    },
  });

  return {
    name: 'rabbitmq',
    start: () => {
      if (settings.enabled) link.start();
    },
    deliver: async (message) => {
      if (!settings.enabled) return;
      const channel = link.channel();
      if (!channel) {
        log.warn('dropped an event: RabbitMQ is not connected', { event: message.event, instance: message.instance });
        return;
      }
      if (!settings.globalEnabled || !settings.events.includes(subscriptionName(message.event))) return;
      const binding = eventBinding(settings, message.event);
      const send = async () => channel.publish(binding.exchange, message.event, Buffer.from(JSON.stringify(message)));
      void watch(Promise.all([declare(channel, binding), send()]));
    },
  };
}

/**
 * User and password are taken as they stand in the address, without percent-decoding: a password with a character that
 * has to be encoded there is never the right one. The client decodes the vhost itself.
 * @throws {SettingsError} without repeating the address, because it holds the password
 */
export function brokerAddress({ frameMaxBytes, uri }) {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (!url || !/^amqps?:$/.test(url.protocol)) {
    throw new SettingsError(
      'RABBITMQ_URI: not an amqp:// address. No event will be published. ' +
        'Write amqp://user:password@host:5672/vhost with letters and digits only in the password.',
    );
  }
  return {
    protocol: url.protocol.slice(0, -1),
    hostname: url.hostname,
    port: Number(url.port) || 5672,
    username: url.username || 'guest',
    password: url.password || 'guest',
    vhost: url.pathname.slice(1) || '/',
    frameMax: frameMaxBytes,
    heartbeat: HEARTBEAT_SECONDS,
  };
}

/**
 * Queues made when the connection opens. They are bound by `MESSAGES_UPSERT` while messages are routed by
 * `messages.upsert`, so they stay empty until the event itself binds them once more.
 */
export function startBindings({ events, exchange, prefix }) {
  return events.map((name) => ({ exchange, key: name, queue: (prefix === '' ? '' : `${prefix}.`) + dotted(name) }));
}

/** @returns {Binding} `key` binds the queue; the message itself is routed by its event */
export function eventBinding({ exchange, prefix }, event) {
  return { exchange, key: event, queue: (prefix ? `${prefix}.` : '') + dotted(event) };
}

/** Rejects when the broker refuses, which also closes the channel. */
function declare(channel, { exchange, key, queue }) {
  return Promise.all([
    channel.assertExchange(exchange, 'topic', { durable: true, autoDelete: false }),
    channel.assertQueue(queue, { durable: true, autoDelete: false, arguments: { 'x-queue-type': 'quorum' } }),
    channel.bindQueue(queue, exchange, key),
  ]);
}

function dotted(event) {
  return event.replaceAll('_', '.').toLowerCase();
}
