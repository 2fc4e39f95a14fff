/** Writes ASN.1 values in DER (X.690), as far as certificates need it. Pure. */

export function sequence(...values: Buffer[]): Buffer {
  return tagged(0x30, ...values);
}

export function set(...values: Buffer[]): Buffer {
  return tagged(0x31, ...values);
}

/** A value under any tag byte. */
export function tagged(tag: number, ...values: Buffer[]): Buffer {
  const content = Buffer.concat(values);
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(content.length)]), content]);
}

/** A non-negative integer from its big-endian bytes. */
export function integer(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const shortest = bytes.subarray(start);
  // A leading bit of 1 would make it negative.
  const sign = shortest[0]! >= 0x80 ? Buffer.from([0]) : Buffer.alloc(0);
  return tagged(0x02, sign, shortest);
}

export function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.from([value ? 0xff : 0x00]));
}

export function octetString(bytes: Buffer): Buffer {
  return tagged(0x04, bytes);
}

/** @param unusedBits how many of the last byte's low bits do not count */
export function bitString(bytes: Buffer, unusedBits: number = 0): Buffer {
  return tagged(0x03, Buffer.from([unusedBits]), bytes);
}

export function utf8String(text: string): Buffer {
  return tagged(0x0c, Buffer.from(text, 'utf8'));
}

/** @param dotted for example `2.5.4.3` */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** Whole seconds. Years to 2049 have the short form that RFC 5280 demands for them. */
export function time(ms: number): Buffer {
  const digits = new Date(ms)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '');
  const short = new Date(ms).getUTCFullYear() < 2050;
  return short ? tagged(0x17, Buffer.from(digits.slice(2))) : tagged(0x18, Buffer.from(digits));
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}
