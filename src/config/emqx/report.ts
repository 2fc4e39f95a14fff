/** What keys say that is not done here: one warning for all of them, because nobody reads fifty. */

import { originText } from '../error.ts';
import type { WrittenKey } from './key-table.ts';
import { readKeyValue } from './key-values.ts';
import type { Translation } from './translate/translation.ts';

/** Keys named in the warning; the rest are counted. */
const namedMax = 8;

/** Keys that have no effect here and say something else than the files that are shipped. */
function unusedKeys(translation: Translation): { written: WrittenKey; why: string }[] {
  const found: { written: WrittenKey; why: string }[] = [];
  for (const written of translation.keys.written.values()) {
    const { unused, absent, shipped = [], harmless } = written.row;
    if (unused === undefined || harmless === true) continue;
    const quiet = [absent ?? '', ...(typeof shipped === 'string' ? [shipped] : shipped)];
    if (!quiet.some((text) => isSame(written, text))) found.push({ written, why: unused });
  }
  return found;
}

/** Whether a key says what a text says: `off` is `false`, and 60 seconds are a minute. */
function isSame({ text, value, row }: WrittenKey, other: string): boolean {
  const reading = readKeyValue(row.type, other);
  return (
    plain(text) === plain(other) || ('value' in reading && JSON.stringify(reading.value) === JSON.stringify(value))
  );
}

/** Blanks and case do not matter. */
function plain(text: string): string {
  return text.replace(/\s+/g, '').toLowerCase();
}

export function reportLost(translation: Translation): void {
  for (const { written, why } of unusedKeys(translation)) {
    if (written.row.unsafe === true) translation.problem(written.key, `cannot be had: ${why}`);
    else translation.lost.push({ written, why });
  }
  const { lost } = translation;
  const [first] = lost;
  if (first === undefined) return;
  const named = lost
    .slice(0, namedMax)
    .map(({ written, why }) => `${written.key} (${why}; ${originText(written.origin)})`);
  const rest = lost.length > namedMax ? `, and ${lost.length - namedMax} more` : '';
  const text = `${lost.length === 1 ? 'one key has' : `${lost.length} keys have`} no effect here: ${named.join(', ')}${rest}`;
  translation.warn({ kind: 'default' }, `${text}; "hoopoe config convert" lists them all`);
}
