/** What a client puts into the parameters of a query. */

import type { Bytes } from '../../packet/types.ts';
import type { ClientIdentity } from '../../ports/access.ts';
import type { Placeholder, SqlTemplate } from './template.ts';

export type SqlValue = string | null;

/** A client cannot be asked about: something it says is no text that the database can hold. */
export const UNFIT = 'unfit';

const HALF_PAIR = /\p{Surrogate}/u;

/**
 * The values of a query's parameters; null where the client says nothing.
 *
 * @param password undefined when it is not known any more, as in permission queries
 * @param holdsNul whether the database has texts with U+0000
 */
export function valuesOf(
  template: SqlTemplate,
  client: ClientIdentity,
  password: Bytes | undefined,
  holdsNul: boolean,
): readonly SqlValue[] | typeof UNFIT {
  const values: SqlValue[] = [];
  for (const placeholder of template.parameters) {
    const value = valueFor(placeholder, client, password);
    // A driver would replace what is not well formed, and so make another client of it.
    if (value !== null && (HALF_PAIR.test(value) || (!holdsNul && value.includes('\0')))) return UNFIT;
    values.push(value);
  }
  return values;
}

function valueFor(placeholder: Placeholder, client: ClientIdentity, password: Bytes | undefined): SqlValue {
  switch (placeholder) {
    case '%u':
      return client.username ?? null;
    case '%c':
      return client.clientId;
    case '%P':
      return password === undefined ? null : textOf(password);
    case '%a':
      // A Unix socket has no address.
      return client.peer.address === '' ? null : client.peer.address;
    case '%C':
      return client.peer.certificate?.commonName ?? null;
    case '%d':
      return client.peer.certificate?.subject ?? null;
  }
}

/** Bytes that are no UTF-8 become half a surrogate pair, which no text of a database can be. */
function textOf(bytes: Bytes): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return '\ud800';
  }
}
