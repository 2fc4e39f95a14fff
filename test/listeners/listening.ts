/** Listeners on real sockets for tests, with everything they open closed again at the end of the test. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Flusher } from '../../src/listeners/flusher.ts';
import { openListener } from '../../src/listeners/open.ts';
import type { ListenerSpec, RefusalReason } from '../../src/listeners/spec.ts';
import type { ByteConnection, Listener } from '../../src/ports/listener.ts';

/** A connection as the broker's side sees it. */
export interface Accepted {
  readonly connection: ByteConnection;
  readonly chunks: Buffer[];
  drains: number;
  closed: boolean;
  error: Error | undefined;
}

export interface Listening {
  readonly listener: Listener;
  readonly flusher: Flusher;
  readonly accepted: Accepted[];
  readonly refused: { reason: RefusalReason; address: string; detail: string | undefined }[];
}

/** What the broker's side does with each chunk; the default sends it back. */
export type OnChunk = (connection: ByteConnection, chunk: Buffer) => void;

export const echo: OnChunk = (connection, chunk) => {
  connection.output.push(chunk, 0, chunk.length);
  connection.wake();
};

export const ignore: OnChunk = () => {};

export async function open(spec: ListenerSpec, onChunk: OnChunk = echo): Promise<Listening> {
  const flusher = new Flusher();
  const accepted: Accepted[] = [];
  const refused: Listening['refused'] = [];
  const listener = await openListener(spec, {
    flusher,
    onRefused: (reason, address, _listener, detail) => refused.push({ reason, address, detail }),
  });
  await listener.open((connection) => {
    const one: Accepted = { connection, chunks: [], drains: 0, closed: false, error: undefined };
    accepted.push(one);
    connection.start({
      onBytes(chunk) {
        one.chunks.push(chunk);
        onChunk(connection, chunk);
      },
      onDrain: () => {
        one.drains++;
      },
      onClose: (error) => {
        one.closed = true;
        one.error = error;
      },
    });
  });
  onTestFinished(async () => {
    await listener.close();
    for (const { connection } of accepted) connection.destroy();
  });
  return { listener, flusher, accepted, refused };
}

/** A TCP client of the listener, or of a port. */
export function dial(to: Listening | number, host: string = '127.0.0.1'): Socket {
  const port = typeof to === 'number' ? to : to.listener.port;
  return tidy(connect({ port, host, allowHalfOpen: true }));
}

export function tidy(socket: Socket): Socket {
  socket.on('error', () => {});
  onTestFinished(() => {
    socket.destroy();
  });
  return socket;
}

/** Everything that `socket` receives until its end or close. */
export async function readToEnd(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await new Promise<void>((resolve) => {
    socket.once('end', resolve);
    socket.once('close', () => resolve());
  });
  return Buffer.concat(chunks);
}

/** The first `bytes` that `socket` receives. */
export async function read(socket: Socket, bytes: number): Promise<Buffer> {
  let received = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      if (received.length < bytes) return;
      socket.off('data', onData);
      resolve(received);
    };
    socket.on('data', onData);
    socket.once('close', () => reject(new Error(`closed after ${received.length} of ${bytes} bytes`)));
  });
}

/** Waits until `condition` holds. */
export async function until(condition: () => boolean, what: string, withinMs: number = 3_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms in vain: ${what}`);
    await pause(2);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A folder that is removed at the end of the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'listener-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A self-signed client certificate. */
export function clientCertificate(subject: string): { cert: string; key: string } {
  const path = folder();
  const run = (...args: string[]): string =>
    execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
  const key = run('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256');
  writeFileSync(join(path, 'key'), key);
  return { key, cert: run('req', '-x509', '-key', join(path, 'key'), '-subj', subject, '-days', '2', '-utf8') };
}
