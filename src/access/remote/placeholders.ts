/**
 * Texts with placeholders, as EMQX 4 writes them: `mqtt_user:%u`. They are filled in one pass, so that what a client
 * says is never looked at again, and whatever it contains stays within the place where it stands.
 */

import type { Bytes } from '../../packet/types.ts';
import type { AccessRequest, ClientIdentity } from '../../ports/access.ts';

/**
 * - `%u` user name, `%c` Client Identifier, `%P` password, `%a` address, `%p` port of the listener, `%r` protocol
 * - `%C` common name and `%d` subject of the client's certificate
 * - `%A` what is to be done (1 subscribe, 2 publish), `%t` topic, `%m` mountpoint, which no request has: what is asked
 *   about is a topic before the mountpoint is put before it
 */
export type Placeholder = '%u' | '%c' | '%P' | '%a' | '%p' | '%r' | '%C' | '%d' | '%A' | '%t' | '%m';

/** A text as it stands, or a placeholder. */
export type Piece = { readonly text: string } | { readonly stands: Placeholder };

/** About whom and what is asked. */
export interface Asked {
  readonly client: ClientIdentity;
  /** Known at the login only. */
  readonly password: Bytes | undefined;
  /** Known with permissions only. */
  readonly request: AccessRequest | undefined;
}

const ALL: readonly Placeholder[] = ['%u', '%c', '%P', '%a', '%p', '%r', '%C', '%d', '%A', '%t', '%m'];

export const LOGIN_PLACEHOLDERS: readonly Placeholder[] = ['%u', '%c', '%P', '%a', '%p', '%r', '%C', '%d'];
export const PERMISSION_PLACEHOLDERS: readonly Placeholder[] = ALL.filter((one) => one !== '%P');

/** @param allowed the placeholders that mean something; others are a mistake of whoever wrote the text */
export function parsePieces(text: string, allowed: readonly Placeholder[]): readonly Piece[] | { problem: string } {
  const pieces: Piece[] = [];
  let at = 0;
  for (let mark = text.indexOf('%'); mark >= 0; mark = text.indexOf('%', mark + 1)) {
    const stands = ALL.find((one) => text.startsWith(one, mark));
    if (stands === undefined) continue;
    if (!allowed.includes(stands)) return { problem: `${stands} has no value here; allowed: ${allowed.join(' ')}` };
    if (mark > at) pieces.push({ text: text.slice(at, mark) });
    pieces.push({ stands });
    at = mark + 2;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}

/** Undefined when the client says nothing of a placeholder: nothing is not the same as an empty text. */
export function fill(pieces: readonly Piece[], asked: Asked): Buffer | undefined {
  const parts: Buffer[] = [];
  for (const piece of pieces) {
    const value = 'text' in piece ? piece.text : valueFor(piece.stands, asked);
    if (value === undefined) return undefined;
    parts.push(typeof value === 'string' ? Buffer.from(value, 'utf8') : value);
  }
  return Buffer.concat(parts);
}

const fatalDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Undefined for bytes that are no UTF-8. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return fatalDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function valueFor(placeholder: Placeholder, { client, password, request }: Asked): string | Bytes | undefined {
  const { peer } = client;
  switch (placeholder) {
    case '%u':
      return client.username;
    case '%c':
      return client.clientId;
    case '%P':
      return password;
    case '%a':
      // A Unix socket has no address.
      return peer.address === '' ? undefined : peer.address;
    case '%p':
      return peer.localPort === 0 ? undefined : String(peer.localPort);
    case '%r':
      return 'mqtt';
    case '%C':
      return peer.certificate?.commonName;
    case '%d':
      return peer.certificate?.subject;
    case '%A':
      return request === undefined ? undefined : request.action === 'subscribe' ? '1' : '2';
    case '%t':
      return request?.topic;
    case '%m':
      return undefined;
  }
}
