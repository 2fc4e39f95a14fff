import { readFileSync } from 'node:fs';
import { Server, type Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { dial, open, read } from '../../test/listeners/listening.ts';
import { setOnServer, setOnSocket } from './socket-options.ts';

const isLinux = process.platform === 'linux';

const taken = (): number => 0;
const refused = (): number => -22;

/** A server whose handle answers as told. */
function serverWith(handle: object | undefined): Server {
  return Object.assign(new Server(), { _handle: handle });
}

/** What Linux tells of a connection's timer: 2 is the one that asks whether the peer is alive, 0 is none. */
function timerOf(localPort: number, remotePort: number): number {
  const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');
  const lines = readFileSync('/proc/net/tcp', 'latin1').split('\n');
  const fields = lines
    .map((line) => line.trim().split(/\s+/))
    .find((one) => one[1]?.endsWith(`:${hex(localPort)}`) && one[2]?.endsWith(`:${hex(remotePort)}`));
  return Number(fields![5]!.split(':')[0]);
}

describe.runIf(isLinux)('options set on a server', () => {
  it('are set once, in seconds', () => {
    const setNoDelay = vi.fn(() => 0);
    const setKeepAlive = vi.fn(() => 0);
    expect(setOnServer(serverWith({ setNoDelay, setKeepAlive }), { noDelay: true, keepAliveMs: 90_500 })).toBe(true);
    expect(setNoDelay.mock.calls).toEqual([[true]]);
    expect(setKeepAlive.mock.calls).toEqual([[true, 90]]);
  });

  it('are left alone when they are off', () => {
    const setNoDelay = vi.fn(() => 0);
    const setKeepAlive = vi.fn(() => 0);
    expect(setOnServer(serverWith({ setNoDelay, setKeepAlive }), { noDelay: false, keepAliveMs: 0 })).toBe(true);
    expect(setNoDelay).not.toHaveBeenCalled();
    expect(setKeepAlive).not.toHaveBeenCalled();
  });

  it.each([
    { case: 'there is no handle', handle: undefined },
    { case: 'the handle cannot do it', handle: { setNoDelay: taken } },
    { case: 'the system refuses', handle: { setNoDelay: taken, setKeepAlive: refused } },
  ])('are left to its sockets when $case', ({ handle }) => {
    expect(setOnServer(serverWith(handle), { noDelay: true, keepAliveMs: 60_000 })).toBe(false);
  });

  it.each([
    { keepAliveMs: 60_000, timer: 2 },
    { keepAliveMs: 0, timer: 0 },
  ])('reach what it accepts: $keepAliveMs ms', async ({ keepAliveMs, timer }) => {
    const listening = await open({ transport: 'tcp', name: 'test', host: '127.0.0.1', port: 0, keepAliveMs });
    const client = dial(listening);
    client.write('x');
    await read(client, 1);
    await vi.waitFor(() => expect(timerOf(listening.listener.port, client.localPort!)).toBe(timer));
  });
});

it('options set on a socket are those that are on', () => {
  const setNoDelay = vi.fn();
  const setKeepAlive = vi.fn();
  const socket = { setNoDelay, setKeepAlive } as unknown as Socket;
  setOnSocket(socket, { noDelay: false, keepAliveMs: 0 });
  expect([setNoDelay.mock.calls, setKeepAlive.mock.calls]).toEqual([[], []]);
  setOnSocket(socket, { noDelay: true, keepAliveMs: 60_000 });
  expect([setNoDelay.mock.calls, setKeepAlive.mock.calls]).toEqual([[[true]], [[true, 60_000]]]);
});
