/**
 * An audio converter that "converts" by writing the format in front of what it was given, and remembers what that was.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';

export const CONVERTER_KEY = 'converter-hush';

export async function startConverter() {
  const converter = { calls: [], reply: undefined };

  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = { 'content-type': request.headers['content-type'] };
    const form = await new Response(Buffer.concat(chunks), { headers }).formData();
    const file = form.get('file');
    const call = { ...Object.fromEntries(form), key: request.headers.apikey };
    if (file) call.file = { name: file.name, text: await file.text(), type: file.type };
    converter.calls.push(call);
    const said = Buffer.from(`${call.format}:${call.file?.text ?? call.url ?? call.base64}`).toString('base64');
    const accepted = { status: 200, body: { duration: 1, format: call.format, audio: said } };
    const refused = { status: 401, body: { error: 'Invalid API_KEY' } };
    const { status, body, headers: more } = converter.reply ?? (call.key === CONVERTER_KEY ? accepted : refused);
    response.writeHead(status, more).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');

  return Object.assign(converter, {
    close: () => {
      server.closeAllConnections();
      server.close();
    },
    url: `http://127.0.0.1:${server.address().port}/process-audio`,
  });
}
