import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dial, echo, ignore, open, pause, read, readToEnd, until } from '../../test/listeners/listening.ts';
import type { ByteConnection } from '../ports/listener.ts';
import { tcpListener } from './tcp.ts';

const spec = { transport: 'tcp', name: 'test', host: '127.0.0.1', port: 0 } as const;

async function occupy(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as { port: number }).port;
}

describe('a TCP listener', () => {
  it('says where it listens and who the peer is', async () => {
    const listening = await open(spec);
    const client = dial(listening);
    client.write('hello');
    expect((await read(client, 5)).toString()).toBe('hello');
    expect(listening.listener).toMatchObject({ transport: 'tcp', loopback: true, name: 'test' });
    expect(listening.listener.url).toBe(`mqtt://127.0.0.1:${listening.listener.port}`);
    expect(listening.accepted[0]?.connection.peer).toEqual({
      address: '127.0.0.1',
      port: client.localPort,
      localAddress: '127.0.0.1',
      localPort: listening.listener.port,
      listener: 'test',
      transport: 'tcp',
    });
  });

  it('listens on both loopbacks with the same port unless told a host', async () => {
    const listening = await open({ transport: 'tcp', name: 'test', port: 0 });
    for (const host of ['127.0.0.1', '::1']) {
      const client = dial(listening.listener.port, host);
      client.write('x');
      await read(client, 1);
    }
    expect(listening.accepted.map(({ connection }) => connection.peer.address)).toEqual(['127.0.0.1', '::1']);
  });

  it('spells the address of an IPv4 peer on a socket for both families as IPv4', async () => {
    const listening = await open({ ...spec, host: '*' });
    const client = dial(listening);
    client.write('x');
    await read(client, 1);
    expect(listening.accepted[0]?.connection.peer).toMatchObject({ address: '127.0.0.1', localAddress: '127.0.0.1' });
    expect(listening.listener.loopback).toBe(false);
  });

  it('says what to do when the port is taken', async () => {
    const port = await occupy('127.0.0.1');
    await expect(open({ ...spec, port })).rejects.toThrow(
      `Listener 'test' could not start. Port ${port} on 127.0.0.1 is in use by another program: stop it`,
    );
  });

  it('opens none of two loopbacks when the port is taken on the second', async () => {
    const port = await occupy('::1');
    await expect(open({ transport: 'tcp', name: 'test', port })).rejects.toThrow(`Port ${port} on ::1 is in use`);
    await open({ ...spec, port });
  });

  it('says what to do when the machine has no such address', async () => {
    await expect(open({ ...spec, host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
      message: expect.stringContaining('no such address'),
    });
  });

  it('keeps open connections when it closes, and accepts no others', async () => {
    const listening = await open(spec);
    const client = dial(listening);
    client.write('a');
    await read(client, 1);
    await listening.listener.close();
    client.write('b');
    expect((await read(client, 1)).toString()).toBe('b');
    const late = dial(listening);
    await until(() => late.closed, 'the late client is refused');
    expect(listening.accepted).toHaveLength(1);
    await open({ ...spec, port: listening.listener.port });
  });

  it('closes connections above connectionsMax, and accepts again when one has left', async () => {
    const listening = await open({ ...spec, connectionsMax: 1 });
    const first = dial(listening);
    first.write('a');
    await read(first, 1);
    expect(await readToEnd(dial(listening))).toHaveLength(0);
    expect(listening.refused).toMatchObject([{ reason: 'connections-max', address: '127.0.0.1' }]);
    first.destroy();
    await until(() => listening.accepted[0]!.closed, 'the first has left');
    const next = dial(listening);
    next.write('b');
    expect((await read(next, 1)).toString()).toBe('b');
  });

  it('closes connections that come faster than connectionRatePerSecond', async () => {
    const listening = await open({ ...spec, connectionRatePerSecond: 2 });
    const clients = Array.from({ length: 5 }, () => dial(listening));
    await until(() => listening.accepted.length + listening.refused.length === 5, 'all were decided');
    expect(listening.accepted).toHaveLength(2);
    expect(new Set(listening.refused.map(({ reason }) => reason))).toEqual(new Set(['connection-rate']));
    for (const client of clients) client.destroy();
    await pause(600);
    const later = dial(listening);
    later.write('x');
    await read(later, 1);
  });

  it('closes connections from addresses that a rule denies', async () => {
    const rules = [
      { action: 'allow', network: '::1' },
      { action: 'deny', network: '127.0.0.0/8' },
    ] as const;
    const listening = await open({ transport: 'tcp', name: 'test', port: 0, addressRules: rules });
    expect(await readToEnd(dial(listening))).toHaveLength(0);
    expect(listening.refused).toMatchObject([{ reason: 'address-denied', address: '127.0.0.1' }]);
    const allowed = dial(listening.listener.port, '::1');
    allowed.write('x');
    await read(allowed, 1);
  });

  it('refuses an address rule that it cannot read when it is made', () => {
    const addressRules = [{ action: 'deny', network: '10.0.0.0/33' }] as const;
    expect(() => tcpListener({ ...spec, addressRules }, { flusher: undefined as never })).toThrow(
      "The network '10.0.0.0/33' cannot be used: its prefix length must be 0 to 32",
    );
  });
});

describe('the end of a TCP connection', () => {
  it('writes the output before it closes, though the client goes on sending', async () => {
    const last = Buffer.alloc(100_000, 'z');
    const listening = await open(spec, (connection) => {
      connection.output.push(last, 0, last.length);
      connection.wake();
      connection.end();
    });
    const client = dial(listening);
    let resets = 0;
    client.on('error', () => resets++);
    client.write('go');
    const flood = setInterval(() => client.write(Buffer.alloc(20_000)), 1);
    onTestFinished(() => clearInterval(flood));
    const received = await readToEnd(client);
    expect(received.equals(last)).toBe(true);
    expect(resets).toBe(0);
    await until(() => listening.accepted[0]!.closed, 'the connection is cut after the moment of draining');
    expect(listening.accepted[0]!.chunks.length).toBeGreaterThanOrEqual(1);
    expect(listening.flusher.deadlines.size).toBe(0);
  });

  it('hands nothing to the handler after end, and reports the close once', async () => {
    const listening = await open(spec, (connection) => connection.end());
    const client = dial(listening);
    client.write('one');
    await until(() => listening.accepted.length === 1 && listening.accepted[0]!.chunks.length === 1, 'one chunk came');
    client.write('two');
    client.end();
    await until(() => listening.accepted[0]!.closed, 'the connection is closed');
    expect(Buffer.concat(listening.accepted[0]!.chunks).toString()).toBe('one');
    expect(listening.accepted[0]!.error).toBeUndefined();
  });

  it('answers a client that half-closed before it read', async () => {
    const listening = await open(spec);
    const client = dial(listening);
    client.end('last words');
    expect((await readToEnd(client)).toString()).toBe('last words');
    await until(() => listening.accepted[0]!.closed, 'the connection is closed');
    expect(listening.accepted[0]!.error).toBeUndefined();
  });

  it('reports a reset as a close with its error', async () => {
    const listening = await open(spec);
    const client = dial(listening);
    client.write('x');
    await read(client, 1);
    client.resetAndDestroy();
    await until(() => listening.accepted[0]!.closed, 'the connection is closed');
    expect(listening.accepted[0]!.error).toMatchObject({ code: 'ECONNRESET' });
  });

  it('cuts a client that does not close after a moment', async () => {
    const listening = await open(spec, (connection) => connection.end());
    const client = dial(listening);
    client.write('x');
    const startedAtMs = performance.now();
    await until(() => listening.accepted[0]?.closed === true, 'the connection is cut');
    expect(performance.now() - startedAtMs).toBeGreaterThan(400);
  });

  it('destroys at once and loses what was not written', async () => {
    const listening = await open(spec, (connection, chunk) => {
      echo(connection, chunk);
      connection.destroy();
    });
    const client = dial(listening);
    client.write('x');
    expect(await readToEnd(client)).toHaveLength(0);
    await until(() => listening.accepted[0]!.closed, 'the connection is closed');
    expect(listening.accepted[0]!.connection.output.bytes).toBe(0);
  });

  it('can end a connection that was never started', async () => {
    const listener = tcpListener(spec, { flusher: (await open(spec)).flusher });
    await listener.open((connection: ByteConnection) => {
      connection.output.push(Buffer.from('busy'), 0, 4);
      connection.end();
    });
    onTestFinished(() => listener.close());
    expect((await readToEnd(dial(listener.port))).toString()).toBe('busy');
  });
});

describe('back-pressure of a TCP connection', () => {
  it('holds what the client does not read, tells how much, and tells when it is gone', async () => {
    const listening = await open(spec, ignore);
    const client = dial(listening);
    client.pause();
    await until(() => listening.accepted.length === 1, 'it is accepted');
    const one = listening.accepted[0]!;
    const block = Buffer.alloc(1_000, 'b');
    let pushed = 0;
    while (one.connection.bytesWaiting < 2_000_000) {
      for (let i = 0; i < 200; i++) one.connection.output.push(block, 0, block.length);
      pushed += 200 * block.length;
      one.connection.wake();
      await pause(0);
    }
    const told = one.drains;
    await pause(20);
    expect(one.drains).toBe(told);
    expect(one.connection.bytesWaiting).toBeLessThanOrEqual(pushed);
    expect(heldMemory(one.connection)).toBeLessThanOrEqual(one.connection.output.bytes);
    client.resume();
    expect(await countBytes(client, pushed)).toBe(pushed);
    await until(() => one.drains > told, 'it tells that the output was taken');
    expect(one.connection.bytesWaiting).toBe(0);
  });

  it('keeps small output for a client that does not read out of the arena', async () => {
    const listening = await open(spec, ignore);
    const client = dial(listening);
    client.pause();
    await until(() => listening.accepted.length === 1, 'it is accepted');
    const { connection } = listening.accepted[0]!;
    const expected: string[] = [];
    for (let turn = 0; connection.bytesWaiting < 1_000_000; turn++) {
      // Every turn uses the arena anew; what waits must not change with it.
      for (let i = 0; i < 1_000; i++) {
        const text = `${turn}:${i};`;
        expected.push(text);
        const at = connection.arena.reserve(text.length);
        connection.arena.buffer.write(text, at, 'latin1');
        connection.output.push(connection.arena.buffer, at, at + text.length);
      }
      connection.wake();
      await pause(0);
    }
    const whole = expected.join('');
    client.resume();
    expect((await read(client, whole.length)).toString()).toBe(whole);
  });

  it('keeps output that fills the whole arena for a client that does not read', async () => {
    const listening = await open(spec, ignore);
    const client = dial(listening);
    client.pause();
    await until(() => listening.accepted.length === 1, 'it is accepted');
    const { connection } = listening.accepted[0]!;
    const size = 100_000;
    let fill = 0;
    while (connection.bytesWaiting < 1_500_000) {
      const at = connection.arena.reserve(size);
      connection.arena.buffer.fill(++fill, at, at + size);
      connection.output.push(connection.arena.buffer, at, at + size);
      connection.wake();
      await pause(0);
    }
    client.resume();
    const received = await read(client, fill * size);
    for (let i = 0; i < fill; i++) {
      const part = received.subarray(i * size, (i + 1) * size);
      expect(part.equals(Buffer.alloc(size, i + 1))).toBe(true);
    }
  });

  it('reads nothing while it is paused', async () => {
    const listening = await open(spec);
    const client = dial(listening);
    client.write('a');
    await read(client, 1);
    const one = listening.accepted[0]!;
    one.connection.pause();
    client.write('b');
    await pause(50);
    expect(Buffer.concat(one.chunks).toString()).toBe('a');
    one.connection.resume();
    expect((await read(client, 1)).toString()).toBe('b');
  });
});

function heldMemory(connection: ByteConnection): number {
  let bytes = 0;
  for (const memory of new Set(connection.output.buffers.map((buffer) => buffer.buffer))) bytes += memory.byteLength;
  return bytes;
}

async function countBytes(socket: Socket, total: number): Promise<number> {
  let bytes = 0;
  socket.on('data', (chunk) => {
    bytes += chunk.length;
  });
  await until(() => bytes >= total, `${total} bytes arrive`, 10_000);
  return bytes;
}
