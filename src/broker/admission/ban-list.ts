/** Bans as whoever runs the broker sees them. */

import type { BrokerContext } from '../context.ts';
import { InvalidRequest } from '../invalid-request.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ban, BanKind, BanRequest } from './ban.ts';
import { endBanned } from './bans.ts';

export class BanList {
  readonly #context: BrokerContext;

  constructor(context: BrokerContext) {
    this.#context = context;
  }

  /**
   * Bans, and ends the connections of whom it concerns at once; their sessions stay. It holds from now on, and resolves
   * when it will hold after a restart too.
   * @throws InvalidRequest for an address that is none, a time that is over, too many bans, or a store that refuses writes
   */
  async add(request: BanRequest): Promise<Ban> {
    const { bans, open, journal } = this.#context;
    const ban = bans.add(request);
    // Those that are logging in are looked at when they are through.
    for (const connection of [...open]) {
      if (!connection.isConnected) continue;
      const found = bans.find(connection.identity);
      if (found !== undefined) endBanned(connection, found);
    }
    await committed(journal);
    return ban;
  }

  /**
   * Ends a ban. False: there is none of that kind and value.
   * @throws InvalidRequest for an address that is none, or a store that refuses writes
   */
  async remove(kind: BanKind, value: string): Promise<boolean> {
    const { bans, journal } = this.#context;
    if (!bans.remove(kind, value)) return false;
    await committed(journal);
    return true;
  }

  /** Those that hold, the oldest first. */
  list(): Ban[] {
    return [...this.#context.bans].sort((a, b) => a.atMs - b.atMs);
  }
}

function committed(journal: Journal | undefined): Promise<void> {
  if (journal === undefined) return Promise.resolve();
  return new Promise((resolve, reject) =>
    journal.onCommitted(resolve, () => reject(new InvalidRequest('The store refuses writes'))),
  );
}
