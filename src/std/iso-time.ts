/** Moments as people and logs read them. */

/** The last moment that has a date, in milliseconds since 1970. */
export const LAST_DATE_MS = 8.64e15;

/** `2026-01-31T23:59:59.000Z`. @param ms since 1970, at most `LAST_DATE_MS` to either side */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
