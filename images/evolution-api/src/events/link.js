/**
 * Keeps the connection to the broker, with one channel on it, as the real server does: tried again after 5, 10, 20 … 160 s,
 * ten times, and then never again, until the process is restarted. A connection that stands gives the ten tries back.
 */
import amqp from 'amqplib';
import { describeError } from '../log.js';

const FIRST_DELAY_SECONDS = 5;
const DOUBLINGS = 5;
const MAX_ATTEMPTS = 10;

/**
 * @param {(onLost: (error?: Error) => void) => Promise<{channel: object, close: () => Promise<void>}>} parts.open
 * @param {(channel: object) => void} parts.onOpen
 */
export function createLink({ log, open, onOpen, after = (work, seconds) => setTimeout(work, seconds * 1000) }) {
  let opened;
  let attempts = 0;
  let waiting = false;

  const connect = async () => {
    waiting = true;
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
    start: () => void connect(),
    /** While there is none, asking is what the real server takes as a reason to try again. */
    channel: () => {
      if (!opened) retry();
      return opened?.channel;
    },
    lose,
  };
}

/** @param {(error?: Error) => void} onLost called once when either breaks, with the error there was */
export async function openChannel(address, onLost) {
  const connection = await amqp.connect(address);
  // An error event without a listener would end the process; `close` follows each of them.
  let reason;
  const remember = (error) => {
    reason ??= error;
  };
  connection.on('error', remember);
  // Closing what the broker has already closed is an error nobody needs to hear of.
  const close = async () => connection.close().catch(remember);
  try {
    const channel = await connection.createChannel();
    let lost = false;
    const lose = () => {
      if (!lost) onLost(reason);
      lost = true;
    };
    channel.on('error', remember);
    for (const broken of [channel, connection]) broken.on('close', lose);
    return { channel, close };
  } catch (error) {
    await close();
    throw error;
  }
}
