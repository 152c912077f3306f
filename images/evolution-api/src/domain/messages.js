/**
 * Messages in and out of an EVOLUTION instance: stored when the settings say so, and announced.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { internal } from '../http/errors.js';

/**
 * @param {object} parts
 * @param {import('../events/bus.js').Bus} parts.bus
 * @param {import('../log.js').Log} parts.log
 * @param {import('./registry.js').Registry} parts.registry
 * @param {boolean} parts.saves whether messages become rows
 * @param {ReturnType<typeof import('../store/messages.js').createMessageStore>} parts.store
 */
export function createMessages({ bus, log, registry, saves, store }) {
  const publish = async (event, instance, message) => {
    if (saves) await store.insert(message);
    bus.emit(event, instance, message);
    return message;
  };

  return {
    /**
     * @param {import('./registry.js').Instance} instance
     * @param {{delay?: number, number: string, text: string}} request `delay` in ms, waited before anything is stored
     */
    send: async (instance, request) => {
      if (instance.state !== 'open') throw internal('Connection Closed');
      if (request.delay) await wait(request.delay);
      return publish('send.message', instance, outgoing(instance, request));
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
      if (event.message) await publish('messages.upsert', instance, incoming(instance, event));
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
 * @returns {import('../store/messages.js').Message}
 */
export function outgoing(instance, { number, text }) {
  return {
    key: { fromMe: true, id: randomUUID(), remoteJid: number },
    message: { conversation: text },
    messageType: 'conversation',
    messageTimestamp: now(),
    source: 'unknown',
    instanceId: instance.id,
  };
}

function now() {
  return Math.floor(Date.now() / 1000);
}
