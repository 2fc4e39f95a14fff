/**
 * A connection whose socket carries the protocol's bytes as they are: TCP, TLS or Unix. Its handlers are shared
 * functions that find their connection through a property of the socket.
 */

import type { Socket } from 'node:net';
import type { ByteHandler, Peer } from '../ports/listener.ts';
import type { Flusher } from './flusher.ts';
import { StreamConnection } from './stream-connection.ts';

const kConnection = Symbol('connection');

type OwnedSocket = Socket & { [kConnection]: SocketConnection };

export class SocketConnection extends StreamConnection {
  readonly framed = false;

  constructor(socket: Socket, peer: Peer, flusher: Flusher) {
    super(socket, peer, flusher);
    (socket as OwnedSocket)[kConnection] = this;
    socket.on('error', onError);
    socket.on('close', onClose);
    socket.on('end', onEnd);
  }

  start(handler: ByteHandler): void {
    this.handler = handler;
    this.socket.on('data', onData);
    // A listener for data sets a new socket going; one that was paused during its handshake stays so.
    if (this.socket.readableFlowing !== true) this.socket.resume();
  }

  pause(): void {
    if (this.state === 'open') this.socket.pause();
  }

  resume(): void {
    if (this.state === 'open') this.socket.resume();
  }

  protected drain(): void {
    // A connection that nobody has started has no reader yet.
    if (this.handler === undefined) this.socket.on('data', onData);
    this.socket.resume();
  }

  protected halfClose(): void {
    this.socket.end();
  }

  /** For the shared handlers below, as are `broke` and `gone`. */
  received(chunk: Buffer): void {
    if (this.state !== 'open') {
      this.drop(chunk.length);
      return;
    }
    this.handle(chunk);
    this.flusher.endRead();
  }
}

function onData(this: Socket, chunk: Buffer): void {
  (this as OwnedSocket)[kConnection].received(chunk);
}

/** The peer will send nothing more. What we owe it is still written: it may be waiting for exactly that. */
function onEnd(this: Socket): void {
  (this as OwnedSocket)[kConnection].end();
}

function onError(this: Socket, error: Error): void {
  (this as OwnedSocket)[kConnection].broke(error);
  // TLS tells of some errors, a renegotiation among them, and leaves the socket open.
  this.destroy();
}

function onClose(this: Socket): void {
  (this as OwnedSocket)[kConnection].gone();
}
