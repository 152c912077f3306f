/**
 * `/chat/*`: pages of stored messages, contacts, chats; and what this channel refuses.
 *
 * Source: evolution-api 2.3.7, src/api/services/channel.service.ts fetchMessages, fetchContacts, fetchChats;
 * src/api/routes/chat.router.ts; src/validate/chat.schema.ts.
 */
import { HttpError, badRequest } from '../http/errors.js';
import { check } from '../http/validate.js';

/** The API calls the size of a page `offset`. */
const DEFAULT_SIZE = 50;

const MESSAGE_WHERE = {
  type: 'object',
  properties: {
    key: {
      type: 'object',
      properties: Object.fromEntries(
        [['id', 'string'], ['remoteJid', 'string'], ['fromMe', 'boolean']].map(([name, type]) => [
          name, { type, ...(type === 'string' ? { description: 'The property cannot be empty' } : {}) },
        ]),
      ),
    },
  },
};
const CONTACT_WHERE = {
  type: 'object',
  properties: { id: { type: 'string' }, pushName: { type: 'string' }, remoteJid: { type: 'string' } },
};

/** Calls that a phone's channel answers and this one refuses, with the schema of those whose body is looked at first. */
const UNAVAILABLE = Object.freeze({
  '/chat/sendPresence': {
    type: 'object',
    required: ['number', 'presence', 'delay'],
    properties: {
      number: { type: 'string', description: 'Invalid format' },
      delay: { type: 'number' },
      presence: { type: 'string', enum: ['unavailable', 'available', 'composing', 'recording', 'paused'] },
    },
  },
  '/chat/whatsappNumbers': { type: 'object', properties: { numbers: { type: 'array', minItems: 1, items: { type: 'string' } } } },
  ...Object.fromEntries(
    [
      '/chat/archiveChat', '/chat/getBase64FromMediaMessage', '/chat/markChatUnread', '/chat/markMessageAsRead', '/chat/updateMessage',
      '/message/sendContact', '/message/sendList', '/message/sendLocation', '/message/sendPoll', '/message/sendReaction',
      '/message/sendSticker',
    ].map((path) => [path, { type: 'object' }]),
  ),
});

export function chatRoutes({ guards, history, instances }) {
  const own = [guards.exists, guards.holdsKey];
  const idOf = ({ instanceName }) => instances.get(instanceName).id;

  const findMessages = async ({ body, params }) => {
    check(body, { type: 'object', properties: { where: MESSAGE_WHERE } });
    const page = body.page || 1;
    const size = body.offset || DEFAULT_SIZE;
    const { messageTimestamp, ...where } = body.where ?? {};
    const filter = { ...where, time: period(messageTimestamp) };
    const { total, records } = await history.messages(idOf(params), filter, { page, size });
    // No receipts exist on this channel, yet readers take the list for granted.
    const shown = records.map((record) => ({ ...record, MessageUpdate: [] }));
    return { status: 200, body: { messages: { total, pages: Math.ceil(total / size), currentPage: page, records: shown } } };
  };

  const findContacts = async ({ body, params }) => {
    check(body, { type: 'object', properties: { where: CONTACT_WHERE } });
    const where = { ...body.where, remoteJid: address(body.where?.remoteJid) };
    const limit = body.offset || null;
    const offset = limit && body.page ? limit * (Math.max(body.page, 1) - 1) : 0;
    return { status: 200, body: await history.contacts(idOf(params), where, { limit, offset }) };
  };

  const findChats = async ({ body, params }) =>
    ({ status: 200, body: await history.chats(idOf(params), address(body.where?.remoteJid) ?? null) });

  const refuse = (schema) => ({ body }) => {
    check(body, schema);
    throw badRequest('Method not available on Evolution Channel');
  };

  /** The one route that answers a failure in a form of its own. */
  const whatsappNumbers = (call) => {
    try {
      return refuse(UNAVAILABLE['/chat/whatsappNumbers'])(call);
    } catch (error) {
      if (error instanceof HttpError) return { status: 400, body: { status: 400, error: 'Bad Request', message: error.shown } };
      throw error;
    }
  };

  return [
    { method: 'POST', path: '/chat/findMessages/:instanceName', guards: own, handle: findMessages },
    { method: 'POST', path: '/chat/findContacts/:instanceName', guards: own, handle: findContacts },
    { method: 'POST', path: '/chat/findChats/:instanceName', guards: own, handle: findChats },
    ...Object.entries(UNAVAILABLE).map(([path, schema]) => {
      const handle = path.endsWith('whatsappNumbers') ? whatsappNumbers : refuse(schema);
      return { method: 'POST', path: `${path}/:instanceName`, guards: own, handle };
    }),
  ];
}

/** A number may stand for the address of its contact. */
function address(remoteJid) {
  return remoteJid && !remoteJid.includes('@') ? `${remoteJid.replace(/\D/g, '')}@s.whatsapp.net` : remoteJid;
}

/** Both ends, or none: one of them alone is no condition. */
function period({ gte, lte } = {}) {
  if (!gte || !lte) return undefined;
  const [from, to] = [gte, lte].map((date) => Math.floor(Date.parse(date) / 1000));
  return { from, to };
}
