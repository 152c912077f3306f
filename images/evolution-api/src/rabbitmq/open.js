/**
 * One connection to the broker with one channel on it.
 */
import amqp from 'amqplib';

/**
 * @typedef {object} Opened
 * @property {import('amqplib').Channel} channel
 * @property {() => Promise<void>} close
 */

/**
 * @param {import('amqplib').Options.Connect} address
 * @param {(error?: Error) => void} onLost called once when either breaks, with the error there was
 * @returns {Promise<Opened>}
 */
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
      if (lost) return;
      lost = true;
      onLost(reason);
    };
    channel.on('error', remember);
    channel.on('close', lose);
    connection.on('close', lose);
    return { channel, close };
  } catch (error) {
    await close();
    throw error;
  }
}
