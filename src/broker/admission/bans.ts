/**
 * Bans: looked up at CONNECT before anybody is asked, and after the login, which may have given the client another
 * name. They are in the journal, with absolute times. Looking one up costs the same however many there are.
 */

import type { ClientIdentity } from '../../ports/access.ts';
import type { Clock } from '../../ports/clock.ts';
import { isoTime, LAST_DATE_MS } from '../../std/iso-time.ts';
import { quote } from '../../std/shorten.ts';
import { InvalidRequest } from '../invalid-request.ts';
import type { Journal } from '../journal/journal.ts';
import { encodeJson, recordKeys } from '../journal/records.ts';
import type { BrokerOptions } from '../options.ts';
import type { SessionConnection } from '../session/session.ts';
import { type AddressRange, cut, parseAddress, parseRange } from './address-range.ts';
import type { Ban, BanKind, BanRequest } from './ban.ts';

export interface BansContext {
  readonly options: BrokerOptions;
  readonly clock: Clock;
  readonly journal: Journal | undefined;
}

/** Bans of ranges that have the same number of bits, by the beginning of the range. */
type SameBits = Map<bigint, Ban>;

export class Bans {
  readonly #clientIds = new Map<string, Ban>();
  readonly #usernames = new Map<string, Ban>();
  /** By family and number of bits. */
  readonly #ranges: Record<4 | 6, Map<number, SameBits>> = { 4: new Map(), 6: new Map() };
  #size = 0;
  readonly #context: BansContext;

  constructor(context: BansContext) {
    this.#context = context;
  }

  get size(): number {
    return this.#size;
  }

  /** The ban that keeps a client out, if there is one. */
  find({ clientId, username, peer }: ClientIdentity): Ban | undefined {
    if (this.#size === 0) return undefined;
    return (
      this.#current(this.#clientIds.get(clientId)) ??
      (username === undefined ? undefined : this.#current(this.#usernames.get(username))) ??
      this.#findAddress(peer.address)
    );
  }

  #findAddress(text: string): Ban | undefined {
    if (this.#ranges[4].size === 0 && this.#ranges[6].size === 0) return undefined;
    const address = parseAddress(text);
    if (address === undefined) return undefined;
    const width = address.family === 4 ? 32 : 128;
    for (const [bits, bans] of this.#ranges[address.family]) {
      const ban = this.#current(bans.get(cut(address.value, width, bits)));
      if (ban !== undefined) return ban;
    }
    return undefined;
  }

  #current(ban: Ban | undefined): Ban | undefined {
    return ban === undefined || (ban.untilMs !== undefined && ban.untilMs <= this.#context.clock.now())
      ? undefined
      : ban;
  }

  /**
   * Makes a ban or replaces that of the same kind and value.
   * @throws InvalidRequest for an address that is none, a time that is over, and when there are too many
   */
  add({ kind, value, by = '', reason = '', atMs, untilMs: asked }: BanRequest): Ban {
    const now = this.#context.clock.now();
    // What is beyond the dates that there are is for ever.
    const untilMs = asked !== undefined && asked > LAST_DATE_MS ? undefined : asked;
    const { bansMax } = this.#context.options;
    if (!Object.hasOwn(WORDS, kind)) throw new InvalidRequest(`Cannot ban by ${quote(kind)}: nobody has that`);
    if (value === '') throw new InvalidRequest(`Cannot ban: the ${WORDS[kind]} is empty`);
    if (untilMs !== undefined && !(untilMs > now)) {
      throw new InvalidRequest(`Cannot ban the ${WORDS[kind]} ${quote(value)}: the ban would have ended already`);
    }
    const previous = this.get(kind, value);
    if (previous === undefined && this.#size >= bansMax) {
      this.sweep();
      if (this.#size >= bansMax) {
        throw new InvalidRequest(
          `Cannot ban the ${WORDS[kind]} ${quote(value)}: there are ${this.#size} bans; the limit is ${bansMax} (bans.count_max)`,
        );
      }
    }
    const ban: Ban = { kind, value, by, reason, atMs: atMs ?? now, ...(untilMs !== undefined && { untilMs }) };
    // The same range may have been written in another way.
    if (previous !== undefined) this.#forget(previous);
    this.restore(ban);
    this.#context.journal?.write(recordKeys.ban(kind, value), encodeJson(ban));
    return ban;
  }

  /** False: there is no such ban. */
  remove(kind: BanKind, value: string): boolean {
    const ban = this.get(kind, value);
    if (ban === undefined) return false;
    this.#forget(ban);
    return true;
  }

  /** The ban of just that kind and value, even if it has ended and was not swept yet. */
  get(kind: BanKind, value: string): Ban | undefined {
    if (kind === 'client_id') return this.#clientIds.get(value);
    if (kind === 'username') return this.#usernames.get(value);
    const { family, first, bits } = rangeOf(value);
    return this.#ranges[family].get(bits)?.get(first);
  }

  /** Those that hold, in no order that means anything. */
  *[Symbol.iterator](): Generator<Ban> {
    for (const ban of this.#all()) if (this.#current(ban) !== undefined) yield ban;
  }

  *#all(): Generator<Ban> {
    yield* this.#clientIds.values();
    yield* this.#usernames.values();
    for (const byBits of [this.#ranges[4], this.#ranges[6]]) {
      for (const bans of byBits.values()) yield* bans.values();
    }
  }

  /** Puts a ban in place that the journal has already. */
  restore(ban: Ban): void {
    const { kind, value } = ban;
    if (kind === 'address') {
      const range = parseRange(value);
      if (range === undefined) return;
      this.#sameBits(range).set(range.first, ban);
    } else {
      (kind === 'client_id' ? this.#clientIds : this.#usernames).set(value, ban);
    }
    this.#size++;
  }

  #sameBits({ family, bits }: AddressRange): SameBits {
    const byBits = this.#ranges[family];
    let bans = byBits.get(bits);
    if (bans === undefined) {
      bans = new Map();
      byBits.set(bits, bans);
    }
    return bans;
  }

  #forget({ kind, value }: Ban): void {
    this.#size--;
    this.#context.journal?.write(recordKeys.ban(kind, value), undefined);
    if (kind === 'client_id') this.#clientIds.delete(value);
    else if (kind === 'username') this.#usernames.delete(value);
    else {
      const { family, first, bits } = rangeOf(value);
      const bans = this.#ranges[family].get(bits);
      bans?.delete(first);
      if (bans?.size === 0) this.#ranges[family].delete(bits);
    }
  }

  /** Forgets those that have ended. */
  sweep(): void {
    if (this.#size === 0) return;
    for (const ban of [...this.#all()]) if (this.#current(ban) === undefined) this.#forget(ban);
  }
}

const WORDS: Readonly<Record<BanKind, string>> = {
  client_id: 'client identifier',
  username: 'user name',
  address: 'address',
};

/** @throws InvalidRequest for an address that is none */
function rangeOf(value: string): AddressRange {
  const range = parseRange(value);
  if (range !== undefined) return range;
  throw new InvalidRequest(`${quote(value)} is neither an address such as 10.0.0.1 nor a range such as 10.0.0.0/8`);
}

/**
 * Ends the connection of a client that is banned. "Banned" is a code of CONNACK alone; who is connected is told of an
 * administrative action.
 */
export function endBanned(
  connection: Pick<SessionConnection, 'label' | 'isConnected' | 'end'>,
  { untilMs }: Ban,
): void {
  const { label, isConnected } = connection;
  const until = untilMs === undefined ? 'for good' : `until ${isoTime(untilMs)}`;
  const message = `${label} is banned ${until}`;
  if (isConnected) connection.end({ name: 'kicked', reasonCode: 0x98, message });
  else connection.end({ name: 'not_authorized', reasonCode: 0x8a, message });
}
