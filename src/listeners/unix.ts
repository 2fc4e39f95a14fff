/**
 * Unix sockets. A socket that a program left behind when it was killed is removed, but only when nobody listens on it
 * and nothing else is at its path; a socket is removed again when its listener closes.
 */

import { chmod, lstat, unlink } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import type { Listener } from '../ports/listener.ts';
import { AcceptingListener, type Binding, listen } from './acceptor.ts';
import { listenError } from './error.ts';
import { SocketConnection } from './socket-connection.ts';
import type { ListenerDeps, UnixListenerSpec } from './spec.ts';

const SOCKET_MODE = 0o660;
const BACKLOG = 1024;

/** Throws when an address rule cannot be read. */
export function unixListener(spec: UnixListenerSpec, deps: ListenerDeps): Listener {
  return new AcceptingListener(
    { ...spec, noDelay: false, keepAliveMs: 0 },
    deps,
    new PathBinding(spec),
    (socket, peer, _gate, onConnection) => onConnection(new SocketConnection(socket, peer, deps.flusher)),
  );
}

class PathBinding implements Binding {
  readonly loopback = true;
  readonly #spec: UnixListenerSpec;

  constructor(spec: UnixListenerSpec) {
    this.#spec = spec;
  }

  async open(adopt: () => Server): Promise<{ servers: Server[]; url: string; port: number }> {
    const { name, path, mode, backlog } = this.#spec;
    const where = `The socket ${path}`;
    await removeStale(path, name, where);
    const server = adopt();
    await listen(server, { path, backlog: backlog ?? BACKLOG }, name, where);
    try {
      await chmod(path, mode ?? SOCKET_MODE);
    } catch (cause) {
      server.close();
      throw listenError(name, where, cause as NodeJS.ErrnoException);
    }
    return { servers: [server], url: `unix:${path}`, port: 0 };
  }
}

async function removeStale(path: string, listener: string, where: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  const occupied = !found.isSocket() ? 'something that is no socket lies there' : await answers(path);
  if (occupied !== undefined) {
    throw listenError(listener, where, Object.assign(new Error(occupied), { code: 'EADDRINUSE' }));
  }
  await unlink(path).catch((cause) => {
    throw listenError(listener, where, cause);
  });
}

/** Undefined when nobody listens on the socket; otherwise what speaks against removing it. */
function answers(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve('a program listens on it');
    });
    probe.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ECONNREFUSED' || error.code === 'ENOENT' ? undefined : error.message);
    });
  });
}
