/**
 * TCP options of accepted sockets. On Linux a socket inherits them from the one that listens, so they are set there,
 * once: Node would set them on every socket, with five system calls for each connection.
 */

import type { Server, Socket } from 'node:net';

export interface SocketOptions {
  readonly noDelay: boolean;
  /** Milliseconds of silence; 0 never asks. */
  readonly keepAliveMs: number;
}

/** What Node's own socket objects are a wrapper of. Not documented, so whatever it lacks is done the documented way. */
interface Handle {
  setNoDelay?: (on: boolean) => number;
  setKeepAlive?: (on: boolean, seconds: number) => number;
}

/** Sets the options on a server that listens. False: they have to be set on each of its sockets. */
export function setOnServer(server: Server, { noDelay, keepAliveMs }: SocketOptions): boolean {
  if (process.platform !== 'linux') return false;
  const { _handle: handle } = server as Server & { _handle?: Handle };
  if (handle?.setNoDelay === undefined || handle.setKeepAlive === undefined) return false;
  const isDelaySet = !noDelay || handle.setNoDelay(true) === 0;
  const isAliveSet = keepAliveMs === 0 || handle.setKeepAlive(true, Math.floor(keepAliveMs / 1000)) === 0;
  return isDelaySet && isAliveSet;
}

export function setOnSocket(socket: Socket, { noDelay, keepAliveMs }: SocketOptions): void {
  if (noDelay) socket.setNoDelay(true);
  if (keepAliveMs > 0) socket.setKeepAlive(true, keepAliveMs);
}
