/**
 * RabbitMQ as a channel: the queues an instance asked for, and the global ones of the environment.
 *
 * Nothing is kept for later: an event that comes while there is no connection is dropped, as on the real server.
 */
import { subscriptionName } from '../contract.js';
import { describeError } from '../log.js';
import { brokerAddress } from '../rabbitmq/address.js';
import { createLink } from '../rabbitmq/link.js';
import { openChannel } from '../rabbitmq/open.js';
import { declare, globalBinding, instanceBinding, publish, startBindings } from '../rabbitmq/queues.js';

/**
 * @param {object} parts
 * @param {import('../log.js').Log} parts.log
 * @param {import('../settings/rabbitmq.js').RabbitmqSettings} parts.settings
 * @param {Pick<ReturnType<typeof import('../store/rabbitmqs.js').createRabbitmqStore>, 'find'>} parts.store
 * @param {typeof createLink} [parts.link]
 * @returns {import('./bus.js').Channel & {start: () => void}}
 */
export function rabbitmqChannel({ log, settings, store, link: makeLink = createLink }) {
  const watch = (declared) =>
    declared.catch((error) => {
      log.error('a queue could not be declared', describeError(error));
      link.lose(error);
    });
  const link = makeLink({
    log,
    // Read each time: an address that is none does not keep the server from starting, it only never connects.
    open: async (onLost) => openChannel(brokerAddress(settings), onLost),
    onOpen: (channel) => {
      if (!settings.globalEnabled) return;
      for (const binding of startBindings(settings)) void watch(declare(channel, binding));
    },
  });

  const bindingsOf = async (event, instance) => {
    const name = subscriptionName(event);
    const row = await store.find(instance.id);
    return [
      ...(row?.enabled && row.events.includes(name) ? [instanceBinding(instance.name, event)] : []),
      ...(settings.globalEnabled && settings.globalEvents.includes(name) ? [globalBinding(settings, event)] : []),
    ];
  };

  return {
    name: 'rabbitmq',
    start: () => {
      if (settings.enabled) link.start();
    },
    deliver: async (message, instance) => {
      if (!settings.enabled) return;
      if (!link.channel()) {
        log.warn('dropped an event: RabbitMQ is not connected', { event: message.event, instance: instance.name });
        return;
      }
      for (const binding of await bindingsOf(message.event, instance)) {
        const channel = link.channel();
        // The connection may have gone while the row was read.
        if (channel) void watch(publish(channel, binding, message));
      }
    },
  };
}
