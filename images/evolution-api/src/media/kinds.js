/**
 * Kinds of media: how messages call them, and what is assumed of one whose type nobody gave.
 */

/** @typedef {'audio' | 'document' | 'image' | 'video'} Kind */

/** @type {Readonly<Record<Kind, {messageType: string, mimetype: string}>>} */
export const KINDS = Object.freeze({
  audio: { messageType: 'audioMessage', mimetype: 'audio/mp4' },
  document: { messageType: 'documentMessage', mimetype: 'application/pdf' },
  image: { messageType: 'imageMessage', mimetype: 'image/png' },
  video: { messageType: 'videoMessage', mimetype: 'video/mp4' },
});

/** @param {unknown} messageType @returns {Kind | undefined} */
export function kindOf(messageType) {
  return Object.keys(KINDS).find((kind) => KINDS[kind].messageType === messageType);
}
