/**
 * Permissions that one connection was given lately, so that a client that publishes to the same topics again and again
 * asks nobody. Bounded in number and in time; one change of rules anywhere empties it. Asking allocates nothing.
 */

import type { Qos } from '../../packet/types.ts';
import type { Action } from '../../ports/access.ts';
import type { Clock } from '../../ports/clock.ts';

/** Longer topics are asked about each time, so that the number of entries bounds the bytes too. */
const TOPIC_LENGTH_MAX = 1024;

const ACTIONS: Readonly<Record<Action, number>> = { publish: 0, subscribe: 1, receive: 2 };

/** All that is known of one topic: a bit for each action, QoS and RETAIN, in one word for what is known and one for what is allowed. */
interface Decisions {
  known: number;
  allowed: number;
  /** When the first of them was made, in milliseconds of the clock that never goes back. */
  madeAtMs: number;
}

export class PermissionCache {
  readonly #entriesMax: number;
  readonly #lifetimeMs: number;
  readonly #clock: Clock;
  #decisions: Map<string, Decisions> | undefined;
  #revision = 0;

  /**
   * @param entriesMax topics remembered; 0 for none. The one remembered first goes when there are more.
   * @param secondsMax how long a decision holds
   */
  constructor(entriesMax: number, secondsMax: number, clock: Clock) {
    this.#entriesMax = entriesMax;
    this.#lifetimeMs = secondsMax * 1000;
    this.#clock = clock;
  }

  /** What was decided, or undefined when somebody has to be asked. `revision` is that of `Access`. */
  get(action: Action, topic: string, qos: Qos, retain: boolean, revision: number): boolean | undefined {
    if (this.#decisions === undefined) return undefined;
    if (revision !== this.#revision) {
      this.clear();
      return undefined;
    }
    const decisions = this.#decisions.get(topic);
    if (decisions === undefined) return undefined;
    const bit = bitOf(action, qos, retain);
    if ((decisions.known & bit) === 0) return undefined;
    if (this.#clock.monotonic() - decisions.madeAtMs >= this.#lifetimeMs) {
      this.#decisions.delete(topic);
      return undefined;
    }
    return (decisions.allowed & bit) !== 0;
  }

  /**
   * @param revision that of `Access` when it was asked, not when it answered: what was decided by rules that have
   * changed meanwhile is not kept
   */
  set(action: Action, topic: string, qos: Qos, retain: boolean, revision: number, allowed: boolean): void {
    if (this.#entriesMax === 0 || this.#lifetimeMs === 0 || topic.length > TOPIC_LENGTH_MAX) return;
    if (revision < this.#revision) return;
    if (revision > this.#revision) {
      this.clear();
      this.#revision = revision;
    }
    const now = this.#clock.monotonic();
    const decisions = this.#entry(topic, now);
    const bit = bitOf(action, qos, retain);
    decisions.known |= bit;
    decisions.allowed = allowed ? decisions.allowed | bit : decisions.allowed & ~bit;
  }

  /** Forgets everything: the client has become somebody else. */
  clear(): void {
    this.#decisions = undefined;
  }

  #entry(topic: string, now: number): Decisions {
    this.#decisions ??= new Map();
    const known = this.#decisions.get(topic);
    if (known !== undefined && now - known.madeAtMs < this.#lifetimeMs) return known;
    this.#decisions.delete(topic);
    if (this.#decisions.size >= this.#entriesMax) {
      const first = this.#decisions.keys().next();
      if (first.done !== true) this.#decisions.delete(first.value);
    }
    const made: Decisions = { known: 0, allowed: 0, madeAtMs: now };
    this.#decisions.set(topic, made);
    return made;
  }
}

function bitOf(action: Action, qos: Qos, retain: boolean): number {
  return 1 << (ACTIONS[action] * 6 + qos * 2 + (retain ? 1 : 0));
}
