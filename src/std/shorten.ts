/** Texts that others choose, in sentences for people: long enough to recognise, too short to fill a log or a packet. */

/** `text` itself, or its beginning and the sign of an omission: never more than `lengthMax` UTF-16 units. */
export function shorten(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const last = text.charCodeAt(lengthMax - 2);
  // Half a surrogate pair is not text.
  const end = last >= 0xd800 && last < 0xdc00 ? lengthMax - 2 : lengthMax - 1;
  return `${text.slice(0, end)}…`;
}

const QUOTED_LENGTH_MAX = 100;

/** A name in single quotes, as sentences show names that clients choose. */
export function quote(name: string): string {
  return `'${shorten(name, QUOTED_LENGTH_MAX)}'`;
}
