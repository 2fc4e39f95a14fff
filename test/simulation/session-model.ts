/**
 * Which sessions there must be: says for each accepted CONNECT what Session Present has to be [MQTT-3.2.2-2]
 * [MQTT-3.2.2-3], from what earlier connections asked for and how long ago they ended. It learns of connections by what
 * the broker tells the program around it.
 */

import type { Ledger } from './ledger.ts';

export interface Terms {
  readonly clientId: string;
  readonly cleanStart: boolean;
  /** Seconds granted. */
  expirySeconds: number;
  /** When CONNECT was sent: the session was opened between then and CONNACK. */
  readonly sentMs: number;
}

type Belief = 'none' | 'connected' | 'away' | 'doubtful';

interface Known {
  belief: Belief;
  address: string;
  expirySeconds: number;
  sinceMs: number;
  /** When the belief changed, in the numbering of facts. */
  changed: number;
}

/** The broker notices an expiry up to this much late. */
const TOLERANCE_MS = 250;

export class SessionModel {
  readonly #ledger: Ledger;
  readonly #known = new Map<string, Known>();
  /** By the address of the connection. */
  readonly #terms = new Map<string, Terms>();
  /** Clients whose CONNECT was neither accepted nor refused, by address. */
  readonly #underWay = new Map<string, string>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** CONNECT was sent from `address`. */
  connecting(address: string, terms: Terms): void {
    this.#terms.set(address, terms);
    this.#underWay.set(address, terms.clientId);
  }

  termsOf(address: string): Terms | undefined {
    return this.#terms.get(address);
  }

  accepted(address: string, sessionPresent: boolean, nowMs: number): void {
    const terms = this.#terms.get(address)!;
    this.#underWay.delete(address);
    const { clientId, expirySeconds } = terms;
    const expected = this.#expected(terms, nowMs);
    if (expected !== undefined && expected !== sessionPresent) {
      const { belief } = this.#known.get(clientId) ?? { belief: 'none' };
      this.#ledger.fail(
        `${clientId} was told Session Present ${sessionPresent}; its session is ${belief} and Clean Start ${terms.cleanStart}`,
        clientId,
      );
    }
    this.#believe(clientId, 'connected', address, expirySeconds, nowMs);
  }

  #expected({ clientId, cleanStart, sentMs }: Terms, nowMs: number): boolean | undefined {
    if (cleanStart) return false;
    const known = this.#known.get(clientId);
    if (known === undefined || known.belief === 'none') return false;
    if (known.belief === 'doubtful') return undefined;
    if (known.belief === 'connected') return known.expirySeconds > 0;
    const endsMs = known.sinceMs + known.expirySeconds * 1000;
    if (endsMs >= sentMs - TOLERANCE_MS && endsMs <= nowMs + TOLERANCE_MS) return undefined;
    return endsMs > nowMs;
  }

  disconnected(address: string, nowMs: number): void {
    const terms = this.#terms.get(address)!;
    const known = this.#known.get(terms.clientId);
    if (known?.address !== address) return;
    const { expirySeconds } = terms;
    this.#believe(terms.clientId, expirySeconds === 0 ? 'none' : 'away', address, expirySeconds, nowMs);
  }

  /** A CONNECT ended before it was accepted: nobody can say how far it got. */
  refused(address: string, clientId: string, nowMs: number): void {
    this.#underWay.delete(address);
    this.#believe(clientId, 'doubtful', '', 0, nowMs);
  }

  /** @param settled the last moment at which the disk had everything */
  crashed(settled: number, nowMs: number): void {
    for (const [clientId, known] of this.#known) {
      if (known.belief === 'connected') {
        // Recovery takes the crash for the end of the connection.
        this.#believe(clientId, known.expirySeconds === 0 ? 'none' : 'away', '', known.expirySeconds, nowMs);
      } else if (known.changed > settled) {
        known.belief = 'doubtful';
      } else if (known.belief === 'away' && known.sinceMs + known.expirySeconds * 1000 <= nowMs + TOLERANCE_MS) {
        known.belief = 'doubtful';
      }
    }
    for (const clientId of this.#underWay.values()) this.#believe(clientId, 'doubtful', '', 0, nowMs);
    this.#underWay.clear();
  }

  #believe(clientId: string, belief: Belief, address: string, expirySeconds: number, sinceMs: number): void {
    const changed = this.#ledger.moment;
    this.#known.set(clientId, { belief, address, expirySeconds, sinceMs, changed });
  }
}
