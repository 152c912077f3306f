/**
 * Messages in and out of an EVOLUTION instance: announced, then stored. Whether it is logged out makes no difference.
 *
 * Source: evolution-api 2.3.7, src/api/integrations/channel/evolution/evolution.channel.service.ts, eventHandler,
 * updateContact, sendMessageWithTyping; evolution.controller.ts.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { INTEGRATIONS } from './contract.js';
import { PrismaError } from './database.js';
import { badRequest, internal } from './http/errors.js';
import { describeError } from './log.js';

export function createMessages({ bus, history, instances, log, store }) {
  /** Tells of contact and chat as often as a message comes, known or not. */
  const meet = async (instance, contact) => {
    const known = await store.meet(contact);
    const chat = { remoteJid: contact.remoteJid, instanceId: contact.instanceId };
    void bus.emit('contacts.upsert', instance, contact);
    if (known) void bus.emit('chats.update', instance, chat);
    void bus.emit('chats.upsert', instance, chat);
  };

  const takeIn = async (instance, event) => {
    try {
      const message = incoming(instance, event);
      void bus.emit('messages.upsert', instance, message);
      await history.insert(message);
      const { profilePicUrl, pushName } = event;
      await meet(instance, { remoteJid: message.key.remoteJid, pushName, instanceId: instance.id, profilePicUrl });
    } catch (error) {
      log.error('an inbound message was not kept', { instance: instance.name, ...describeError(error) });
    }
  };

  return {
    /** @param {{delay?: number, number: string, quoted?: {key?: object}}} request `delay` in ms, waited before anything is said */
    send: async (instance, { delay, number, quoted }, { message, messageType }) => {
      if (instance.integration !== INTEGRATIONS.evolution) throw internal('Connection Closed');
      if (quoted && !quoted.key) throw badRequest('Message not found');
      if (delay) await wait(delay);
      const sent = {
        // The number as given, without a suffix: callers that compare it with inbound messages must know.
        key: { fromMe: true, id: randomUUID(), remoteJid: number },
        message: { ...message, quoted: quoted?.key },
        messageType,
        messageTimestamp: now(),
        source: 'unknown',
        instanceId: instance.id,
      };
      void bus.emit('send.message', instance, sent);
      try {
        await history.insert(sent);
      } catch (error) {
        throw badRequest(String(error));
      }
      return sent;
    },

    /**
     * Takes what a channel delivers, and answers before it is stored. An event for nobody is dropped: its sender is not told.
     * @returns {Promise<boolean>} whether there is an instance for it
     */
    receive: async (event) => {
      if (event.numberId && typeof event.numberId !== 'string') throw new PrismaError('Argument `number`: Invalid value provided.');
      const row = event.numberId ? await store.by('number', event.numberId) : undefined;
      if (!row) {
        log.warn('dropped an inbound event', { cause: event.numberId ? 'unknown numberId' : 'no numberId' });
        return false;
      }
      const instance = instances.get(row.name);
      if (!instance) throw new TypeError("Cannot read properties of undefined (reading 'connectToWhatsapp')");
      if (event.message) void takeIn(instance, event);
      return true;
    },
  };
}

function incoming(instance, { key, message, messageType, profilePicUrl, pushName }) {
  return {
    key: { id: key.id || randomUUID(), remoteJid: key.remoteJid, fromMe: key.fromMe, profilePicUrl },
    pushName,
    message,
    messageType,
    messageTimestamp: now(),
    source: 'unknown',
    instanceId: instance.id,
  };
}

function now() {
  return Math.round(Date.now() / 1000);
}
