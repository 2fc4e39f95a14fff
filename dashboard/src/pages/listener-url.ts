/** The address of a listener as this browser can reach it. */

import type { Listener } from '../api/types.ts';

const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);
const everywhere = new Set(['0.0.0.0', '[::]', '::', '*', ...loopback]);
const address = /^([a-z]+):\/\/(\[[^\]]*\]|[^:/]*)(.*)$/;

/** Whether it takes connections from the broker's own machine alone. */
export function isLoopback({ url }: Listener): boolean {
  return loopback.has(address.exec(url)?.[2] ?? '');
}

/** Who looks at the page from elsewhere reaches the broker by the name that the page has. */
export function reachableUrl({ url }: Listener): string {
  const parts = address.exec(url);
  if (parts === null) return url;
  const [, scheme, host, rest] = parts;
  const reached = everywhere.has(host ?? '') ? location.hostname : host;
  return `${scheme}://${reached}${rest}`;
}
