/** Reads ASN.1 values in DER (X.690), as far as revocation lists need it. Bounded by the bytes it is given. Pure. */

/** The bytes are no DER, or another value stands where one was expected. */
export class DerProblem extends Error {
  override readonly name = 'DerProblem';
}

export interface DerValue {
  readonly tag: number;
  /** Without tag and length. */
  readonly content: Buffer;
  /** With tag and length, as signatures cover it. */
  readonly whole: Buffer;
}

/** The values of a sequence, one after another. */
export class DerReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get hasMore(): boolean {
    return this.#at < this.#bytes.length;
  }

  /** The tag of the next value; undefined at the end. */
  get nextTag(): number | undefined {
    return this.#bytes[this.#at];
  }

  /** @throws DerProblem when there is none, or one with another tag */
  next(tag?: number): DerValue {
    const start = this.#at;
    const found = this.#bytes[start];
    if (found === undefined) throw new DerProblem('a value is missing');
    if (tag !== undefined && found !== tag) throw new DerProblem(`a value has the tag ${found} where ${tag} belongs`);
    if ((found & 0x1f) === 0x1f) throw new DerProblem('a tag has several bytes');
    const { length, lengthBytes } = this.#length(start + 1);
    const begin = start + 1 + lengthBytes;
    const end = begin + length;
    if (end > this.#bytes.length) throw new DerProblem('a value is cut off');
    this.#at = end;
    return { tag: found, content: this.#bytes.subarray(begin, end), whole: this.#bytes.subarray(start, end) };
  }

  /** The next value if it has that tag. */
  optional(tag: number): DerValue | undefined {
    return this.nextTag === tag ? this.next(tag) : undefined;
  }

  #length(at: number): { length: number; lengthBytes: number } {
    const first = this.#bytes[at];
    if (first === undefined) throw new DerProblem('a length is missing');
    if (first < 0x80) return { length: first, lengthBytes: 1 };
    const count = first & 0x7f;
    if (count < 1 || count > 4 || at + 1 + count > this.#bytes.length) throw new DerProblem('a length cannot be used');
    return { length: this.#bytes.readUIntBE(at + 1, count), lengthBytes: 1 + count };
  }
}

/** The number in dots: `1.2.840.10045.4.3.2`. */
export function objectIdentifierText(content: Buffer): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER / 128) throw new DerProblem('an identifier is too large');
    if (byte >= 0x80) continue;
    if (arcs.length === 0) arcs.push(Math.min(2, Math.floor(arc / 40)), arc - 40 * Math.min(2, Math.floor(arc / 40)));
    else arcs.push(arc);
    arc = 0;
  }
  return arcs.join('.');
}

/** Milliseconds since 1970 of a UTCTime or a GeneralizedTime in the form that RFC 5280 allows. */
export function timeMs({ tag, content }: DerValue): number {
  const text = content.toString('latin1');
  const match = (tag === 0x17 ? /^(\d{2})(\d{10})Z$/ : /^(\d{4})(\d{10})Z$/).exec(text);
  if ((tag !== 0x17 && tag !== 0x18) || match === null) throw new DerProblem('a time cannot be read');
  const [, year = '', rest = ''] = match;
  const century = tag === 0x18 ? '' : Number(year) >= 50 ? '19' : '20';
  const [month, day, hour, minute, second] = rest.match(/../g)!;
  const ms = Date.parse(`${century}${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(ms)) throw new DerProblem('a time cannot be read');
  return ms;
}
