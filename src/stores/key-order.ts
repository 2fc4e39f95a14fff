/** Keys are ordered by their UTF-8 bytes, which is not the order of JavaScript's strings. */

const SURROGATES_BEGIN = 0xd800;
const SURROGATES_END = 0xe000;

/** Moves surrogates, which stand for code points beyond U+FFFF, behind all other code units. */
function rank(unit: number): number {
  if (unit < SURROGATES_BEGIN) return unit;
  return unit < SURROGATES_END ? unit + 0x2000 : unit - 0x800;
}

export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const unitA = a.charCodeAt(index);
    const unitB = b.charCodeAt(index);
    if (unitA !== unitB) return rank(unitA) - rank(unitB);
  }
  return a.length - b.length;
}

/** The bytes that come right behind everything beginning with `prefix`; undefined for the empty prefix. */
export function endOfPrefix(prefix: string): Uint8Array | undefined {
  if (prefix === '') return undefined;
  // The last byte of UTF-8 is never 0xFF, so it can always be made greater.
  const bytes = Buffer.from(prefix);
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) + 1;
  return bytes;
}
