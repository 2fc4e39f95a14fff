/**
 * Addresses and ranges of them, as numbers: `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`. An IPv4 address that is written as an
 * IPv6 one (`::ffff:10.0.0.1`) is the IPv4 address.
 */

/** All addresses whose first bits are the same. */
export interface AddressRange {
  readonly family: 4 | 6;
  /** The address with all other bits 0. */
  readonly first: bigint;
  /** How many bits count. */
  readonly bits: number;
}

const MAPPED_PREFIX = 0xffffn;

/** Undefined for what is neither an address nor a range. Bits beyond those that count do not matter. */
export function parseRange(text: string): AddressRange | undefined {
  const [written = '', bits, ...rest] = text.split('/');
  const address = parseAddress(written);
  if (address === undefined || rest.length > 0) return undefined;
  const width = address.family === 4 ? 32 : 128;
  // The bits of an IPv4 address in the form of an IPv6 one are counted from the beginning of that form.
  const offset = address.family === 4 && written.includes(':') ? 96 : 0;
  const count = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) - offset : -1;
  if (count < 0 || count > width) return undefined;
  return { family: address.family, first: cut(address.value, width, count), bits: count };
}

export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** `value` with all but its first bits 0. */
export function cut(value: bigint, width: number, bits: number): bigint {
  const rest = BigInt(width - bits);
  return (value >> rest) << rest;
}

/** Undefined for what is no address; so for the empty one of a Unix socket. */
export function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const value = parseIpv4(text);
    return value === undefined ? undefined : { family: 4, value };
  }
  const value = parseIpv6(text);
  if (value === undefined) return undefined;
  return value >> 32n === MAPPED_PREFIX ? { family: 4, value: value & 0xffffffffn } : { family: 6, value };
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    // A leading zero means octal to some and nothing to others.
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1]!, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

/** @param isLast whether the text ends here, where the last 32 bits may be written as an IPv4 address */
function groupsOf(text: string, isLast: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (isLast && index === parts.length - 1 && part.includes('.')) {
      const value = parseIpv4(part);
      if (value === undefined) return undefined;
      groups.push(Number(value >> 16n), Number(value & 0xffffn));
    } else if (/^[\da-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return groups;
}
