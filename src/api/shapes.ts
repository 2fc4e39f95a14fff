/** Pieces of shapes that several resources share, and how the broker's values become those of JSON. */

import { type TBoolean, type TLiteral, type TObject, Type } from 'typebox';

import type { Management } from './management.ts';

/** ISO 8601; undefined for 0, which the broker says for never and not yet. */
export function timeText(ms: number): string | undefined {
  return ms > 0 && ms < 8.64e15 ? new Date(ms).toISOString() : undefined;
}

/** `3.1`, `3.1.1` or `5.0`. */
export function versionText(version: 3 | 4 | 5): string {
  return version === 3 ? '3.1' : version === 4 ? '3.1.1' : '5.0';
}

/** How a payload is shown: as text where it is text, otherwise as hexadecimal digits. */
export function payloadShown(payload: Buffer): { text: string } | { hex: string } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(payload) };
  } catch {
    return { hex: payload.toString('hex') };
  }
}

/** What whoever stores something has to know: with a store in memory it ends with the broker. */
export function lastingNote({ node }: Pick<Management, 'node'>): { note?: string } {
  if (node.durability.mode !== 'memory') return {};
  return { note: 'durability.mode is memory: this is gone when the broker stops' };
}

/**
 * A field of a question, for whoever watches what may end at any time: that it is gone is an answer then, and no failure.
 * Default false.
 */
export const tellAbsence: TBoolean = Type.Boolean({
  default: false,
  description: 'where there is none, answers {"absent": true} and not with status 404',
});

/** The answer to such a question where there is nothing. */
export const absent: TObject<{ absent: TLiteral<true> }> = Type.Object({ absent: Type.Literal(true) });
