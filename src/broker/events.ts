/**
 * What the broker tells the program around it. Listeners are told afterwards and cannot change or delay anything; one
 * that throws, at once or later, is reported to the log and disturbs nobody else.
 */

import type { Message } from '../packet/message.ts';
import type { Qos } from '../packet/types.ts';
import type { ClientIdentity } from '../ports/access.ts';
import type { Peer } from '../ports/listener.ts';
import { isPromiseLike } from '../std/promise-like.ts';
import type { DropReason } from './counters.ts';

/** Why a connection ended, in the words of presence messages. */
export type EndName =
  | 'normal'
  | 'peer_closed'
  | 'connection_error'
  | 'keep_alive_timeout'
  | 'connect_timeout'
  | 'taken_over'
  | 'kicked'
  | 'protocol_error'
  | 'limit'
  | 'not_authorized'
  | 'server_shutting_down'
  | 'server_moved'
  | 'store_failed';

export interface BrokerEvents {
  /** A network connection was opened; nothing has been received on it. */
  opened: { peer: Peer };
  connected: {
    client: ClientIdentity;
    sessionPresent: boolean;
    cleanStart: boolean;
    /** Seconds; 0 is off. */
    keepAlive: number;
    /** Seconds that the session outlives the connection. */
    expirySeconds: number;
    /** Milliseconds since the epoch. */
    connectedAtMs: number;
  };
  /** Only for clients that had been connected. `reasonCode` is MQTT 5's, 0 for a normal end. */
  disconnected: {
    client: ClientIdentity;
    reason: EndName;
    reasonCode: number;
    message: string;
    /** Milliseconds since the epoch. */
    connectedAtMs: number;
  };
  /** A connection ended before it was accepted. */
  refused: {
    clientId: string;
    address: string;
    username: string | undefined;
    reason: EndName;
    reasonCode: number;
    message: string;
  };
  subscribed: { client: ClientIdentity; filter: string; qos: Qos };
  unsubscribed: { client: ClientIdentity; filter: string };
  /** A message was accepted, from a client or from the program itself. */
  published: { message: Message; client: ClientIdentity | undefined };
  /** `clientId` is its publisher's where nobody was to get it, as for `no_subscriber`. */
  dropped: { message: Message; clientId: string; reason: DropReason };
  /** A client has no permission for what it publishes; `dropped` is told as well. */
  publishDenied: { message: Message; client: ClientIdentity };
  /** A message left for a client; once more for each repeat. */
  delivered: { message: Message; client: ClientIdentity; qos: Qos };
  /** A client has said of a message at QoS 1 or 2 that it has it. */
  acknowledged: { message: Message; client: ClientIdentity; qos: Qos };
  sessionEnded: { clientId: string; reason: 'clean_start' | 'expired' | 'disconnected' | 'kicked' };
}

export type EventName = keyof BrokerEvents;
export type EventListener<N extends EventName> = (event: BrokerEvents[N]) => void;

export class Events {
  /** Arrays are replaced, never changed: whoever goes through one is not disturbed by those who come and go. */
  readonly #listeners = new Map<EventName, readonly EventListener<EventName>[]>();
  readonly #failed: (name: EventName, error: unknown) => void;
  /** Whether anybody listens to what is told of each message, or of each of its receivers: asked as often. */
  wantsPublished = false;
  wantsDelivered = false;
  wantsAcknowledged = false;

  constructor(failed: (name: EventName, error: unknown) => void) {
    this.#failed = failed;
  }

  /** Returns the function that removes the listener again. */
  on<N extends EventName>(name: N, listener: EventListener<N>): () => void {
    const added = listener as EventListener<EventName>;
    const without = (): EventListener<EventName>[] => (this.#listeners.get(name) ?? []).filter((one) => one !== added);
    this.#listeners.set(name, [...without(), added]);
    this.#listenersChanged();
    return () => {
      this.#listeners.set(name, without());
      this.#listenersChanged();
    };
  }

  #listenersChanged(): void {
    this.wantsPublished = this.wants('published');
    this.wantsDelivered = this.wants('delivered');
    this.wantsAcknowledged = this.wants('acknowledged');
  }

  /** Lets a hot path skip building an event that nobody wants. */
  wants(name: EventName): boolean {
    return (this.#listeners.get(name)?.length ?? 0) > 0;
  }

  emit<N extends EventName>(name: N, event: BrokerEvents[N]): void {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined) return;
    for (const listener of listeners) {
      try {
        const answer: unknown = (listener as EventListener<N>)(event);
        if (isPromiseLike(answer)) answer.then(undefined, (error: unknown) => this.#failed(name, error));
      } catch (error) {
        this.#failed(name, error);
      }
    }
  }
}
