/**
 * Tells those who want to know that clients come and go. Nothing is made for a client of which nobody wants to know.
 * Whoever was told that a client is there is told that it is gone, whatever becomes of the broker: that it was told is
 * recorded until the client is gone, and what is still recorded at a start belongs to clients that a crash cut off.
 */

import { BackendError } from '../../ports/backend-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Store } from '../../ports/store.ts';
import { TOPIC_BYTES_MAX } from '../../topic/name.ts';
import type { BrokerEvents, Events } from '../events.ts';
import type { Journal } from '../journal/journal.ts';
import { decodeJson, type PresenceRecord } from '../journal/records.ts';
import type { BrokerOptions } from '../options.ts';
import type { Session } from '../session/session.ts';
import type { SystemMessages } from '../sys/system-messages.ts';
import {
  CRASH_REASON,
  connectedJson,
  type Departure,
  disconnectedJson,
  presenceReason,
  presenceTopic,
} from './presence-message.ts';

export interface PresenceContext {
  readonly options: BrokerOptions;
  readonly clock: Clock;
  readonly log: Log;
  readonly events: Events;
  readonly journal: Journal | undefined;
}

/**
 * How long those who come after a start still learn which clients the crash before it cut off: a watcher's connection
 * ended in the crash as well, and it may take minutes to come back.
 */
const CRASH_TOLD_MS = 10 * 60_000;

/** Of so many clients they learn it, those first of which somebody had been told. */
const CRASH_TOLD_MAX = 20_000;

export class Presence {
  readonly #context: PresenceContext;
  readonly #system: SystemMessages;
  /** Clients of which it is recorded that somebody was told of them. */
  readonly #told = new Set<string>();
  /** Clients that the crash cut off and that have not come back. */
  readonly #cutOff = new Set<string>();
  #stopTelling: (() => void) | undefined;
  /** End the listening; empty while nobody is told. */
  #ends: readonly (() => void)[] = [];

  constructor(context: PresenceContext, system: SystemMessages) {
    this.#context = context;
    this.#system = system;
    this.enabled = context.options.presence;
  }

  /** Whether anybody is told. */
  get enabled(): boolean {
    return this.#ends.length > 0;
  }

  set enabled(value: boolean) {
    if (value === this.enabled) return;
    for (const end of this.#ends) end();
    // Of whom nobody will be told that it is gone, nobody must be told after a crash either.
    for (const clientId of this.#told) this.#context.journal?.absent(clientId);
    this.#told.clear();
    const { events } = this.#context;
    this.#ends = value
      ? [
          events.on('connected', (event) => this.#connected(event)),
          events.on('disconnected', (event) => this.#disconnected(event)),
        ]
      : [];
  }

  /**
   * Tells of clients that were connected when the broker ended without a word.
   * @param sessions those of them whose session goes on
   * @param store where the record of those lies of which somebody was told
   */
  begin(sessions: readonly Session[], store: Store): void {
    const { journal, options, clock } = this.#context;
    if (journal === undefined) return;
    const departures = new Map<string, Departure>();
    const now = clock.now();
    for (const { clientId, username, address, localPort, version, connectedAtMs } of this.#records(store)) {
      const facts = { clientId, username, address, localPort, version, connectedAtMs };
      departures.set(clientId, { ...facts, reason: CRASH_REASON, atMs: now });
      journal.absent(clientId);
    }
    for (const { clientId, username } of sessions) {
      if (departures.has(clientId)) continue;
      departures.set(clientId, { clientId, username, reason: CRASH_REASON, atMs: now });
    }
    if (!options.presence || departures.size === 0) return;
    for (const departure of departures.values()) this.#tellOfCrash(departure, now + CRASH_TOLD_MS);
    this.#stopTelling = clock.after(CRASH_TOLD_MS, () => {
      for (const clientId of [...this.#cutOff]) this.#forgetCrash(clientId);
    });
  }

  close(): void {
    this.#stopTelling?.();
  }

  #records(store: Store): PresenceRecord[] {
    try {
      return [...store.range('p/')].map(({ value }) => decodeJson<PresenceRecord>(value));
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      this.#context.log.warn('Which clients a crash cut off cannot be read; nobody is told of them', {
        cause: error.message,
      });
      return [];
    }
  }

  #tellOfCrash(departure: Departure, untilMs: number): void {
    const { options } = this.#context;
    const topic = presenceTopic(options.node, departure.clientId, 'disconnected');
    if (!fits(topic)) return;
    const payload = disconnectedJson(departure);
    const qos = options.presenceQos;
    this.#system.announce(topic, () => payload, { qos });
    if (this.#cutOff.size >= CRASH_TOLD_MAX) return;
    this.#system.stand(topic, payload, { qos }, untilMs);
    this.#cutOff.add(departure.clientId);
  }

  #forgetCrash(clientId: string): void {
    this.#cutOff.delete(clientId);
    this.#system.drop(presenceTopic(this.#context.options.node, clientId, 'disconnected'));
  }

  #connected({ client, cleanStart, keepAlive, expirySeconds, connectedAtMs }: BrokerEvents['connected']): void {
    const { options, journal } = this.#context;
    const { clientId, username, version } = client;
    const { address, localPort } = client.peer;
    if (this.#cutOff.size > 0 && this.#cutOff.has(clientId)) this.#forgetCrash(clientId);
    if (!this.#system.isHeard) return;
    const topic = presenceTopic(options.node, clientId, 'connected');
    if (!fits(topic)) return;
    const facts = { clientId, username, address, localPort, version, connectedAtMs };
    const payload = (): string => connectedJson({ ...facts, keepAlive, expirySeconds, cleanStart });
    const receivers = this.#system.announce(topic, payload, { qos: options.presenceQos });
    if (receivers === 0 || journal === undefined) return;
    this.#told.add(clientId);
    journal.present(facts);
  }

  #disconnected({ client, reason, reasonCode, connectedAtMs }: BrokerEvents['disconnected']): void {
    const { options, journal, clock } = this.#context;
    const { clientId, username, version } = client;
    const { address, localPort, transport } = client.peer;
    if (this.#told.size > 0 && this.#told.delete(clientId)) journal!.absent(clientId);
    if (!this.#system.isHeard) return;
    const topic = presenceTopic(options.node, clientId, 'disconnected');
    if (!fits(topic)) return;
    const secure = transport === 'tls' || transport === 'wss';
    const payload = (): string =>
      disconnectedJson({
        clientId,
        username,
        reason: presenceReason(reason, reasonCode, secure),
        atMs: clock.now(),
        address,
        localPort,
        version,
        connectedAtMs,
      });
    this.#system.announce(topic, payload, { qos: options.presenceQos });
  }
}

/** A Client Identifier may be so long that no topic can name it; nobody is told of its client. */
function fits(topic: string): boolean {
  return topic.length * 3 <= TOPIC_BYTES_MAX || Buffer.byteLength(topic) <= TOPIC_BYTES_MAX;
}
