/** Numbers in payloads, for plots: a payload that is a number, or the numeric fields of one that is a JSON object. */

import type { TapPacket } from '../../api/types.ts';

/** So many fields of a payload are plotted, the first that come. */
const SERIES_MAX = 8;

export interface Numbers {
  /** Seconds since 1970, rising. */
  readonly times: readonly number[];
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

/** The numbers of a payload by their field; the empty name for the payload as a whole. */
export function fieldsOf(text: string | undefined): ReadonlyMap<string, number> {
  const fields = new Map<string, number>();
  if (text === undefined || text.trim() === '') return fields;
  const whole = Number(text);
  if (Number.isFinite(whole)) return fields.set('', whole);
  if (!text.trimStart().startsWith('{')) return fields;
  try {
    for (const [name, value] of Object.entries(JSON.parse(text) as Record<string, unknown>)) {
      if (typeof value === 'number') fields.set(name, value);
    }
  } catch {
    // It only looked like JSON.
  }
  return fields;
}

/** @param messages newest first */
export function numbersOf(messages: readonly TapPacket[]): Numbers {
  const points = [...messages]
    .reverse()
    .map(({ at, payload }) => ({ seconds: Date.parse(at) / 1000, fields: fieldsOf(payload?.text) }))
    .filter(({ fields }) => fields.size > 0);
  const names = [...new Set(points.flatMap(({ fields }) => [...fields.keys()]))].slice(0, SERIES_MAX);
  return {
    times: points.map(({ seconds }) => seconds),
    series: names.map((name) => ({ name, values: points.map(({ fields }) => fields.get(name) ?? null) })),
  };
}
