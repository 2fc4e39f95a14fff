import { request } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import {
  dial,
  echo,
  folder,
  ignore,
  type Listening,
  open,
  pause,
  readToEnd,
  until,
} from '../../test/listeners/listening.ts';
import { ensureCertificates } from './certificates.ts';
import type { WebSocketSettings } from './spec.ts';

interface Client {
  readonly socket: WebSocket;
  readonly frames: { data: Buffer; binary: boolean }[];
  code: number | undefined;
  status: number | undefined;
}

function listen(settings: WebSocketSettings & { requestTimeoutMs?: number } = {}, onChunk = echo): Promise<Listening> {
  return open({ transport: 'ws', name: 'test', host: '127.0.0.1', port: 0, ...settings }, onChunk);
}

function connect(to: Listening, protocols: string[] = ['mqtt'], options: ClientOptions = {}, path = '/mqtt'): Client {
  const scheme = to.listener.transport;
  const socket = new WebSocket(`${scheme}://127.0.0.1:${to.listener.port}${path}`, protocols, options);
  const client: Client = { socket, frames: [], code: undefined, status: undefined };
  socket.on('message', (data, binary) => client.frames.push({ data: data as Buffer, binary }));
  socket.on('close', (code) => {
    client.code = code;
  });
  socket.on('error', () => {});
  socket.on('unexpected-response', (_request, response) => {
    client.status = response.statusCode;
    response.resume();
    socket.terminate();
  });
  onTestFinished(() => socket.terminate());
  return client;
}

async function opened(client: Client): Promise<Client> {
  await until(() => client.socket.readyState === WebSocket.OPEN, 'the client is connected');
  return client;
}

const bytesOf = (client: Client): Buffer => Buffer.concat(client.frames.map(({ data }) => data));

/** A masked client frame as raw bytes. */
function frame(opcode: number, payload: string, masked = true): Buffer {
  const body = Buffer.from(payload, 'latin1');
  const header = Buffer.from([0x80 | opcode, (masked ? 0x80 : 0) | body.length]);
  return masked ? Buffer.concat([header, Buffer.alloc(4), body]) : Buffer.concat([header, body]);
}

async function rawUpgrade(to: Listening): Promise<ReturnType<typeof dial>> {
  const socket = dial(to);
  socket.write(
    'GET /mqtt HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n',
  );
  await until(() => to.accepted.length === 1, 'it is accepted');
  return socket;
}

describe('a WebSocket listener', () => {
  it('leaves nobody of the handshake with a connection, which has to be small', async () => {
    const listening = await listen();
    await opened(connect(listening));
    await until(() => listening.accepted.length === 1, 'it is accepted');
    const { socket } = listening.accepted[0]!.connection as unknown as { socket: Socket };
    // The gate and `ws`; `ws` and the connection; Node, `ws` and the connection.
    expect(['close', 'error', 'end'].map((event) => socket.listenerCount(event))).toEqual([2, 2, 3]);
  });

  it('[MQTT-6.0.0-4] selects the subprotocol mqtt that the client offers', async () => {
    const listening = await listen();
    const client = await opened(connect(listening, ['other', 'mqtt']));
    expect(client.socket.protocol).toBe('mqtt');
    expect(listening.listener.url).toBe(`ws://127.0.0.1:${listening.listener.port}/mqtt`);
    expect(listening.accepted[0]!.connection.peer).toMatchObject({ transport: 'ws', address: '127.0.0.1' });
  });

  it('selects mqttv3.1 for clients of MQTT 3.1', async () => {
    const listening = await listen();
    expect((await opened(connect(listening, ['mqttv3.1']))).socket.protocol).toBe('mqttv3.1');
  });

  it.each([[[]], [['chat']], [['MQTT']]])('[MQTT-6.0.0-3] refuses a client that offers %j', async (protocols) => {
    const listening = await listen();
    const client = connect(listening, protocols);
    await until(() => client.status !== undefined, 'it is refused');
    expect(client.status).toBe(400);
    expect(listening.accepted).toHaveLength(0);
    expect(listening.refused).toMatchObject([{ reason: 'websocket-subprotocol', address: '127.0.0.1' }]);
  });

  it('knows its path, with or without a query, and no other', async () => {
    const listening = await listen({ path: '/broker' });
    await opened(connect(listening, ['mqtt'], {}, '/broker?token=1'));
    for (const path of ['/', '/mqtt', '/broker/', '/Broker']) {
      const client = connect(listening, ['mqtt'], {}, path);
      await until(() => client.status !== undefined, 'it is refused');
      expect(client.status).toBe(404);
    }
    expect(listening.accepted).toHaveLength(1);
  });

  it('lets in the origins of its list, and clients without one', async () => {
    const listening = await listen({ origins: ['https://example.org'] });
    await opened(connect(listening, ['mqtt'], { origin: 'https://example.org' }));
    await opened(connect(listening));
    const client = connect(listening, ['mqtt'], { origin: 'https://example.org.evil.test' });
    await until(() => client.status !== undefined, 'it is refused');
    expect(client.status).toBe(403);
    expect(listening.refused).toMatchObject([{ reason: 'websocket-origin', detail: 'https://example.org.evil.test' }]);
  });

  it('lets in only pages of this machine by default on a loopback, so that no other page can use the broker', async () => {
    const listening = await listen();
    await opened(connect(listening, ['mqtt'], { origin: 'http://localhost:5173' }));
    const client = connect(listening, ['mqtt'], { origin: 'https://anything.test' });
    await until(() => client.status !== undefined, 'it is refused');
    expect(client.status).toBe(403);
  });

  it.each([
    ['/mqtt', 426],
    ['/', 404],
  ])('answers a plain request for %s with %i in plain text', async (path, status) => {
    const listening = await listen();
    const answer = await new Promise<{ status: number | undefined; type: string | undefined }>((resolve, reject) => {
      request({ host: '127.0.0.1', port: listening.listener.port, path }, (response) => {
        response.resume();
        response.once('end', () => resolve({ status: response.statusCode, type: response.headers['content-type'] }));
      })
        .once('error', reject)
        .end();
    });
    expect(answer).toEqual({ status, type: 'text/plain; charset=utf-8' });
  });

  it('refuses headers that are too large, and what is no HTTP', async () => {
    const listening = await listen({ headerBytesMax: 1_000 });
    const large = dial(listening);
    large.write(`GET /mqtt HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(2_000)}\r\n\r\n`);
    expect((await readToEnd(large)).toString()).toContain('431');
    const stranger = dial(listening);
    stranger.write(Buffer.from('101a00044d515454', 'hex'));
    expect((await readToEnd(stranger)).toString()).toContain('400');
    expect(listening.refused.map(({ reason }) => reason)).toEqual(['http-request', 'http-request']);
  });

  it('refuses a handshake that is none', async () => {
    const listening = await listen();
    const client = dial(listening);
    client.write(
      'GET /mqtt HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n',
    );
    expect((await readToEnd(client)).toString()).toContain('HTTP/1.1 400');
    expect(listening.refused).toMatchObject([{ reason: 'websocket-handshake' }]);
  });

  it('cuts a client that does not ask in time', async () => {
    const listening = await listen({ requestTimeoutMs: 100 });
    expect(await readToEnd(dial(listening))).toHaveLength(0);
    expect(listening.refused).toMatchObject([{ reason: 'websocket-timeout', address: '127.0.0.1' }]);
    expect(listening.flusher.deadlines.size).toBe(0);
  });
});

describe('a WebSocket connection', () => {
  it('[MQTT-6.0.0-1] answers in binary frames', async () => {
    const listening = await listen();
    const client = await opened(connect(listening));
    client.socket.send(Buffer.from('hello'));
    await until(() => client.frames.length === 1, 'the echo arrives');
    expect(client.frames).toEqual([{ data: Buffer.from('hello'), binary: true }]);
  });

  it('[MQTT-6.0.0-1] closes on a text frame and hands none of it on', async () => {
    const listening = await listen();
    const client = await opened(connect(listening));
    client.socket.send('hello');
    await until(() => client.code !== undefined, 'it is closed');
    expect(client.code).toBe(1003);
    await until(() => listening.accepted[0]!.closed, 'the close is told');
    expect(listening.accepted[0]!.error).toMatchObject({ statement: 'MQTT-6.0.0-1' });
    expect(listening.accepted[0]!.chunks).toEqual([]);
  });

  it('[MQTT-6.0.0-2] takes packets in pieces and several in a frame', async () => {
    const listening = await listen();
    const client = await opened(connect(listening));
    for (const part of ['a', 'bcd', 'e'.repeat(70_000), 'f']) client.socket.send(Buffer.from(part));
    const whole = `abcd${'e'.repeat(70_000)}f`;
    await until(() => bytesOf(client).length === whole.length, 'all of it comes back');
    expect(bytesOf(client).toString()).toBe(whole);
  });

  it('answers frames of one read with one frame', async () => {
    const listening = await listen();
    const socket = await rawUpgrade(listening);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    await pause(20);
    chunks.length = 0;
    socket.write(Buffer.concat([frame(2, 'one'), frame(2, 'two'), frame(2, 'three')]));
    await pause(50);
    expect(Buffer.concat(chunks).toString('latin1')).toBe('\x82\x0bonetwothree');
  });

  it('frames output of every length rightly', async () => {
    const sizes = [1, 125, 126, 127, 4_000, 65_535, 65_536, 200_000];
    const listening = await listen({}, (connection, chunk) => {
      const size = Number(chunk.toString());
      connection.output.push(Buffer.alloc(size, 'x'), 0, size);
      connection.wake();
    });
    const client = await opened(connect(listening));
    for (const size of sizes) {
      client.frames.length = 0;
      client.socket.send(Buffer.from(String(size)));
      await until(() => client.frames.length === 1, `the frame of ${size} bytes arrives`);
      expect(client.frames[0]!.data).toEqual(Buffer.alloc(size, 'x'));
    }
  });

  it('frames many ranges, small and big, as one', async () => {
    const parts = [
      Buffer.alloc(100, 'a'),
      Buffer.alloc(30_000, 'b'),
      Buffer.alloc(9_000, 'c'),
      Buffer.alloc(20_000, 'd'),
    ];
    const listening = await listen({}, (connection) => {
      for (const part of parts) connection.output.push(part, 0, part.length);
      connection.wake();
    });
    const client = await opened(connect(listening));
    client.socket.send(Buffer.from('go'));
    await until(() => client.frames.length === 1, 'the frame arrives');
    expect(client.frames[0]!.data.equals(Buffer.concat(parts))).toBe(true);
  });

  it('closes on an unmasked frame', async () => {
    const listening = await listen();
    const socket = await rawUpgrade(listening);
    socket.write(frame(2, 'naked', false));
    await readToEnd(socket);
    await until(() => listening.accepted[0]!.closed, 'it is closed');
    expect(listening.accepted[0]!.error).toMatchObject({ code: 'WS_ERR_EXPECTED_MASK' });
    expect(listening.accepted[0]!.chunks).toEqual([]);
  });

  it('closes on a frame above frameBytesMax', async () => {
    const listening = await listen({ frameBytesMax: 1_000 });
    const client = await opened(connect(listening));
    client.socket.send(Buffer.alloc(1_001));
    await until(() => client.code !== undefined, 'it is closed');
    expect(client.code).toBe(1009);
    await until(() => listening.accepted[0]!.closed, 'the close is told');
    expect(listening.accepted[0]!.chunks).toEqual([]);
  });

  it('answers pings', async () => {
    const listening = await listen();
    const client = await opened(connect(listening));
    const pong = new Promise((resolve) => client.socket.once('pong', (data) => resolve(data.toString())));
    client.socket.ping('are you there');
    expect(await pong).toBe('are you there');
  });

  it('writes the output before its close frame', async () => {
    const listening = await listen({}, (connection) => {
      connection.output.push(Buffer.alloc(100_000, 'z'), 0, 100_000);
      connection.end();
    });
    const client = await opened(connect(listening));
    client.socket.send(Buffer.from('x'));
    await until(() => client.code !== undefined, 'it is closed');
    expect(client.code).toBe(1000);
    expect(bytesOf(client)).toHaveLength(100_000);
    await until(() => listening.accepted[0]!.closed, 'the close is told');
    expect(listening.accepted[0]!.error).toBeUndefined();
    expect(listening.flusher.deadlines.size).toBe(0);
  });

  it('tells of a close by the client, with or without a closing handshake', async () => {
    const listening = await listen();
    const polite = await opened(connect(listening));
    polite.socket.close(1000);
    const rude = await opened(connect(listening));
    rude.socket.terminate();
    await until(() => listening.accepted.filter(({ closed }) => closed).length === 2, 'both are closed');
    expect(polite.code).toBe(1000);
  });

  it('cuts a client that sends a close frame and then nothing', async () => {
    const listening = await listen();
    const socket = await rawUpgrade(listening);
    socket.on('data', () => {});
    socket.write(Buffer.concat([frame(8, '\x03\xe8')]));
    await until(() => listening.accepted[0]!.closed, 'it is cut', 1_500);
  });

  it('reads nothing while it is paused', async () => {
    const listening = await listen();
    const client = await opened(connect(listening));
    const one = listening.accepted[0]!;
    one.connection.pause();
    client.socket.send(Buffer.from('x'));
    await pause(50);
    expect(one.chunks).toEqual([]);
    one.connection.resume();
    await until(() => client.frames.length === 1, 'it goes on');
  });

  it('holds output for a client that does not read, and tells when it is gone', async () => {
    const listening = await listen({}, ignore);
    const client = await opened(connect(listening));
    client.socket.pause();
    const one = listening.accepted[0]!;
    const block = Buffer.alloc(1_000, 'b');
    let pushed = 0;
    while (one.connection.bytesWaiting < 1_000_000) {
      for (let i = 0; i < 200; i++) one.connection.output.push(block, 0, block.length);
      pushed += 200 * block.length;
      one.connection.wake();
      await pause(0);
    }
    const told = one.drains;
    await pause(20);
    expect(one.drains).toBe(told);
    client.socket.resume();
    await until(() => one.connection.bytesWaiting === 0, 'all was taken', 10_000);
    await until(() => bytesOf(client).length === pushed, 'all arrived', 10_000);
    expect(one.drains).toBeGreaterThan(told);
  });

  it('works behind TLS', async () => {
    const { ca, cert, key } = await ensureCertificates(folder(), Date.now());
    const listening = await open({ transport: 'wss', name: 'test', host: '127.0.0.1', port: 0, tls: { cert, key } });
    const client = await opened(connect(listening, ['mqtt'], { ca }));
    client.socket.send(Buffer.alloc(50_000, 's'));
    await until(() => bytesOf(client).length === 50_000, 'the echo arrives');
    expect(listening.accepted[0]!.connection.peer).toMatchObject({ transport: 'wss', address: '127.0.0.1' });
    expect(listening.listener.url).toBe(`wss://127.0.0.1:${listening.listener.port}/mqtt`);
    client.socket.close();
    await until(() => listening.accepted[0]!.closed, 'it is closed');
  });
});
