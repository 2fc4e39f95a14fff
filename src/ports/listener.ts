/**
 * The seam between those who accept connections and those who understand bytes. A listener yields byte connections and
 * facts about their peers; it knows no protocol.
 */

import type { OutputQueue, TurnArena } from '../std/output-queue.ts';

export type Transport = 'tcp' | 'tls' | 'ws' | 'wss' | 'unix' | 'memory';

/** What is known of the other side before it says anything. */
export interface Peer {
  /** Numeric address without zone; empty on a Unix socket. PROXY protocol information has been applied. */
  readonly address: string;
  readonly port: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Name of the listener that accepted it. */
  readonly listener: string;
  readonly transport: Transport;
  /** The client certificate that TLS has verified. */
  readonly certificate?: PeerCertificate;
  readonly pskIdentity?: string;
}

export interface PeerCertificate {
  readonly commonName: string;
  /** RFC 2253 form. */
  readonly subject: string;
  readonly fingerprint256: string;
  /** The whole certificate; absent where a proxy told of it. */
  readonly der?: Buffer;
}

export interface ByteConnection {
  readonly peer: Peer;
  /** Append here, then `wake()`. */
  readonly output: OutputQueue;
  /** Space for small packets, shared by all connections of the broker; see `TurnArena`. */
  readonly arena: TurnArena;
  /** Bytes in `output` and bytes that the operating system has not taken yet. */
  readonly bytesWaiting: number;
  /** Begins to read. Called once. */
  start(handler: ByteHandler): void;
  pause(): void;
  resume(): void;
  /** `output` has something: it is written before the end of this event-loop turn. */
  wake(): void;
  /** Writes `output`, half-closes, reads and drops what still comes for a moment, then closes. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

export interface ByteHandler {
  /** The handler may keep ranges of `chunk`; it is never written to again. */
  onBytes(chunk: Buffer): void;
  /** `bytesWaiting` fell to zero after something had to wait or after so much was written that somebody may have stopped. */
  onDrain(): void;
  /** Once, whoever closed it; `error` is set when it broke. Nothing else is called afterwards. */
  onClose(error: Error | undefined): void;
}

export interface Listener {
  readonly name: string;
  readonly transport: Transport;
  /** For people: `mqtt://127.0.0.1:1883`, `ws://127.0.0.1:8083/mqtt`, `unix:/run/hoopoe.sock`. Real port after `open`. */
  readonly url: string;
  /** The bound port; 0 for a Unix socket. */
  readonly port: number;
  /** Whether only this machine can reach it. */
  readonly loopback: boolean;
  open(onConnection: (connection: ByteConnection) => void): Promise<void>;
  /** Accepts nothing any more and ends handshakes that are under way. Connections that are open stay open. */
  close(): Promise<void>;
}
