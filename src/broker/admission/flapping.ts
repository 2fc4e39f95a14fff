/**
 * Clients that come again and again: who connects more often in a time than is allowed is banned for a while. Only
 * logins that were allowed are counted, by Client Identifier: were refused ones counted, anybody could have any client
 * banned. Bounded: what was counted longest ago is forgotten first.
 */

import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { Lru } from '../../std/lru.ts';
import { InvalidRequest } from '../invalid-request.ts';
import type { BrokerOptions } from '../options.ts';
import type { Ban } from './ban.ts';
import type { Bans } from './bans.ts';

/** Clients counted at the same time, and the length of all their identifiers. */
const CLIENTS_MAX = 100_000;
const NAMES_LENGTH_MAX = 16 * 1024 * 1024;

interface Count {
  connects: number;
  /** When the window began, in milliseconds of the clock that never goes back. */
  readonly sinceMs: number;
}

export interface FlappingContext {
  readonly options: BrokerOptions;
  readonly clock: Clock;
  readonly log: Log;
  readonly bans: Bans;
}

export class Flapping {
  readonly #counts = new Lru<string, Count>({ entriesMax: CLIENTS_MAX, weightMax: NAMES_LENGTH_MAX });
  readonly #context: FlappingContext;

  constructor(context: FlappingContext) {
    this.#context = context;
  }

  /** Clients that are counted now. */
  get counted(): number {
    return this.#counts.size;
  }

  /** A client logs in. Its ban, if it did so once too often. */
  connects(clientId: string): Ban | undefined {
    const { options, clock } = this.#context;
    const now = clock.monotonic();
    let count = this.#counts.get(clientId);
    if (count === undefined || now - count.sinceMs >= options.flappingWindowSeconds * 1000) {
      count = { connects: 0, sinceMs: now };
      this.#counts.set(clientId, count, clientId.length);
    }
    count.connects++;
    if (count.connects < options.flappingConnectsMax) return undefined;
    this.#counts.delete(clientId);
    return this.#ban(clientId);
  }

  #ban(clientId: string): Ban | undefined {
    const { bans, clock, options, log } = this.#context;
    const { flappingConnectsMax, flappingWindowSeconds, flappingBanSeconds } = options;
    let ban: Ban;
    try {
      ban = bans.add({
        kind: 'client_id',
        value: clientId,
        by: 'flapping detector',
        reason: `flapping is detected: ${flappingConnectsMax} logins within ${flappingWindowSeconds} s`,
        untilMs: clock.now() + flappingBanSeconds * 1000,
      });
    } catch (error) {
      if (!(error instanceof InvalidRequest)) throw error;
      log.warn('A flapping client could not be banned', { client: clientId, cause: error.message });
      return undefined;
    }
    log.warn('A client connects again and again and is banned for a while', {
      client: clientId,
      seconds: flappingBanSeconds,
    });
    return ban;
  }
}
