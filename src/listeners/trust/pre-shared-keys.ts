/**
 * Files of pre-shared keys: `identity:key` on each line, or another sign between them, where the key is hexadecimal as Mosquitto writes it, or the
 * text itself as EMQX does. A line that cannot be used is an error, lest a device be locked out unnoticed.
 */

/** What is wrong with a line, and which. Never says the key. */
export class KeyFileProblem extends Error {
  override readonly name = 'KeyFileProblem';
  readonly line: number;

  constructor(line: number, problem: string) {
    super(problem);
    this.line = line;
  }
}

/** What OpenSSL takes. */
const KEY_BYTES_MAX = 256;
const IDENTITY_BYTES_MAX = 128;

export type KeyForm = 'hex' | 'text';

/**
 * Keys by identity.
 * @param delimiter what stands between an identity and its key: the first one in a line counts
 * @throws KeyFileProblem
 */
export function readKeyFile(source: string, form: KeyForm, delimiter: string = ':'): Map<string, Buffer> {
  const keys = new Map<string, Buffer>();
  const text = source.startsWith('\ufeff') ? source.slice(1) : source;
  for (const [index, whole] of text.split('\n').entries()) {
    const line = index + 1;
    const entry = whole.trim();
    if (entry === '' || entry.startsWith('#')) continue;
    const end = entry.indexOf(delimiter);
    if (end <= 0) throw new KeyFileProblem(line, `a line is an identity, ${signName(delimiter)} and a key`);
    const identity = entry.slice(0, end).trim();
    const written = entry.slice(end + delimiter.length).trim();
    if (keys.has(identity)) throw new KeyFileProblem(line, 'the identity of this line has a key already');
    if (identity === '' || Buffer.byteLength(identity) > IDENTITY_BYTES_MAX) {
      throw new KeyFileProblem(line, `an identity has 1 to ${IDENTITY_BYTES_MAX} bytes`);
    }
    keys.set(identity, keyOf(written, form, line));
  }
  if (keys.size === 0) throw new KeyFileProblem(1, 'the file holds no key');
  return keys;
}

function signName(delimiter: string): string {
  return delimiter === ':' ? 'a colon' : JSON.stringify(delimiter);
}

function keyOf(written: string, form: KeyForm, line: number): Buffer {
  if (form === 'hex' && !/^(?:[0-9A-Fa-f]{2})+$/.test(written)) {
    throw new KeyFileProblem(line, 'the key is not an even number of hexadecimal digits');
  }
  const key = Buffer.from(written, form === 'hex' ? 'hex' : 'utf8');
  if (key.length > 0 && key.length <= KEY_BYTES_MAX) return key;
  throw new KeyFileProblem(line, `the key has ${key.length} bytes; allowed: 1 to ${KEY_BYTES_MAX}`);
}
