/** Raw WebSocket clients that send what no library would: floods of control frames and fragments, and broken frames. */

import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { dial, ignore, type Listening, open, pause, readToEnd, until } from '../listeners/listening.ts';

const KB = 1024;
const MB = 1024 * KB;

const handshake =
  'GET /mqtt HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: mqtt\r\n';

/** A masked frame whose mask is zero. */
function frame(firstByte: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const length = payload.length < 126 ? [0x80 | payload.length] : [0xfe, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.from([firstByte, ...length, 0, 0, 0, 0]), payload]);
}

const listen = (): Promise<Listening> => open({ transport: 'ws', name: 'ws', host: '127.0.0.1', port: 0 }, ignore);

async function upgraded(listening: Listening, headers: string = ''): Promise<Socket> {
  const socket = dial(listening);
  socket.write(`${handshake}${headers}\r\n`);
  await until(() => listening.accepted.length === 1, 'it is accepted');
  return socket;
}

/** Writes `block` until `bytes` are taken or the peer takes no more. */
async function pour(socket: Socket, block: Buffer, bytes: number): Promise<void> {
  for (let sent = 0; sent < bytes && !socket.destroyed; sent += block.length) {
    if (!socket.write(block)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), pause(100)]);
    if (socket.writableLength > 2 * MB) return;
  }
}

test('pings whose pongs nobody reads do not pile up', async () => {
  const listening = await listen();
  const socket = await upgraded(listening);
  socket.pause();
  const pings = Buffer.concat(new Array<Buffer>(500).fill(frame(0x89, Buffer.alloc(125, 0x70))));
  let most = 0;
  for (let i = 0; i < 40; i++) {
    await pour(socket, pings, MB);
    most = Math.max(most, listening.accepted[0]!.connection.bytesWaiting);
  }
  expect(most).toBeLessThan(KB);
  expect(listening.accepted[0]!.closed).toBe(false);
});

test('a ping is answered with what it carried, and of many the last one is', async () => {
  const listening = await listen();
  const socket = await upgraded(listening);
  let received = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
  });
  for (let i = 0; i < 100; i++) socket.write(frame(0x89, Buffer.from(`ping-${i}`)));
  await until(() => received.includes('ping-99'), 'the last ping is answered');
});

test('a message in a great many fragments is refused before it costs much', async () => {
  const listening = await listen();
  const socket = await upgraded(listening);
  socket.write(frame(0x02, Buffer.from('x')));
  await pour(socket, Buffer.concat(new Array<Buffer>(5_000).fill(frame(0x00, Buffer.from('x')))), 2 * MB);
  await until(() => listening.accepted[0]!.closed, 'it is closed', 5_000);
  expect(listening.accepted[0]!.error?.message).toMatch(/fragments/);
});

const broken: [what: string, bytes: Buffer][] = [
  ['an unmasked frame', Buffer.from([0x82, 0x01, 0x10])],
  ['a frame that claims to be compressed', frame(0xc2, Buffer.from('x'))],
  ['a reserved opcode', frame(0x83, Buffer.from('x'))],
  ['a continuation of nothing', frame(0x80, Buffer.from('x'))],
  ['a fragmented ping', frame(0x09, Buffer.from('x'))],
  ['a ping of 126 bytes', frame(0x89, Buffer.alloc(126))],
  ['a close frame of one byte', frame(0x88, Buffer.from('x'))],
  ['a frame of 2^63 bytes', Buffer.from([0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
  ['a text frame', frame(0x81, Buffer.from('x'))],
];

for (const [what, bytes] of broken) {
  test(`${what} closes its own connection`, async () => {
    const listening = await listen();
    const socket = await upgraded(listening);
    socket.write(bytes);
    await until(() => listening.accepted[0]!.closed, 'it is closed', 5_000);
    expect(listening.accepted[0]!.chunks).toEqual([]);
  });
}

const smuggled: [what: string, request: string][] = [
  ['two lengths', 'POST /mqtt HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  [
    'length and chunks',
    'POST /mqtt HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['a header with a bare line feed', 'GET /mqtt HTTP/1.1\nHost: x\nX: a\n b\n\n'],
  ['a method of garbage', '\u0000\u0001\u0002 / HTTP/1.1\r\n\r\n'],
  ['a proxy request', 'CONNECT example.org:80 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a path outside', `GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n`],
  ['too many headers', `GET /mqtt HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(2_000)}\r\n`],
  ['a header too long', `GET /mqtt HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`],
  ['an upgrade behind another request', `GET / HTTP/1.1\r\nHost: x\r\n\r\n${handshake}\r\n`],
];

for (const [what, request] of smuggled) {
  test(`HTTP with ${what} gets no connection and is closed`, async () => {
    const listening = await listen();
    const socket = dial(listening);
    socket.write(request);
    const answer = (await readToEnd(socket)).toString('latin1');
    expect(answer === '' || answer.startsWith('HTTP/1.1 4')).toBe(true);
    expect(answer.match(/HTTP\/1.1 101/)).toBeNull();
    expect(listening.accepted).toHaveLength(0);
  });
}

test('permessage-deflate is not negotiated, whatever is offered', async () => {
  const listening = await listen();
  const socket = dial(listening);
  socket.write(`${handshake}Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n`);
  const answer = await new Promise<string>((resolve) =>
    socket.once('data', (data) => resolve(data.toString('latin1'))),
  );
  expect(answer).toMatch(/^HTTP\/1.1 101/);
  expect(answer).not.toMatch(/extensions/i);
});
