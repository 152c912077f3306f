/**
 * Failures as the API shows them: `{status, error, response: {message}}`.
 */
import { STATUS_CODES } from 'node:http';

/** A failure with a status. Anything else that is thrown becomes a bare 500. */
export class HttpError extends Error {
  name = 'HttpError';

  /**
   * @param {number} status
   * @param {unknown} message a list for most failures, a plain text for a missing key
   */
  constructor(status, message) {
    super(STATUS_CODES[status]);
    this.status = status;
    this.body = { status, error: STATUS_CODES[status], response: { message } };
  }
}

/** @param {...unknown} messages */
export const badRequest = (...messages) => new HttpError(400, messages);

/** One text for a missing, a wrong and a foreign key: it tells nobody which. */
export const unauthorized = () => new HttpError(401, 'Unauthorized');

/** @param {string} message */
export const forbidden = (message) => new HttpError(403, [message]);

/** @param {string} message */
export const notFound = (message) => new HttpError(404, [message]);

export const tooLarge = () => new HttpError(413, 'request entity too large');

/** @param {string} message for callers; nothing internal */
export const internal = (message) => new HttpError(500, message);

/** What is asked for is allowed, only not now. */
export const busy = () => new HttpError(503, ['Too much is being received at once']);
