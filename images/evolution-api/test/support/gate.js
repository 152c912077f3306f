/**
 * A door in front of a server: closed, it refuses and cuts every connection, which is what losing the server looks like.
 */
import { once } from 'node:events';
import net from 'node:net';

/** @param {string} uri of the server behind it */
export async function openGate(uri) {
  const { hostname, port: target } = new URL(uri);
  const sockets = new Set();
  const server = net.createServer((near) => {
    const far = net.connect(Number(target), hostname);
    for (const [socket, other] of [[near, far], [far, near]]) {
      sockets.add(socket);
      socket.pipe(other);
      // Either end may be torn: that is the point of a gate. `close` follows and takes the other one along.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  const through = new URL(uri);
  through.hostname = '127.0.0.1';
  through.port = String(port);

  return {
    uri: through.href,
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    open: () => once(server.listen(port, '127.0.0.1'), 'listening'),
  };
}
