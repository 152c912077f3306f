/**
 * Contacts that answer: "when a text like this is sent to that number, it says that".
 *
 * A conversation is a list of turns, tried in their order. A turn that has spoken as often as it may is passed over, and
 * by default that is once: so a list plays from top to bottom, and an application that answers everything cannot keep a
 * contact talking for ever. Everything is in memory only.
 */
import { randomUUID } from 'node:crypto';
import { describeError } from '../log.js';

/**
 * @param {(event: object) => Promise<boolean>} parts.receive takes an inbound event, as `/webhook/evolution` does
 */
export function createConversations({ log, receive, after = setTimeout }) {
  const conversations = new Map();

  const findTurn = (instance, number, text) => {
    for (const conversation of conversations.values()) {
      const concerns = digits(conversation.number) === digits(number);
      if (!concerns || (conversation.instance !== undefined && conversation.instance !== instance.name)) continue;
      const turn = conversation.turns.find(({ pattern, spoken, times }) => spoken < times && pattern.test(text));
      if (turn) return { conversation, turn };
    }
    return undefined;
  };

  // One after the other, so that answers arrive in the order they are written in.
  const schedule = (instance, conversation, turn, [answer, ...later]) => {
    if (answer === undefined) return;
    after(async () => {
      try {
        await receive(inbound(instance, conversation, answer));
      } catch (error) {
        log.error('a contact could not answer', { instance: instance.name, ...describeError(error) });
      }
      schedule(instance, conversation, turn, later);
    }, turn.delayMs);
  };

  return {
    add: ({ number, instance, pushName, turns }) => {
      const id = randomUUID();
      conversations.set(id, { id, number, instance, pushName, turns: turns.map(readTurn) });
      return shown(conversations.get(id));
    },
    all: () => [...conversations.values()].map(shown),
    /** @param {string} [id] all of them without it @returns {number} how many are gone */
    clear: (id) => {
      const count = id === undefined ? conversations.size : Number(conversations.has(id));
      if (id === undefined) conversations.clear();
      else conversations.delete(id);
      return count;
    },
    /** Called for every text an instance has sent. */
    hear: (instance, { number, text }) => {
      const { conversation, turn } = findTurn(instance, number, text) ?? {};
      if (!turn) return;
      turn.spoken += 1;
      schedule(instance, conversation, turn, turn.answers);
    },
  };
}

function readTurn({ when, answers, delayMs = 0, times = 1 }) {
  return { when, pattern: new RegExp(when, 'iu'), answers, delayMs, times, spoken: 0 };
}

function shown(conversation) {
  return { ...conversation, turns: conversation.turns.map(({ pattern: _, ...turn }) => turn) };
}

function inbound(instance, { number, pushName }, answer) {
  const content = typeof answer === 'string' ? { message: { conversation: answer }, messageType: 'conversation' } : answer;
  const remoteJid = number.includes('@') ? number : `${number}@s.whatsapp.net`;
  return { numberId: instance.number, key: { id: randomUUID(), remoteJid, fromMe: false }, pushName, ...content };
}

/** `5511…` and `5511…@s.whatsapp.net` are the same contact. */
function digits(number) {
  return number.split('@')[0].replace(/\D/g, '');
}
