/** Cuts a file in the form of mosquitto.conf into its lines, and finds the files of `include_dir`. Pure. */

/** One line that says something. */
export interface ConfLine {
  readonly name: string;
  /** What follows the blank behind the name, untouched. */
  readonly rest: string;
  /** From 1. */
  readonly line: number;
}

/** A `#` begins a remark only as the first character of a line, and blanks alone separate words. */
export function linesOf(text: string): ConfLine[] {
  const lines: ConfLine[] = [];
  const written = text.split('\n');
  for (const [index, raw] of written.entries()) {
    const line = raw.replace(/\r+$/, '');
    if (line === '' || line.startsWith('#')) continue;
    let start = 0;
    while (line[start] === ' ') start++;
    if (start === line.length) continue;
    const blank = line.indexOf(' ', start);
    const end = blank < 0 ? line.length : blank;
    lines.push({ name: line.slice(start, end), rest: line.slice(end + 1), line: index + 1 });
  }
  return lines;
}

/** The files of a folder that are read, in Mosquitto's order: by letters, a capital one before its small one. */
export function includedFiles(names: readonly string[]): string[] {
  return names.filter((name) => name.length > 5 && name.endsWith('.conf')).sort(compareNames);
}

function compareNames(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) {
    const [a, b] = [one[index]!, other[index]!];
    if (a === b) continue;
    const [lowA, lowB] = [a.toLowerCase(), b.toLowerCase()];
    if (lowA === lowB) return a < b ? -1 : 1;
    return lowA < lowB ? -1 : 1;
  }
  return one.length - other.length;
}

/**
 * Whether a text looks like mosquitto.conf: the first line that says something is a word, a blank and a value, or a word
 * alone, where YAML would have a colon and EMQX an equals sign.
 * @param isKeyword whether a word is an option of mosquitto.conf
 */
export function looksLikeConf(text: string, isKeyword: (name: string) => boolean): boolean {
  const lines = linesOf(text).filter(({ name }) => !/^\s/.test(name));
  const [first] = lines;
  if (first === undefined) return !/[:=]/.test(text.replace(/#.*/g, ''));
  if (isKeyword(first.name)) return true;
  // A file that begins with a mistake is still a mosquitto.conf when most of its lines are.
  const known = lines.filter(({ name }) => isKeyword(name)).length;
  const foreign = lines.filter(
    ({ name, rest }) => name.endsWith(':') || rest.startsWith('=') || name.includes('='),
  ).length;
  return known > foreign || (known === foreign && foreign === 0);
}
