/**
 * Keeps the connection to the broker as the real server does: tried again after 5, 10, 20 … 160 s, ten times, and then
 * never again, until the process is restarted. A connection that stands gives the ten tries back.
 */
import { describeError } from '../log.js';

const FIRST_DELAY_SECONDS = 5;
const DOUBLINGS = 5;
const MAX_ATTEMPTS = 10;

/** @typedef {{start: () => void, channel: () => import('amqplib').Channel | undefined, lose: (error?: Error) => void}} Link */

/**
 * @param {object} parts
 * @param {import('../log.js').Log} parts.log
 * @param {(onLost: (error?: Error) => void) => Promise<import('./open.js').Opened>} parts.open
 * @param {(channel: import('amqplib').Channel) => void} parts.onOpen
 * @param {(work: () => void, seconds: number) => void} [parts.after]
 * @returns {Link}
 */
export function createLink({ log, open, onOpen, after = (work, seconds) => setTimeout(work, seconds * 1000) }) {
  /** @type {import('./open.js').Opened | undefined} */
  let opened;
  let attempts = 0;
  let waiting = false;

  const connect = async () => {
    try {
      opened = await open(lose);
    } catch (error) {
      waiting = false;
      log.error('could not connect to RabbitMQ', describeError(error));
      retry();
      return;
    }
    attempts = 0;
    waiting = false;
    log.info('connected to RabbitMQ');
    onOpen(opened.channel);
  };

  const retry = () => {
    if (waiting) return;
    if (attempts >= MAX_ATTEMPTS) {
      log.error('gave up RabbitMQ: events are dropped until this server is restarted', { attempts });
      return;
    }
    const seconds = FIRST_DELAY_SECONDS * 2 ** Math.min(attempts, DOUBLINGS);
    attempts += 1;
    waiting = true;
    log.info('will try RabbitMQ again', { attempt: attempts, seconds });
    after(connect, seconds);
  };

  const lose = (error) => {
    if (!opened) return;
    const { close } = opened;
    opened = undefined;
    log.warn('lost RabbitMQ', error && describeError(error));
    void close();
    retry();
  };

  return {
    /** Not waited for: the server starts whether or not there is a broker. */
    start: () => {
      waiting = true;
      void connect();
    },
    /** While there is none, asking is what the real server takes as a reason to try again. */
    channel: () => {
      if (!opened) retry();
      return opened?.channel;
    },
    lose,
  };
}
