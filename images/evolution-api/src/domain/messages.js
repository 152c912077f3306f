/**
 * Messages in and out of an EVOLUTION instance: their media kept, stored when the settings say so, and announced.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { internal } from '../http/errors.js';

/** @typedef {{message: Record<string, unknown>, messageType: string}} Content */

/**
 * @param {object} parts
 * @param {import('../events/bus.js').Bus} parts.bus
 * @param {ReturnType<typeof import('./inboundMedia.js').createInboundMedia>} parts.keepMedia
 * @param {import('../log.js').Log} parts.log
 * @param {import('./registry.js').Registry} parts.registry
 * @param {boolean} parts.saves whether messages become rows
 * @param {ReturnType<typeof import('../store/messages.js').createMessageStore>} parts.store
 */
export function createMessages({ bus, keepMedia, log, registry, saves, store }) {
  const publish = async (event, instance, message, announced = message) => {
    if (saves) await store.insert(message);
    bus.emit(event, instance, announced);
    return message;
  };

  return {
    /**
     * @param {import('./registry.js').Instance} instance
     * @param {{delay?: number, number: string}} request `delay` in ms, waited before anything is stored
     * @param {(id: string) => Content | Promise<Content>} write what is said, once the message has its id
     */
    send: async (instance, { delay, number }, write) => {
      if (instance.state !== 'open') throw internal('Connection Closed');
      if (delay) await wait(delay);
      const id = randomUUID();
      return publish('send.message', instance, outgoing(instance, { id, number, ...(await write(id)) }));
    },

    /**
     * Takes what a channel delivers. An event for nobody is dropped with a line in the log: its sender is not told.
     * @param {any} event
     * @returns {Promise<boolean>} whether an instance took it
     */
    receive: async (event) => {
      const instance = registry.byNumber(String(event?.numberId ?? ''));
      if (!instance || instance.state !== 'open') {
        log.warn('dropped an inbound event', { cause: instance ? 'instance is logged out' : 'unknown numberId' });
        return false;
      }
      if (event.message) {
        const { announced, stored } = await keepMedia(instance, incoming(instance, event));
        await publish('messages.upsert', instance, stored, announced);
      }
      return true;
    },
  };
}

/** @returns {import('../store/messages.js').Message} */
export function incoming(instance, event) {
  return {
    key: { id: event.key?.id ?? randomUUID(), remoteJid: event.key?.remoteJid, fromMe: event.key?.fromMe ?? false },
    pushName: event.pushName,
    message: event.message,
    messageType: event.messageType ?? 'conversation',
    messageTimestamp: now(),
    source: 'unknown',
    instanceId: instance.id,
  };
}

/**
 * `remoteJid` is the number as given, without a suffix: callers that compare it with inbound messages must know.
 * @param {import('./registry.js').Instance} instance
 * @param {Content & {id: string, number: string}} parts
 * @returns {import('../store/messages.js').Message}
 */
export function outgoing(instance, { id, message, messageType, number }) {
  return {
    key: { fromMe: true, id, remoteJid: number },
    message,
    messageType,
    messageTimestamp: now(),
    source: 'unknown',
    instanceId: instance.id,
  };
}

function now() {
  return Math.floor(Date.now() / 1000);
}
