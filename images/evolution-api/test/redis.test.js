import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { createLog } from '../src/log.js';
import { startRedis } from '../src/redis.js';

test('a Redis that is not there is tried twice a second for ever, and the line says neither why nor with which password', async (t) => {
  // Accepts and hangs up: what a server in front of a lost one does.
  const times = [];
  const server = net.createServer((socket) => {
    times.push(performance.now());
    socket.on('error', () => {});
    socket.destroy();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const lines = [];
  const client = startRedis(
    `redis://evolution:hunter2@127.0.0.1:${server.address().port}/6`, createLog('redis', ['ERROR'], (line) => lines.push(line)),
  );
  t.after(async () => {
    await client.disconnect().catch(() => {});
    server.close();
  });
  while (times.length < 14) await once(server, 'connection');
  const gaps = times.slice(-3).map((time, index) => time - times.at(index - 4));
  // A busy machine makes a gap longer, never shorter.
  assert.ok(gaps.every((gap) => gap > 400), `${gaps}`);
  assert.ok(lines.length >= 10);
  for (const line of lines) assert.match(line, /^\S+ ERROR \[redis\] redis disconnected\n$/);
});
