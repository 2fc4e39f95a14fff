/** What every answer says to browsers, and under which names the interface answers at all. */

import { isIP } from 'node:net';

export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; object-src 'none'; base-uri 'none'; " +
    "form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/**
 * Whether a request may name this host. A page elsewhere can make its own name point to this machine (DNS rebinding),
 * but it cannot make an address or `localhost` its own.
 */
export function hostAllowed(header: string | undefined, hosts: readonly string[]): boolean {
  if (header === undefined) return false;
  if (hosts.includes('*')) return true;
  const bare = hostName(header);
  return isIP(bare) !== 0 || bare === 'localhost' || hosts.some((host) => host.toLowerCase() === bare);
}

/** The name or address in a header `Host`, without port and brackets, in small letters. */
export function hostName(header: string): string {
  const name = header.replace(/:\d{1,5}$/, '').toLowerCase();
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
}
