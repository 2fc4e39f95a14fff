/** Numeric addresses as operators read them: one spelling each, no zone, IPv4 never dressed up as IPv6. */

import { isIP, SocketAddress } from 'node:net';

const V4_MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Strips the zone and the `::ffff:` of a mapped IPv4 address; empty for undefined. */
export function normaliseAddress(address: string | undefined): string {
  if (address === undefined) return '';
  // Nearly every address is plain, and accepting a connection should not pay for the rest.
  if (!address.includes(':')) return address;
  const zone = address.indexOf('%');
  const bare = zone < 0 ? address : address.slice(0, zone);
  return V4_MAPPED.exec(bare)?.[1] ?? bare;
}

/** The shortest spelling of a numeric address, normalised; undefined when it is not one. */
export function canonicalAddress(text: string): string | undefined {
  const family = isIP(text);
  if (family === 0) return undefined;
  if (family === 4) return text;
  const zone = text.indexOf('%');
  const address = zone < 0 ? text : text.slice(0, zone);
  return normaliseAddress(new SocketAddress({ address, family: 'ipv6' }).address);
}

/** Whether packets to this host never leave the machine. */
export function isLoopback(host: string): boolean {
  const address = normaliseAddress(host.toLowerCase());
  return address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}

/** For URLs: IPv6 in brackets. */
export function hostInUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
