/**
 * The routes that carry media, over HTTP, with everything real but Postgres: rows and events are kept in lists.
 */
import { once } from 'node:events';
import { createInboundMedia } from '../../src/domain/inboundMedia.js';
import { createMessages } from '../../src/domain/messages.js';
import { createOutgoingMedia } from '../../src/domain/outgoingMedia.js';
import { Registry } from '../../src/domain/registry.js';
import { createGuards } from '../../src/http/guards.js';
import { createHttpServer } from '../../src/http/server.js';
import { createLog } from '../../src/log.js';
import { createConverter } from '../../src/media/converter.js';
import { createStorage } from '../../src/media/storage.js';
import { messageRoutes } from '../../src/routes/message.js';
import { webhookRoutes } from '../../src/routes/webhook.js';
import { readS3 } from '../../src/settings/s3.js';
import { CONVERTER_KEY } from './audioConverter.js';

const BOT = {
  id: 'i1', name: 'bot', token: 'bot-token', connectionStatus: 'open', integration: 'EVOLUTION', number: '5511999990000',
};

/** @param {{converterUrl?: string, env?: Record<string, string>}} [options] `env` holds the variables of S3 */
export async function startMediaServer({ converterUrl = '', env = {} } = {}) {
  const heard = [];
  const events = [];
  const rows = [];
  const lines = [];
  const webhook = { enabled: true, webhookBase64: false };
  const log = createLog('test', ['ERROR', 'WARN', 'INFO', 'VERBOSE'], (line) => lines.push(line));
  const registry = new Registry();
  const instance = registry.add(BOT);
  const instances = { known: () => instance };
  const storage = createStorage({ log, settings: readS3(env) });
  const webhooks = { find: async () => webhook };
  const messages = createMessages({
    bus: { emit: (event, _, data) => events.push({ event, data: structuredClone(data) }) },
    keepMedia: createInboundMedia({ log, storage, webhooks }),
    log,
    registry,
    saves: true,
    store: { insert: async (row) => rows.push(structuredClone(row)) },
  });
  const converter = createConverter({ log, settings: { key: CONVERTER_KEY, url: converterUrl } });
  const guards = createGuards({ apiKey: 'global', registry, sessions: {}, store: { byName: async () => undefined } });
  const conversations = { hear: (_, said) => heard.push(said) };
  const media = createOutgoingMedia({ converter, messages, storage });
  const routes = [
    ...messageRoutes({ conversations, guards, instances, media, messages }),
    ...webhookRoutes({ guards, instances, messages, store: webhooks }),
  ];
  const server = createHttpServer({ cors: { origins: [] }, log, routes });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;

  /** @param {object | FormData} content */
  const post = async (path, content, key = 'bot-token') => {
    const form = content instanceof FormData;
    const headers = { apikey: key, ...(form ? {} : { 'content-type': 'application/json' }) };
    const answer = await fetch(url + path, { method: 'POST', headers, body: form ? content : JSON.stringify(content) });
    return { status: answer.status, body: await answer.json() };
  };
  return {
    close: () => {
      server.closeAllConnections();
      server.close();
    },
    events,
    heard,
    instance,
    lines,
    post,
    rows,
    /** @param {string} name of the route */
    send: (name, content, key) => post(`/message/${name}/bot`, content, key),
    url,
    webhook,
  };
}

/** @param {Record<string, string>} fields @param {{name: string, text: string, type: string, field?: string}} [file] */
export function form(fields, file) {
  const content = new FormData();
  for (const [name, value] of Object.entries(fields)) content.append(name, value);
  if (file) content.append(file.field ?? 'file', new Blob([file.text], { type: file.type }), file.name);
  return content;
}
