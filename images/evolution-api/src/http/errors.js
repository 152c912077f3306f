/** Failures as the API shows them: `{status, error, response: {message}}`. */
import { STATUS_CODES } from 'node:http';

/** A failure with a status. Anything else that is thrown becomes a 500 with its own text, as on the real server. */
export class HttpError extends Error {
  name = 'HttpError';

  /**
   * @param {unknown} message a list for most failures, a plain text for a missing key and for what no route foresaw
   * @param {string} [error] name of the status
   */
  constructor(status, message, error = STATUS_CODES[status]) {
    super(error);
    this.status = status;
    this.shown = message;
    this.body = { status, error, response: { message } };
  }
}

export const badRequest = (...messages) => new HttpError(400, messages);

/** One text for a missing, a wrong and a foreign key, and for a right one that could not be looked up. */
export const unauthorized = () => new HttpError(401, 'Unauthorized');

export const forbidden = (message) => new HttpError(403, [message]);

export const notFound = (message) => new HttpError(404, [message]);

export const internal = (message) => new HttpError(500, [message]);
