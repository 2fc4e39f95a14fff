/** The `@` fields of a format: parts of the time at which a message came, as strftime names them, in local time. */

import { timeSign } from '../../../std/strftime.ts';

interface Moment {
  readonly date: Date;
  readonly nanoseconds: number;
}

/** A field that nobody knows stays as it was written. */
export function timeField(field: string, { date, nanoseconds }: Moment): string {
  if (field === 'N') return String(nanoseconds).padStart(9, '0');
  return timeSign(field, date) ?? `@${field}`;
}
