/**
 * Clients that all log in at once, in a process of its own: what it costs to be two thousand clients must not count as
 * the broker's. Takes `{ port, clients: [{ clientId, username, password }], withinMs }` as a message, answers with the
 * return codes in their order, null where there was none, and ends.
 */

import { connect } from 'node:net';

/** A text as MQTT has it, with its length before it. */
function text(value) {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

/** A CONNECT of MQTT 3.1.1 with a clean session and no keep alive. */
function connectPacket({ clientId, username, password }) {
  const head = Buffer.concat([text('MQTT'), Buffer.from([4, 0xc2, 0, 0])]);
  const body = Buffer.concat([head, text(clientId), text(username), text(password)]);
  if (body.length > 127) throw new Error(`a CONNECT of ${body.length} bytes; these clients write up to 127`);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}

/** The return code of CONNACK; null when the connection ends without one. */
function login(port, client) {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 4 && received[0] === 0x20) resolve(received[3]);
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(null));
    socket.write(connectPacket(client));
  });
}

process.once('message', async ({ port, clients, withinMs }) => {
  const late = new Promise((resolve) => setTimeout(resolve, withinMs, null));
  const codes = await Promise.all(clients.map((client) => Promise.race([login(port, client), late])));
  process.send(codes, () => process.exit());
});
