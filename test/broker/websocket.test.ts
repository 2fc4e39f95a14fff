import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { createBroker } from '../../src/index.ts';

const CONNECT = Buffer.from('100d00044d51545404020000000163'.replaceAll(' ', ''), 'hex');
const CONNACK = '20020000';
const SUBSCRIBE = Buffer.from('82060001000161 00'.replaceAll(' ', ''), 'hex');
const SUBACK = '9003000100';
const PUBLISH = Buffer.from('3005000161 6869'.replaceAll(' ', ''), 'hex');

async function listening(): Promise<string> {
  const broker = await createBroker();
  onTestFinished(() => broker.close());
  const { port } = await broker.listen({ transport: 'ws', port: 0 });
  return `ws://127.0.0.1:${port}/mqtt`;
}

/** Resolves with everything received once it has as many bytes as `hex`. */
async function receive(socket: WebSocket, hex: string): Promise<string> {
  let all = '';
  while (all.length < hex.length) {
    const [data, binary] = (await once(socket, 'message')) as [Buffer, boolean];
    expect(binary).toBe(true);
    all += data.toString('hex');
  }
  return all;
}

async function opened(url: string, protocols: string[] = ['mqtt']): Promise<WebSocket> {
  const socket = new WebSocket(url, protocols);
  await once(socket, 'open');
  return socket;
}

for (const [title, cut] of [
  ['one packet in each frame', (bytes: Buffer[]) => bytes],
  ['all packets in one frame', (bytes: Buffer[]) => [Buffer.concat(bytes)]],
  ['one byte in each frame', (bytes: Buffer[]) => [...Buffer.concat(bytes)].map((byte) => Buffer.from([byte]))],
  [
    'frames that end within packets',
    (bytes: Buffer[]) => [Buffer.concat(bytes).subarray(0, 20), Buffer.concat(bytes).subarray(20)],
  ],
  ['empty frames between', (bytes: Buffer[]) => bytes.flatMap((one) => [Buffer.alloc(0), one])],
] as const) {
  test(`[MQTT-6.0.0-2] ${title} are the same to the broker`, async () => {
    const socket = await opened(await listening());
    const expected = `${CONNACK}${SUBACK}${PUBLISH.toString('hex')}`;
    const received = receive(socket, expected);
    for (const frame of cut([CONNECT, SUBSCRIBE, PUBLISH])) socket.send(frame);
    expect(await received).toBe(expected);
    socket.terminate();
  });
}

test('[MQTT-6.0.0-1] a text frame closes the connection', async () => {
  const socket = await opened(await listening());
  const received = receive(socket, CONNACK);
  socket.send(CONNECT);
  await received;
  socket.send('c000', { binary: false });
  const [code] = await once(socket, 'close');
  expect(code).toBe(1003);
});

test('[MQTT-6.0.0-4] the subprotocol mqtt is selected, also among others', async () => {
  const url = await listening();
  for (const offered of [['mqtt'], ['soap', 'mqtt']]) {
    const socket = await opened(url, offered);
    expect(socket.protocol).toBe('mqtt');
    socket.terminate();
  }
});

for (const offered of [[], ['amqp']]) {
  test(`[MQTT-6.0.0-3] a client that offers ${offered.length === 0 ? 'no subprotocol' : 'another one'} is refused`, async () => {
    const socket = new WebSocket(await listening(), offered);
    const [, response] = await once(socket, 'unexpected-response');
    expect(response.statusCode).toBe(400);
    response.resume();
    socket.on('error', () => {});
    socket.terminate();
  });
}

test('[MQTT-4.2.0-1] a large message arrives whole and unaltered', async () => {
  const url = await listening();
  const socket = await opened(url);
  const body = Buffer.concat([Buffer.from([0, 1, 0x61]), Buffer.alloc(300_000, 'hoopoe')]);
  const packet = Buffer.concat([
    Buffer.from([0x30, 0x80 | (body.length & 127), 0x80 | ((body.length >> 7) & 127), body.length >> 14]),
    body,
  ]);
  const received = receive(socket, `${CONNACK}${SUBACK}${packet.toString('hex')}`);
  for (const frame of [CONNECT, SUBSCRIBE, packet]) socket.send(frame);
  expect((await received).endsWith(packet.toString('hex'))).toBe(true);
  socket.terminate();
});
