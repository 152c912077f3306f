/** Messages as rows, and the searches the API offers over them, over contacts and over chats. */
import { randomUUID } from 'node:crypto';

/** Of a message that is the last one of its chat, media show no more than this. */
const SHORTENED = {
  audioMessage: ['seconds'], documentMessage: ['caption', 'name'], imageMessage: ['caption'], videoMessage: ['caption'],
};

export function createHistory({ query, table }) {
  const [chats, contacts, messages] = ['Chat', 'Contact', 'Message'].map(table);
  return {
    /** The same `key.id` may come twice: the real server stores it twice as well. */
    insert: (message) =>
      query(
        `INSERT INTO ${messages} ("id","key","pushName","messageType","message","source","messageTimestamp","instanceId")
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8)`,
        [
          randomUUID(), JSON.stringify(message.key), message.pushName, message.messageType,
          JSON.stringify(message.message), message.source, message.messageTimestamp, message.instanceId,
        ],
      ),

    /** One page, newest first. */
    messages: async (instanceId, filter, { page, size }) => {
      const { where, parameters } = messageConditions(instanceId, filter);
      const [{ total }] = await query(`SELECT count(*)::int AS total FROM ${messages} WHERE ${where}`, parameters);
      const records = await query(
        `SELECT "id","key","pushName","messageType","message","messageTimestamp"::int,"instanceId","source","contextInfo"
           FROM ${messages} WHERE ${where} ORDER BY "messageTimestamp" DESC, "createdAt" DESC
          LIMIT $${parameters.length + 1} OFFSET $${parameters.length + 2}`,
        [...parameters, size, (page - 1) * size],
      );
      return { total, records };
    },

    contacts: async (instanceId, filter, { offset = 0, limit = null }) => {
      const rows = await query(
        `SELECT * FROM ${contacts} WHERE "instanceId" = $1 AND ($2::text IS NULL OR "remoteJid" = $2)
            AND ($3::text IS NULL OR "id" = $3) AND ($4::text IS NULL OR "pushName" = $4)
          ORDER BY "createdAt" LIMIT $5 OFFSET $6`,
        [instanceId, filter.remoteJid ?? null, filter.id ?? null, filter.pushName ?? null, limit, offset],
      );
      return rows.map((row) => {
        const isGroup = row.remoteJid.endsWith('@g.us');
        const isSaved = Boolean(row.pushName || row.profilePicUrl);
        return { ...row, isGroup, isSaved, type: isGroup ? 'group' : isSaved ? 'contact' : 'group_member' };
      });
    },

    /** The last message of each address, newest first. */
    chats: async (instanceId, remoteJid) => {
      const rows = await query(
        `SELECT * FROM (
           SELECT DISTINCT ON (m."key" ->> 'remoteJid') m."key" ->> 'remoteJid' AS "remoteJid", to_jsonb(m) AS "last",
                  to_timestamp(m."messageTimestamp") AS "updatedAt", c."id" AS "contactId", c."profilePicUrl",
                  h."name", h."createdAt" AS "since", h."unreadMessages"
             FROM ${messages} m
             LEFT JOIN ${contacts} c ON c."remoteJid" = m."key" ->> 'remoteJid' AND c."instanceId" = m."instanceId"
             LEFT JOIN ${chats} h ON h."remoteJid" = m."key" ->> 'remoteJid' AND h."instanceId" = m."instanceId"
            WHERE m."instanceId" = $1 AND ($2::text IS NULL OR m."key" ->> 'remoteJid' = $2)
            ORDER BY m."key" ->> 'remoteJid', m."messageTimestamp" DESC, m."createdAt" DESC
         ) newest ORDER BY "updatedAt" DESC`,
        [instanceId, remoteJid],
      );
      return rows.map(shownChat);
    },
  };
}

export function messageConditions(instanceId, filter) {
  const parameters = [instanceId];
  const parts = ['"instanceId" = $1'];
  const add = (expression, value) => {
    if (value !== undefined && value !== null) parts.push(`${expression} $${parameters.push(value)}`);
  };
  add('"id" =', filter.id);
  add('"source" =', filter.source);
  add('"messageType" =', filter.messageType);
  add(`"key" ->> 'id' =`, filter.key?.id || undefined);
  add(`"key" ->> 'remoteJid' =`, filter.key?.remoteJid || undefined);
  // As on the real server, `false` is no condition.
  add(`("key" ->> 'fromMe')::boolean =`, filter.key?.fromMe || undefined);
  add('"messageTimestamp" >=', filter.time?.from);
  add('"messageTimestamp" <=', filter.time?.to);
  return { where: parts.join(' AND '), parameters };
}

function shownChat({ contactId, last, name, profilePicUrl, remoteJid, since, unreadMessages, updatedAt }) {
  const expires = since && new Date(since.getTime() + 24 * 3600 * 1000);
  const { contextInfo, id, instanceId, key, messageTimestamp, messageType, pushName, source } = last;
  return {
    id: contactId,
    remoteJid,
    pushName: name,
    profilePicUrl,
    updatedAt,
    windowStart: since,
    windowExpires: expires,
    windowActive: Boolean(expires && expires > new Date()),
    lastMessage: {
      id, key, pushName: key.fromMe ? 'Você' : pushName, participant: null, messageType, message: shortened(last.message),
      contextInfo, source, messageTimestamp, instanceId, sessionId: null, status: null,
    },
    unreadCount: unreadMessages,
    isSaved: Boolean(contactId),
  };
}

function shortened({ base64: _, ...message }) {
  for (const [type, fields] of Object.entries(SHORTENED)) {
    const media = message[type];
    if (media) message[type] = Object.fromEntries(fields.filter((field) => field in media).map((field) => [field, media[field]]));
  }
  return message;
}
