/** Hands each event to every channel, one after the other: the broker first, then the webhook. */
import { describeError } from '../log.js';

/** A channel is `{name, deliver(message, instance)}`; what it delivers is made by `envelope`. */
export function createBus(channels, settings, log) {
  return {
    /** Resolves when every channel is done, tries included; never rejects, so callers need not wait. */
    emit: async (event, instance, data) => {
      const message = envelope(event, instance, data, settings);
      for (const channel of channels) {
        try {
          await channel.deliver(message, instance);
        } catch (error) {
          // One channel that fails must neither stop the others nor undo what the event reports.
          log.error('could not hand over an event', { channel: channel.name, event, ...describeError(error) });
        }
      }
    },
  };
}

/** @returns {Envelope} `sender` is absent: an EVOLUTION instance has no WhatsApp identity */
export function envelope(event, instance, data, settings, now = new Date()) {
  return {
    event,
    instance: instance.name,
    data,
    // Local time with a false `Z`. Only `TZ=UTC` makes it true.
    date_time: new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString(),
    server_url: settings.server.url,
    apikey: settings.auth.exposeInPayloads ? instance.token : null,
  };
}
