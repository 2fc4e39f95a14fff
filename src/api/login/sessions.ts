/**
 * Dashboard sessions: a random identifier in a cookie, kept in memory. They end after a while without use, after a day
 * in any case, at logout, when the password or role of their login changes, and with the broker.
 */

import type { Account } from './accounts.ts';
import { hashSecret, randomSecret } from './secret.ts';

const IDLE_MS = 2 * 60 * 60 * 1000;
const LIFE_MS = 24 * 60 * 60 * 1000;
const SESSIONS_MAX = 1000;

export interface DashboardSession {
  readonly account: Account;
  /** Repeated in a header by requests that change something: a foreign page does not know it. */
  readonly csrfToken: string;
  readonly beganAtMs: number;
  usedAtMs: number;
}

export class DashboardSessions {
  /** By the hash of the identifier, so that a copy of the memory is no key. */
  readonly #sessions = new Map<string, DashboardSession>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Returns the identifier for the cookie, and the session. */
  begin(account: Account): { id: string; session: DashboardSession } {
    this.#forgetOld();
    const id = randomSecret();
    const nowMs = this.#now();
    const session = { account, csrfToken: randomSecret(), beganAtMs: nowMs, usedAtMs: nowMs };
    this.#sessions.set(hashSecret(id), session);
    return { id, session };
  }

  find(id: string): DashboardSession | undefined {
    const session = this.#sessions.get(hashSecret(id));
    if (session === undefined || this.#isOver(session)) return undefined;
    session.usedAtMs = this.#now();
    return session;
  }

  /** Ends the session that has this CSRF token. */
  endByToken(csrfToken: string): void {
    for (const [key, session] of this.#sessions) if (session.csrfToken === csrfToken) this.#sessions.delete(key);
  }

  endAllOf(name: string): void {
    for (const [key, { account }] of this.#sessions) if (account.name === name) this.#sessions.delete(key);
  }

  #isOver({ beganAtMs, usedAtMs }: DashboardSession): boolean {
    const nowMs = this.#now();
    return nowMs - usedAtMs > IDLE_MS || nowMs - beganAtMs > LIFE_MS;
  }

  #forgetOld(): void {
    for (const [key, session] of this.#sessions) if (this.#isOver(session)) this.#sessions.delete(key);
    // The oldest goes: a map gives its entries in the order in which they came.
    for (const key of this.#sessions.keys()) {
      if (this.#sessions.size < SESSIONS_MAX) break;
      this.#sessions.delete(key);
    }
  }
}
