/**
 * The book of a simulated world: everybody tells what happened, the checkers read it. It numbers the facts, keeps the
 * trace by which a failure is understood and a run is compared with its replay, and remembers the first failure.
 */

import { createHash } from 'node:crypto';
import { ClientFacts, type Moment, NEVER, type SentMessage, SessionFacts, type SubscriptionFact } from './facts.ts';

const TRACE_LINES_SHOWN = 60;

export class Ledger {
  readonly messages: Map<string, SentMessage> = new Map();
  readonly clients: Map<string, ClientFacts> = new Map();
  readonly #trace: string[] = [];
  #moment: Moment = 0;
  #step = 0;
  #failure: string | undefined;
  #about: readonly string[] = [];

  constructor(clientIds: readonly string[]) {
    for (const clientId of clientIds) this.clients.set(clientId, new ClientFacts(clientId));
  }

  get moment(): Moment {
    return this.#moment;
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** A fingerprint of everything that happened. */
  get hash(): string {
    return createHash('sha256').update(this.#trace.join('\n')).digest('hex');
  }

  get trace(): readonly string[] {
    return this.#trace;
  }

  beginStep(step: number): void {
    this.#step = step;
  }

  /** Writes a line of the trace; every fact has one. */
  note(line: string): Moment {
    this.#trace.push(`${this.#step} ${line}`);
    return ++this.#moment;
  }

  /** The first failure counts. `about` are the words by which its part of the trace is found. */
  fail(text: string, ...about: string[]): void {
    this.note(`FAILURE ${text}`);
    if (this.#failure !== undefined) return;
    this.#failure = `step ${this.#step}: ${text}`;
    this.#about = about;
  }

  /** The first failure with the lines of the trace that speak of the same. */
  report(seed: number): string {
    const lines = this.#trace.filter((line) => this.#about.some((word) => new RegExp(`\\b${word}\\b`).test(line)));
    const shown = lines.slice(-TRACE_LINES_SHOWN);
    return `seed ${seed}, ${this.#failure}\nReplay: SIMULATION_SEED=${seed}\n${shown.join('\n')}`;
  }

  client(clientId: string): ClientFacts {
    return this.clients.get(clientId)!;
  }

  sent(message: SentMessage): void {
    this.messages.set(message.id, message);
    const { id, topic, qos, retain, isWill } = message;
    this.note(
      `${id} ${isWill ? 'left as a will for' : 'published to'} ${topic} at QoS ${qos}${retain ? ', retained' : ''}`,
    );
  }

  answered(id: string, answer: 'accepted' | 'refused'): void {
    this.note(`${id} ${answer}`);
    const message = this.messages.get(id);
    if (message !== undefined) message.answer = answer;
  }

  subscribing(clientId: string, facts: readonly SubscriptionFact[]): void {
    for (const fact of facts) {
      fact.possibleFrom = this.note(`${clientId} subscribes to ${fact.fullFilter} at QoS ${fact.qos}`);
      this.client(clientId).subscriptions.push(fact);
    }
  }

  /** SUBACK for one filter: from now on it is held, and an earlier subscription to the same filter is replaced. */
  subscribed(clientId: string, fact: SubscriptionFact): void {
    const now = this.note(`${clientId} is subscribed to ${fact.fullFilter}`);
    const { subscriptions } = this.client(clientId);
    const since = subscriptions.indexOf(fact);
    for (const earlier of subscriptions.slice(0, since)) {
      if (earlier.fullFilter !== fact.fullFilter) continue;
      earlier.heldUntil = Math.min(earlier.heldUntil, now);
      earlier.possibleUntil = Math.min(earlier.possibleUntil, now);
    }
    fact.heldFrom = now;
  }

  unsubscribing(clientId: string, fullFilter: string): Moment {
    const now = this.note(`${clientId} unsubscribes from ${fullFilter}`);
    for (const fact of this.client(clientId).subscriptions) {
      if (fact.fullFilter === fullFilter) fact.heldUntil = Math.min(fact.heldUntil, now);
    }
    return now;
  }

  /** UNSUBACK for what was asked at `asked`: what had been subscribed before is gone for certain. */
  unsubscribed(clientId: string, fullFilter: string, asked: Moment): void {
    const now = this.note(`${clientId} is unsubscribed from ${fullFilter}`);
    for (const fact of this.client(clientId).subscriptions) {
      if (fact.fullFilter !== fullFilter || fact.possibleFrom > asked) continue;
      fact.possibleUntil = Math.min(fact.possibleUntil, now);
    }
  }

  /** CONNACK told that there was no session: everything of an earlier one is over. */
  sessionBegins(clientId: string): void {
    const client = this.client(clientId);
    const now = this.note(`${clientId} begins session ${client.session.epoch + 1}`);
    client.release();
    for (const fact of client.subscriptions) fact.possibleUntil = Math.min(fact.possibleUntil, now);
    client.session = new SessionFacts(client.session.epoch + 1, now);
  }

  /** The session may end now or may have ended, so nothing can be demanded from what it held. */
  sessionMayEnd(clientId: string): void {
    this.note(`${clientId} may lose its session`);
    this.client(clientId).release();
  }
}

export function newSubscription(
  wanted: Pick<
    SubscriptionFact,
    'fullFilter' | 'filter' | 'group' | 'qos' | 'noLocal' | 'retainHandling' | 'identifier'
  >,
): SubscriptionFact {
  return { ...wanted, possibleFrom: NEVER, heldFrom: NEVER, heldUntil: NEVER, possibleUntil: NEVER };
}
