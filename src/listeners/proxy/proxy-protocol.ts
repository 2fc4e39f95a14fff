/**
 * Reads the header of PROXY protocol, versions 1 (text) and 2 (binary), from the first bytes of a connection. Pure: it
 * neither waits nor closes; it says how long the header is and what it tells, that more bytes are needed, or throws a
 * `ProxyHeaderError`. Both forms are bounded, so an endless header is refused as soon as it is too long.
 */

import { isIPv4, isIPv6 } from 'node:net';
import { canonicalAddress } from '../address.ts';

/** Bytes of the longest text header, its CR LF included. */
export const proxyV1BytesMax = 107;
/** Bytes of the longest binary header accepted; the format itself would allow 65,551. */
export const proxyV2BytesMax = 4096;

export interface ProxyHeader {
  /** Bytes of the header: what follows belongs to the protocol. */
  readonly bytes: number;
  /** Undefined when the header tells no address (LOCAL, UNKNOWN): then the socket's holds. */
  readonly addresses: ProxyAddresses | undefined;
  /** Common Name of the client certificate that the proxy has verified. */
  readonly certificateCommonName: string | undefined;
}

export interface ProxyAddresses {
  readonly address: string;
  readonly port: number;
  readonly localAddress: string;
  readonly localPort: number;
}

/** The first bytes of a connection are not a header of PROXY protocol, or it is malformed. */
export class ProxyHeaderError extends Error {
  override readonly name = 'ProxyHeaderError';
}

const V1_PREFIX = Buffer.from('PROXY ', 'latin1');
const V2_SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const V2_FIXED_BYTES = 16;
const LF = 0x0a;

/** Undefined while more bytes are needed. Throws `ProxyHeaderError`. */
export function parseProxyHeader(bytes: Buffer): ProxyHeader | undefined {
  if (beginsLike(bytes, V2_SIGNATURE)) return bytes.length < V2_FIXED_BYTES ? undefined : parseV2(bytes);
  if (beginsLike(bytes, V1_PREFIX)) return bytes.length < V1_PREFIX.length ? undefined : parseV1(bytes);
  throw new ProxyHeaderError('the connection does not begin with a PROXY protocol header');
}

/** Whether `bytes`, as far as it goes, agrees with `prefix`. */
function beginsLike(bytes: Buffer, prefix: Buffer): boolean {
  const length = Math.min(bytes.length, prefix.length);
  return bytes.compare(prefix, 0, length, 0, length) === 0;
}

function parseV1(bytes: Buffer): ProxyHeader | undefined {
  const end = bytes.subarray(0, proxyV1BytesMax).indexOf(LF);
  if (end < 0) {
    if (bytes.length < proxyV1BytesMax) return undefined;
    throw new ProxyHeaderError(`the version 1 header has no end within ${proxyV1BytesMax} bytes`);
  }
  const line = bytes.toString('latin1', 0, end + 1);
  if (!line.endsWith('\r\n')) throw new ProxyHeaderError('the version 1 header does not end in CR LF');
  const header = { bytes: end + 1, certificateCommonName: undefined };
  const [, family, ...rest] = line.slice(0, -2).split(' ');
  if (family === 'UNKNOWN') return { ...header, addresses: undefined };
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isV6WithoutZone : undefined;
  if (isAddress === undefined) throw new ProxyHeaderError('the version 1 header names no known protocol');
  const [from = '', to = '', fromPort = '', toPort = ''] = rest;
  if (rest.length !== 4 || !isAddress(from) || !isAddress(to)) {
    throw new ProxyHeaderError('the version 1 header has no two addresses of its family and two ports');
  }
  return {
    ...header,
    addresses: {
      address: canonicalAddress(from)!,
      port: parsePort(fromPort),
      localAddress: canonicalAddress(to)!,
      localPort: parsePort(toPort),
    },
  };
}

function isV6WithoutZone(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

function parsePort(text: string): number {
  const port = /^(0|[1-9]\d{0,4})$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new ProxyHeaderError('the version 1 header has a port that is no number up to 65535');
  return port;
}

const COMMAND_LOCAL = 0x20;
const COMMAND_PROXY = 0x21;
const TLV_SSL = 0x20;
const TLV_SSL_COMMON_NAME = 0x22;
/** Bits of the SSL TLV: a certificate was given on this connection, or on an earlier one of the same TLS session. */
const CERTIFICATE_GIVEN = 0x02 | 0x04;

/** Families and transports of version 2 that tell an address: bytes of one address and of the whole block. */
const V2_FAMILIES: Readonly<Record<number, { address: number; block: number } | undefined>> = {
  17: { address: 4, block: 12 },
  33: { address: 16, block: 36 },
};
/** Those that tell none for a TCP peer, with the bytes of their block: unspecified, and a Unix socket of the proxy. */
const V2_SILENT_FAMILIES: Readonly<Record<number, number | undefined>> = { 0: 0, 49: 216 };

function parseV2(bytes: Buffer): ProxyHeader | undefined {
  const command = bytes[12]!;
  const family = bytes[13]!;
  const end = V2_FIXED_BYTES + bytes.readUInt16BE(14);
  if (command !== COMMAND_LOCAL && command !== COMMAND_PROXY) {
    throw new ProxyHeaderError(`the version 2 header has version and command 0x${command.toString(16)}`);
  }
  if (end > proxyV2BytesMax) {
    throw new ProxyHeaderError(`the version 2 header has ${end} bytes; the limit is ${proxyV2BytesMax}`);
  }
  if (bytes.length < end) return undefined;
  // A health check of the proxy itself: whatever the block says is to be ignored.
  if (command === COMMAND_LOCAL) return { bytes: end, addresses: undefined, certificateCommonName: undefined };
  const told = V2_FAMILIES[family];
  const block = told?.block ?? V2_SILENT_FAMILIES[family];
  if (block === undefined) {
    throw new ProxyHeaderError(`the version 2 header has family and transport 0x${family.toString(16)}`);
  }
  const tlvs = V2_FIXED_BYTES + block;
  if (tlvs > end) throw new ProxyHeaderError('the version 2 header is shorter than its addresses');
  return {
    bytes: end,
    addresses: told === undefined ? undefined : readAddresses(bytes, told.address),
    certificateCommonName: family === 0x00 ? undefined : readCommonName(bytes.subarray(tlvs, end)),
  };
}

function readAddresses(bytes: Buffer, addressBytes: number): ProxyAddresses {
  const to = V2_FIXED_BYTES + addressBytes;
  const ports = to + addressBytes;
  return {
    address: readAddress(bytes.subarray(V2_FIXED_BYTES, to)),
    localAddress: readAddress(bytes.subarray(to, ports)),
    port: bytes.readUInt16BE(ports),
    localPort: bytes.readUInt16BE(ports + 2),
  };
}

function readAddress(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  return canonicalAddress(bytes.toString('hex').replace(/(.{4})(?!$)/g, '$1:'))!;
}

/** Calls `visit` for each type-length-value record. */
function eachTlv(bytes: Buffer, visit: (type: number, value: Buffer) => void): void {
  let offset = 0;
  while (offset < bytes.length) {
    const value = offset + 3;
    const end = value <= bytes.length ? value + bytes.readUInt16BE(offset + 1) : Number.POSITIVE_INFINITY;
    if (end > bytes.length) throw new ProxyHeaderError('the version 2 header has a record that exceeds it');
    visit(bytes[offset]!, bytes.subarray(value, end));
    offset = end;
  }
}

/** The name counts only when the proxy says that a certificate was given and that it was verified. */
function readCommonName(tlvs: Buffer): string | undefined {
  let commonName: string | undefined;
  eachTlv(tlvs, (type, value) => {
    if (type !== TLV_SSL) return;
    if (value.length < 5) throw new ProxyHeaderError('the version 2 header has an SSL record that is too short');
    const verified = (value[0]! & CERTIFICATE_GIVEN) !== 0 && value.readUInt32BE(1) === 0;
    eachTlv(value.subarray(5), (subtype, text) => {
      if (verified && subtype === TLV_SSL_COMMON_NAME) commonName = text.toString('utf8');
    });
  });
  return commonName;
}
