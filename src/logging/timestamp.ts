/** The time at the beginning of a line where no format is given. */

import { offsetText } from '../std/strftime.ts';

/** ISO 8601 with the local offset: `2026-03-01T14:03:22.123+08:00`. */
export function localTime(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
  return `${local}${offsetText(minutes, ':')}`;
}
