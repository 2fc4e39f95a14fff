/** Who must not come in, until when, by whose word and why. */

import type { BanRecord } from '../journal/records.ts';

/** What a ban goes by: the Client Identifier, the user name, or the address or a range of them. */
export type BanKind = BanRecord['kind'];

/** A ban as it stands. An address is kept as it was written. */
export type Ban = Readonly<BanRecord>;

/** A ban to be made; one of the same kind and value is replaced. */
export interface BanRequest {
  readonly kind: BanKind;
  /** For `address`: `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`. */
  readonly value: string;
  /** Who wants it; empty unless given. */
  readonly by?: string;
  /** Why; empty unless given. */
  readonly reason?: string;
  /** When it began, in milliseconds since 1970; now unless given. */
  readonly atMs?: number;
  /** When it ends, in milliseconds since 1970; never unless given. */
  readonly untilMs?: number;
}
