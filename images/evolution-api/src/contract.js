/** What the twin promises to look like: the names and numbers shared by several modules. */

/** Version of Evolution API whose contract is kept. */
export const CONTRACT_VERSION = '2.3.7';

/** Kinds of instance that can be created. Only EVOLUTION ever carries a message here. */
export const INTEGRATIONS = Object.freeze({
  baileys: 'WHATSAPP-BAILEYS',
  business: 'WHATSAPP-BUSINESS',
  evolution: 'EVOLUTION',
});

/** Event names a webhook may subscribe to; any other name is refused with 400. */
export const EVENTS = Object.freeze([
  'APPLICATION_STARTUP', 'QRCODE_UPDATED', 'MESSAGES_SET', 'MESSAGES_UPSERT', 'MESSAGES_EDITED', 'MESSAGES_UPDATE',
  'MESSAGES_DELETE', 'SEND_MESSAGE', 'SEND_MESSAGE_UPDATE', 'CONTACTS_SET', 'CONTACTS_UPSERT', 'CONTACTS_UPDATE',
  'PRESENCE_UPDATE', 'CHATS_SET', 'CHATS_UPSERT', 'CHATS_UPDATE', 'CHATS_DELETE', 'GROUPS_UPSERT', 'GROUP_UPDATE',
  'GROUP_PARTICIPANTS_UPDATE', 'CONNECTION_UPDATE', 'LABELS_EDIT', 'LABELS_ASSOCIATION', 'CALL', 'TYPEBOT_START',
  'TYPEBOT_CHANGE_STATUS', 'REMOVE_INSTANCE', 'LOGOUT_INSTANCE', 'INSTANCE_CREATE', 'INSTANCE_DELETE',
  'STATUS_INSTANCE',
]);

/** Largest request body in bytes. */
export const BODY_LIMIT_BYTES = 136 * 1024 * 1024;

/**
 * Turns the name used in payloads into the one used in subscriptions.
 * @param {string} event for example `messages.upsert`
 * @returns {string} for example `MESSAGES_UPSERT`
 */
export function subscriptionName(event) {
  return event.replaceAll('.', '_').toUpperCase();
}
