/** What one packet may hold besides its size; whoever exceeds it is refused with 0x97. */

import { type PacketLimitName, ProtocolError } from './error.ts';
import { reason } from './reason-codes.ts';

/** Bounds that keep a packet of few bytes from becoming a great many objects. */
export interface PacketLimits {
  /** User Properties in one property list. */
  readonly userPropertiesMax: number;
  /** Topic filters in one SUBSCRIBE or UNSUBSCRIBE. */
  readonly filtersMax: number;
}

/** More User Properties than `userPropertiesMax`. */
export function tooManyUserProperties(limits: PacketLimits): ProtocolError {
  return exceeded('User Properties in one packet', limits.userPropertiesMax, 'user_properties', 'user_properties_max');
}

/** More topic filters than `filtersMax`. */
export function tooManyFilters(limits: PacketLimits): ProtocolError {
  return exceeded('topic filters in one packet', limits.filtersMax, 'filters', 'filters_per_packet_max');
}

function exceeded(what: string, limit: number, name: PacketLimitName, option: string): ProtocolError {
  return new ProtocolError(
    reason.quotaExceeded,
    '',
    `More than ${limit} ${what} (${option}); send them in several packets`,
    name,
  );
}
