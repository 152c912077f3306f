/**
 * Makes a voice message of any audio, by asking the service `API_AUDIO_CONVERTER` names.
 */
import { BODY_LIMIT_BYTES } from '../contract.js';
import { internal } from '../http/errors.js';
import { describeError } from '../log.js';
import { isUrl } from './source.js';

/** The service gives up after 15 s of fetching and 60 s of work. The real server waits for ever. */
const TIMEOUT_MS = 90_000;

/** @typedef {ReturnType<typeof createConverter>} Converter */

/**
 * @param {object} parts
 * @param {import('../log.js').Log} parts.log
 * @param {{key: string, url: string}} parts.settings
 */
export function createConverter({ log, settings }) {
  const ask = async (form) => {
    try {
      const answer = await fetch(settings.url, {
        body: form,
        // Not kept: a server that closes idle connections would turn a conversion into a failure.
        headers: { apikey: settings.key, connection: 'close' },
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return { status: answer.status, body: answer.ok ? await readBounded(answer) : await answer.body?.cancel() };
    } catch (error) {
      const cause = error.cause ?? error;
      log.error('the audio converter did not answer', describeError(cause));
      throw internal(`Failed to convert audio: the converter did not answer (${cause.code ?? cause.name})`);
    }
  };

  return {
    /**
     * @param {{audio?: string, file?: import('../http/form.js').FormFile}} source URL, base64, or an uploaded file
     * @returns {Promise<string>} base64 of an MP4
     * @throws {import('../http/errors.js').HttpError} 500
     */
    convert: async ({ audio, file }) => {
      if (!settings.url) {
        throw internal('Audio cannot be converted: API_AUDIO_CONVERTER is not set, and there is no ffmpeg built in here');
      }
      const form = new FormData();
      if (file) form.append('file', new Blob([file.buffer], { type: file.mimetype }), file.name);
      else form.append(isUrl(audio) ? 'url' : 'base64', audio);
      form.append('format', 'mp4');
      const { status, body } = await ask(form);
      if (body === undefined) {
        log.error('the audio converter refused', { status });
        throw internal(`Failed to convert audio: the converter refused with status ${status}`);
      }
      return converted(body);
    },
  };
}

/** A converter that keeps its files in a bucket answers with an address instead: for this server that is a failure. */
function converted(text) {
  let audio;
  try {
    ({ audio } = JSON.parse(text));
  } catch {
    // The parser's own message quotes the answer.
    throw internal('Failed to convert audio: the converter answered with something that is no JSON');
  }
  if (typeof audio !== 'string' || audio === '') throw internal('Failed to convert audio');
  return audio;
}

async function readBounded(answer) {
  const chunks = [];
  let size = 0;
  for await (const chunk of answer.body) {
    size += chunk.length;
    if (size > BODY_LIMIT_BYTES) throw new RangeError(`more than ${BODY_LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
