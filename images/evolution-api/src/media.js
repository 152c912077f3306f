/**
 * Media an application sends. On this channel the message keeps an address alone, and nothing at all of base64 and files:
 * `mediaUrl` is then null, with or without a bucket.
 *
 * Source: evolution-api 2.3.7, src/api/integrations/channel/evolution/evolution.channel.service.ts, sendMessageWithTyping,
 * prepareMediaMessage, processAudio.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { HttpError } from './http/errors.js';

export const KINDS = Object.freeze(['image', 'document', 'video', 'audio']);

/** The validator takes nothing longer for a URL. */
const LONGEST_URL = 2083;

const SCHEME = /^(?:https?|ftp):\/\//i;
const NAME = /^(?:(?!-)[a-z0-9\u00a1-\uffff-]{1,63}(?<!-)\.)+(?:[a-z\u00a1-\uffff]{2,}|xn--[a-z0-9-]{2,})$/i;

/** What the real server's validator calls a URL: a scheme may be missing, and a host without a dot is none. */
export function isUrl(text) {
  if (typeof text !== 'string' || text.length > LONGEST_URL || /[\s<>]/.test(text)) return false;
  const [authority] = text.replace(SCHEME, '').split(/[/?#]/, 1);
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const [, name = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(host) ?? [];
  if (port !== undefined && !(Number(port) > 0 && Number(port) <= 65_535)) return false;
  return NAME.test(name) || isIPv4(name) || (name.startsWith('[') && isIPv6(name.slice(1, -1)));
}

/** Plain base64 with its padding; no `data:` in front. */
export function isBase64(text) {
  if (typeof text !== 'string' || text === '' || text.length % 4 !== 0) return false;
  const padding = /={0,2}$/.exec(text.slice(-2))[0].length;
  // Looking for what must not be there needs no way back: texts here are up to 136 MiB long.
  return text.length > padding && !/[^A-Za-z0-9+/]/.test(padding ? text.slice(0, -padding) : text);
}

/** @param {string} [media] what was handed in, unless it was a file */
export function mediaContent(kind, media) {
  return { message: { mediaUrl: isUrl(media) ? media : null }, messageType: `${kind}Message` };
}

/**
 * Lets the service that `API_AUDIO_CONVERTER` names convert an uploaded recording. What it answers goes the way of all
 * base64: nowhere. Without the variable the recording is sent as it is.
 * @throws {HttpError} 500
 */
export async function convertAudio(settings, file) {
  if (!settings.url) return;
  const form = new FormData();
  form.append('file', new Blob([file.buffer], { type: file.mimetype }), file.name);
  form.append('format', 'mp4');
  let answer;
  try {
    answer = await fetch(settings.url, { body: form, headers: { apikey: settings.key, connection: 'close' }, method: 'POST' });
  } catch (error) {
    throw new HttpError(500, [`AxiosError: ${(error.cause ?? error).message}`]);
  }
  const body = await answer.json().catch(() => undefined);
  if (!answer.ok) throw new HttpError(500, [body?.message ?? `AxiosError: Request failed with status code ${answer.status}`]);
  if (!body?.audio) throw new HttpError(500, ['[object Object]']);
}
