/**
 * An application's webhook: remembers what it was told and answers with the status a test asks for.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';

export async function startReceiver() {
  const calls = [];
  let notify = () => {};
  const receiver = { calls, status: 200 };
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    calls.push({ at: performance.now(), body: JSON.parse(text), headers: request.headers, path: request.url });
    response.writeHead(receiver.status).end();
    notify();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');

  return Object.assign(receiver, {
    close: () => server.close(),
    url: `http://127.0.0.1:${server.address().port}`,
    /** @param {string} event @returns {Promise<(typeof calls)[number]>} the next call of this kind, taken off the list */
    next: (event) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no ${event} within 5 s`)), 5_000);
        notify = () => {
          const index = calls.findIndex(({ body }) => body.event === event);
          if (index < 0) return;
          clearTimeout(timer);
          resolve(calls.splice(index, 1)[0]);
        };
        notify();
      }),
  });
}
