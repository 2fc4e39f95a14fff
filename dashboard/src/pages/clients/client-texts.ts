/** What is said of clients in more than one place. */

import { type Format, NOTHING } from '../../language/format.ts';
import type { Translate } from '../../language/language.tsx';

/** The address of a client's own page. */
export function clientAddress(clientId: string): string {
  return `/clients/${encodeURIComponent(clientId)}`;
}

/** How long a session outlives its connection. */
export function expiryText(seconds: number | undefined, t: Translate, format: Format): string {
  if (seconds === undefined) return NOTHING;
  if (seconds === 0) return t('ends with the connection');
  return seconds >= 4_294_967_295 ? t('never') : format.duration(seconds);
}
