/**
 * A connection whose bytes travel in binary WebSocket frames (RFC 6455). Reading, control frames and the closing
 * handshake are `ws`'s; the output of one turn is one unmasked frame that the flusher's writer puts on the socket
 * itself, between whole frames of `ws`. A packet may span frames and a frame may hold several packets: to the handler
 * there are only bytes.
 */

import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { violation } from '../packet/error.ts';
import type { ByteHandler, Peer } from '../ports/listener.ts';
import type { Flusher } from './flusher.ts';
import { StreamConnection } from './stream-connection.ts';

const kConnection = Symbol('connection');
/** `WebSocket.OPEN`, which is a constant of the protocol's API. */
const OPEN = 1;
const CLOSE_NORMAL = 1000;
const CLOSE_UNSUPPORTED_DATA = 1003;

type OwnedSocket = Socket & { [kConnection]: WebSocketConnection };

/**
 * Tells its connection what happens, and nobody else: it has no listeners, whose table would take 230 bytes of each
 * connection.
 */
export class OwnedWebSocket extends WebSocket {
  connection: WebSocketConnection | undefined = undefined;

  /** Called by `ws` with what it documents for each event. */
  // biome-ignore lint/suspicious/noExplicitAny: the signature of every emitter
  override emit(event: string | symbol, ...args: any[]): boolean {
    if (this.connection === undefined) return false;
    if (event === 'message') this.connection.received(args[0], args[1]);
    else if (event === 'ping') this.connection.pinged(args[0]);
    else if (event === 'error') this.connection.refused(args[0]);
    else if (event === 'close') this.connection.gone();
    else return false;
    return true;
  }
}

export class WebSocketConnection extends StreamConnection {
  readonly framed = true;
  readonly #webSocket: OwnedWebSocket;
  #isPongUnderWay = false;
  /** The latest ping that came meanwhile. */
  #owedPong: Buffer | undefined = undefined;

  /** @param socket the one that was upgraded to `webSocket` */
  constructor(webSocket: OwnedWebSocket, socket: Socket, peer: Peer, flusher: Flusher) {
    super(socket, peer, flusher);
    this.#webSocket = webSocket;
    webSocket.connection = this;
    (socket as OwnedSocket)[kConnection] = this;
    socket.on('error', onSocketError);
    socket.on('end', onSocketEnd);
    // Registered after the listener of `ws`, so it runs when all frames of a chunk have been handled.
    socket.on('data', onChunk);
    webSocket.pause();
  }

  start(handler: ByteHandler): void {
    this.handler = handler;
    this.#webSocket.resume();
  }

  pause(): void {
    if (this.state === 'open') this.#webSocket.pause();
  }

  resume(): void {
    if (this.state === 'open') this.#webSocket.resume();
  }

  override flush(): void {
    // After a close frame, whoever sent it, no data frame may follow (RFC 6455 section 5.5.1).
    if (this.#webSocket.readyState !== OPEN) this.output.clear();
    super.flush();
  }

  protected drain(): void {
    this.#webSocket.resume();
  }

  protected halfClose(): void {
    // Does nothing when the closing handshake has begun already.
    this.#webSocket.close(CLOSE_NORMAL);
  }

  /**
   * One pong at a time: who sends pings and does not read would otherwise make pongs pile up. Of pings that come
   * meanwhile only the latest is answered, which is enough (RFC 6455 section 5.5.3).
   */
  pinged(data: Buffer): void {
    if (this.#isPongUnderWay) {
      this.#owedPong = Buffer.from(data);
      return;
    }
    this.#isPongUnderWay = true;
    this.#webSocket.pong(data, false, () => {
      const owed = this.#owedPong;
      this.#isPongUnderWay = false;
      this.#owedPong = undefined;
      if (owed !== undefined && this.#webSocket.readyState === OPEN) this.pinged(owed);
    });
  }

  /** For `OwnedWebSocket` and the shared handlers below, as are `pinged`, `refused`, `chunkDone`, `broke` and `gone`. */
  received(data: Buffer, binary: boolean): void {
    if (this.state !== 'open') return;
    if (binary) {
      this.handle(data);
      return;
    }
    // [MQTT-6.0.0-1] A frame that is not binary closes the connection.
    this.broke(violation('MQTT-6.0.0-1', 'The client sent a WebSocket text frame; MQTT needs binary frames.'));
    this.#webSocket.close(CLOSE_UNSUPPORTED_DATA, 'MQTT needs binary frames');
    this.end();
  }

  /** `ws` refused a frame and sends a close frame itself. */
  refused(error: Error): void {
    this.broke(error);
    this.end();
  }

  /** All frames that `chunk` completes have been handled. */
  chunkDone(chunk: Buffer): void {
    this.flusher.endRead();
    if (this.state !== 'open') this.drop(chunk.length);
    // The peer began the closing handshake: it closes soon or is cut.
    else if (this.#webSocket.readyState !== OPEN) this.end();
  }

  override gone(): void {
    // `ws` may emit what it still held when the socket closed, without a chunk to end the read.
    this.flusher.endRead();
    super.gone();
  }
}

function onChunk(this: Socket, chunk: Buffer): void {
  (this as OwnedSocket)[kConnection].chunkDone(chunk);
}

/** `ws` closes the socket on errors of it, but does not tell them. */
function onSocketError(this: Socket, error: Error): void {
  (this as OwnedSocket)[kConnection].broke(error);
}

/** The peer left without a closing handshake. `ws` waits as long as our output is not taken, so the end is ours. */
function onSocketEnd(this: Socket): void {
  (this as OwnedSocket)[kConnection].end();
}
