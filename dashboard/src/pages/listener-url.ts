/** The address of a listener as this browser can reach it. */

import type { Listener } from '../api/types.ts';

const everywhere = new Set(['0.0.0.0', '[::]', '::', '*', '127.0.0.1', 'localhost', '[::1]']);

/** Who looks at the page from elsewhere reaches the broker by the name that the page has. */
export function reachableUrl({ url }: Listener): string {
  const parts = /^([a-z]+):\/\/(\[[^\]]*\]|[^:/]*)(.*)$/.exec(url);
  if (parts === null) return url;
  const [, scheme, host, rest] = parts;
  const reached = everywhere.has(host ?? '') ? location.hostname : host;
  return `${scheme}://${reached}${rest}`;
}
