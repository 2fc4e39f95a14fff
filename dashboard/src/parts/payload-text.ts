/** Payloads as text: what they say, laid out, and what differs between two of them. */

import type { PayloadContent } from '../api/types.ts';

/** What is shown of a payload. */
export const CHARACTERS_SHOWN = 50_000;

/** The payload as a text: as it is where it is text, or its bytes. */
export function payloadText(payload: PayloadContent | undefined): string {
  return payload?.text ?? payload?.hex?.replaceAll(/(..)/g, '$1 ').trim() ?? '';
}

/** JSON with a field on each line; anything else as it is. */
export function laidOut(text: string): string {
  if (!/^\s*[[{]/.test(text) || text.length > CHARACTERS_SHOWN) return text;
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

export type LineKind = 'same' | 'removed' | 'added';

export interface Line {
  readonly number: number;
  readonly text: string;
  readonly kind: LineKind;
}

const LINES_COMPARED = 300;

/** What differs between two texts, line by line, by their longest common part. */
export function changedLines(before: string, after: string): readonly Line[] {
  const old = before.split('\n').slice(0, LINES_COMPARED);
  const now = after.split('\n').slice(0, LINES_COMPARED);
  const width = now.length + 1;
  const common = new Uint16Array((old.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row--) {
    for (let column = now.length - 1; column >= 0; column--) {
      const isSame = old[row] === now[column];
      common[row * width + column] = isSame
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const lines: Line[] = [];
  const add = (text: string | undefined, kind: LineKind): void => {
    lines.push({ number: lines.length, text: text ?? '', kind });
  };
  let row = 0;
  let column = 0;
  while (row < old.length || column < now.length) {
    if (row < old.length && column < now.length && old[row] === now[column]) {
      add(now[column++], 'same');
      row++;
    } else if (row < old.length && (column === now.length || at(row + 1, column) >= at(row, column + 1))) {
      add(old[row++], 'removed');
    } else add(now[column++], 'added');
  }
  return lines;
}
