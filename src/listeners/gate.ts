/**
 * Who is let in at accept: how many connections, how fast, from where. One per listener. It counts connections from
 * accept to close, handshakes included, and tells each refusal to whoever keeps the counters and the log.
 */

import type { Socket } from 'node:net';
import { TokenBucket } from '../std/token-bucket.ts';
import { compileAddressRules } from './address-rules.ts';
import type { ListenerDeps, ListenerLimits, RefusalReason } from './spec.ts';
import { connectionsMaxDefault } from './spec.ts';

const kGate = Symbol('gate');

type GatedSocket = Socket & { [kGate]: Gate };

export class Gate {
  readonly #name: string;
  readonly #connectionsMax: number;
  readonly #rate: TokenBucket | undefined;
  readonly #addressAllowed: ((address: string) => boolean) | undefined;
  readonly #onRefused: ListenerDeps['onRefused'];
  #open = 0;

  /** Throws when an address rule cannot be read. */
  constructor(limits: ListenerLimits, onRefused: ListenerDeps['onRefused']) {
    this.#name = limits.name;
    this.#connectionsMax = limits.connectionsMax ?? connectionsMaxDefault;
    const ratePerSecond = limits.connectionRatePerSecond ?? 0;
    // It holds one second's worth, so that a burst after a quiet time is let in.
    this.#rate = ratePerSecond > 0 ? new TokenBucket(ratePerSecond, Math.max(1, ratePerSecond)) : undefined;
    const rules = limits.addressRules ?? [];
    this.#addressAllowed = rules.length > 0 ? compileAddressRules(rules) : undefined;
    this.#onRefused = onRefused;
  }

  /** Connections between accept and close. */
  get open(): number {
    return this.#open;
  }

  /** Counts the socket until it closes, or closes it at once and answers false. */
  enter(socket: Socket, address: string): boolean {
    const reason = this.#refusal();
    if (reason !== undefined) {
      this.refuse(socket, reason, address);
      return false;
    }
    this.#open++;
    (socket as GatedSocket)[kGate] = this;
    socket.on('close', leave);
    return true;
  }

  /** Applies the address rules, once the peer's real address is known. */
  pass(socket: Socket, address: string): boolean {
    if (this.#addressAllowed === undefined || this.#addressAllowed(address)) return true;
    this.refuse(socket, 'address-denied', address);
    return false;
  }

  /** Closes the socket and tells why. */
  refuse(socket: Socket, reason: RefusalReason, address: string, detail?: string): void {
    socket.destroy();
    this.tell(reason, address, detail);
  }

  /** Tells of a refusal whose socket is closed elsewhere. */
  tell(reason: RefusalReason, address: string, detail?: string): void {
    this.#onRefused?.(reason, address, this.#name, detail);
  }

  #refusal(): RefusalReason | undefined {
    if (this.#open >= this.#connectionsMax) return 'connections-max';
    if (this.#rate !== undefined && this.#rate.take(1, performance.now()) > 0) return 'connection-rate';
    return undefined;
  }

  /** The end of what `enter` counted. */
  leave(): void {
    this.#open--;
  }
}

function leave(this: Socket): void {
  (this as GatedSocket)[kGate].leave();
}
