/**
 * Reads `RABBITMQ_URI` the way the real server does.
 */
import { SettingsError } from '../settings/error.js';

const HEARTBEAT_SECONDS = 30;

/**
 * User and password are taken as they stand in the address, without percent-decoding: a password with a character that
 * has to be encoded there is never the right one. The client decodes the vhost itself.
 * @param {{frameMaxBytes: number, uri: string}} settings
 * @returns {import('amqplib').Options.Connect}
 * @throws {SettingsError} without repeating the address, because it holds the password
 */
export function brokerAddress({ frameMaxBytes, uri }) {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (!url || !/^amqps?:$/.test(url.protocol)) {
    throw new SettingsError(
      'RABBITMQ_URI: not an amqp:// address. No event will be published. ' +
        'Write amqp://user:password@host:5672/vhost with letters and digits only in the password.',
    );
  }
  return {
    protocol: url.protocol.slice(0, -1),
    hostname: url.hostname,
    port: Number(url.port) || 5672,
    username: url.username || 'guest',
    password: url.password || 'guest',
    vhost: url.pathname.slice(1) || '/',
    frameMax: frameMaxBytes,
    heartbeat: HEARTBEAT_SECONDS,
  };
}
