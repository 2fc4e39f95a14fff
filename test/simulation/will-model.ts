/**
 * Which wills must be published and when [MQTT-3.1.2-8] [MQTT-3.1.2-10] [MQTT-3.1.3-9] [MQTT-3.14.4-3]. It gathers what
 * became of each connection with a will and judges at the end, when all time that matters has passed.
 */

import type { Ledger } from './ledger.ts';

interface WillFacts {
  readonly id: string;
  readonly clientId: string;
  readonly delaySeconds: number;
  expirySeconds: number;
  isAccepted: boolean;
  /** Set when the connection ended: whether the client took the will back. */
  end: { readonly isWithdrawn: boolean; readonly atMs: number } | undefined;
  /** The client's next CONNECT: between when it was sent and when it was accepted the session was opened. */
  next: { readonly fromMs: number; readonly toMs: number; readonly sessionPresent: boolean | undefined } | undefined;
  readonly publishedAtMs: number[];
  crashesSeen: number;
}

/** Timers are noticed up to this much late. */
const TOLERANCE_MS = 250;

export class WillModel {
  readonly #ledger: Ledger;
  readonly #wills = new Map<string, WillFacts>();
  readonly #byAddress = new Map<string, WillFacts>();
  readonly #sentMs = new Map<string, number>();
  /** Of each client, the will of the connection it had last. */
  readonly #waiting = new Map<string, WillFacts>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** CONNECT was sent. */
  connecting(
    address: string,
    clientId: string,
    will: { id: string; delaySeconds: number } | undefined,
    expirySeconds: number,
    nowMs: number,
  ): void {
    this.#sentMs.set(address, nowMs);
    if (will === undefined) return;
    const facts: WillFacts = {
      ...will,
      clientId,
      expirySeconds,
      isAccepted: false,
      end: undefined,
      next: undefined,
      publishedAtMs: [],
      crashesSeen: 0,
    };
    this.#wills.set(will.id, facts);
    this.#byAddress.set(address, facts);
  }

  accepted(address: string, clientId: string, sessionPresent: boolean, nowMs: number): void {
    this.#follow(address, clientId, nowMs, sessionPresent);
    const facts = this.#byAddress.get(address);
    if (facts === undefined) return;
    facts.isAccepted = true;
    this.#waiting.set(clientId, facts);
  }

  /** A CONNECT ended before it was accepted; whether it brought the session back, nobody can say. */
  refused(address: string, clientId: string): void {
    this.#follow(address, clientId, Number.POSITIVE_INFINITY, undefined);
  }

  #follow(address: string, clientId: string, toMs: number, sessionPresent: boolean | undefined): void {
    const waiting = this.#waiting.get(clientId);
    if (waiting !== undefined) waiting.next = { fromMs: this.#sentMs.get(address)!, toMs, sessionPresent };
    this.#waiting.delete(clientId);
  }

  disconnected(address: string, isWithdrawn: boolean, expirySeconds: number, nowMs: number): void {
    const facts = this.#byAddress.get(address);
    if (facts === undefined || facts.end !== undefined) return;
    facts.end = { isWithdrawn, atMs: nowMs };
    facts.expirySeconds = expirySeconds;
  }

  /** The broker published a will. */
  published(id: string, nowMs: number): void {
    this.#wills.get(id)?.publishedAtMs.push(nowMs);
  }

  crashed(): void {
    for (const facts of this.#wills.values()) facts.crashesSeen++;
  }

  check(): void {
    for (const facts of this.#wills.values()) this.#checkOne(facts);
  }

  #checkOne(facts: WillFacts): void {
    const { id, clientId, publishedAtMs, end, crashesSeen } = facts;
    const times = publishedAtMs.length;
    const fail = (text: string): void => this.#ledger.fail(`the will ${id} of ${clientId} ${text}`, id, clientId);
    if (times > 1 + crashesSeen) fail(`was published ${times} times`);
    // Whether a CONNECT without CONNACK left a will, nobody can say; a crash ends connections at its own time.
    if (!facts.isAccepted || crashesSeen > 0) return;
    if (end === undefined) {
      if (times > 0) fail('was published while its client was connected');
      return;
    }
    if (end.isWithdrawn) {
      if (times > 0) fail('was published although its client took it back [MQTT-3.14.4-3]');
      return;
    }
    const [due, mustBe] = this.#due(facts, end.atMs);
    if (times === 0 && mustBe === true) fail(`was never published; its connection ended at ${end.atMs}`);
    if (times > 0 && mustBe === false) fail('was published although its client was back in time [MQTT-3.1.3-9]');
    if (times === 0) return;
    const at = publishedAtMs[0]!;
    const earliest = facts.next === undefined ? due : Math.min(due, facts.next.fromMs);
    if (at < earliest || at > due + TOLERANCE_MS) {
      fail(`was published at ${at}; due ${due}, connection ended ${end.atMs}`);
    }
  }

  /** When the will is due at the latest, and whether it has to be published; undefined for who can say. */
  #due(facts: WillFacts, endedAtMs: number): [due: number, mustBe: boolean | undefined] {
    const { delaySeconds, expirySeconds, next } = facts;
    const due = endedAtMs + Math.min(delaySeconds, expirySeconds) * 1000;
    if (due === endedAtMs || next === undefined || next.fromMs > due + TOLERANCE_MS) return [due, true];
    if (next.toMs < due && next.sessionPresent !== undefined) return [due, !next.sessionPresent];
    return [due, undefined];
  }
}
