/** What `hoopoe ctl ban` asks for: whom, why and until when. */

import { quoted } from '../../config/value.ts';
import { UsageError } from '../arguments.ts';

/** A ban as the management interface takes it. */
export interface BanWish {
  readonly kind: string;
  readonly value: string;
  readonly reason: string;
  /** ISO 8601; for ever without it. */
  readonly until?: string;
}

/** Flags of `ctl` that only `ban` knows. */
export const BAN_FLAGS: readonly string[] = ['until', 'seconds'];

const SECONDS_MAX = 3_153_600_000;

/**
 * @param own the flags `until`, a time of ISO 8601, or `seconds` from now; without either the ban is for ever
 * @throws UsageError for both of them, for a time that is none or is over, and for no number of seconds
 */
export function banWish(
  [kind = '', value = '', reason = '']: readonly string[],
  own: ReadonlyMap<string, string>,
  nowMs: number = Date.now(),
): BanWish {
  const untilMs = endOf(own.get('until'), own.get('seconds'), nowMs);
  return { kind, value, reason, ...(untilMs !== undefined && { until: new Date(untilMs).toISOString() }) };
}

function endOf(until: string | undefined, seconds: string | undefined, nowMs: number): number | undefined {
  if (until !== undefined && seconds !== undefined) {
    throw new UsageError('ctl ban got both --until and --seconds; give one of them');
  }
  if (seconds !== undefined) {
    const number = Number(seconds);
    if (/^\d+$/.test(seconds) && number >= 1 && number <= SECONDS_MAX) return nowMs + number * 1000;
    throw new UsageError(`ctl ban got --seconds ${quoted(seconds)}; allowed: a whole number from 1 to ${SECONDS_MAX}`);
  }
  if (until === undefined) return undefined;
  // Other texts are read by the engine in ways that nobody can foresee, such as a bare "5" as a month.
  const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.test(until)
    ? Date.parse(until)
    : Number.NaN;
  if (Number.isNaN(time)) {
    throw new UsageError(`ctl ban got --until ${quoted(until)}; allowed: a time such as 2030-12-31T00:00:00Z`);
  }
  if (time <= nowMs) throw new UsageError(`ctl ban got --until ${quoted(until)}, which is over; give a time to come`);
  return time;
}
