/**
 * Who a client is by its certificate or its pre-shared key, where a listener goes by that instead of by what the client
 * says. Asked before the login, so that the login, the permissions and the session are those of that name.
 */

import { createHash } from 'node:crypto';
import { ProtocolError } from '../../packet/error.ts';
import type { ClientIdentity } from '../../ports/access.ts';
import type { Peer, PeerCertificate } from '../../ports/listener.ts';
import type { IdentityName, ListenerRules } from '../../ports/rules.ts';

const NUL = '\0';
/** What CONNECT could carry. */
const NAME_BYTES_MAX = 65_535;

const WORDS: Readonly<Record<IdentityName, string>> = {
  identity: 'Common Name',
  common_name: 'Common Name',
  subject: 'subject',
  fingerprint: 'fingerprint',
  md5: 'MD5',
  pem: 'text',
  der: 'text',
  psk_identity: 'identity',
  username: 'user name',
};

/**
 * The identity of a client with the names that the listener's rules replace. A client without certificate and key keeps
 * what it says.
 * @throws ProtocolError when its certificate has no such name: what the client says instead must not stand for it
 */
export function identityFromCertificate(
  rules: Pick<ListenerRules, 'usernameFrom' | 'clientIdFrom'>,
  peer: Peer,
  identity: ClientIdentity,
): ClientIdentity {
  const { usernameFrom, clientIdFrom } = rules;
  if (usernameFrom === undefined && clientIdFrom === undefined) return identity;
  const username = nameOf(usernameFrom, peer, 0x86);
  const clientId =
    clientIdFrom === 'username' ? userNameOf(username ?? identity.username) : nameOf(clientIdFrom, peer, 0x85);
  return { ...identity, ...(username !== undefined && { username }), ...(clientId !== undefined && { clientId }) };
}

/** @throws ProtocolError for a client that gives none */
function userNameOf(username: string | undefined): string {
  if (username !== undefined && username !== '') return username;
  throw new ProtocolError(0x87, '', 'The client gives no user name, by which this listener goes');
}

/** Undefined where nothing is to be replaced, and where the client shows nothing that could have a name. */
function nameOf(from: IdentityName | undefined, peer: Peer, reasonCode: number): string | undefined {
  if (from === undefined) return undefined;
  const { certificate, pskIdentity } = peer;
  const isKey = from === 'psk_identity' || (from === 'identity' && pskIdentity !== undefined);
  if (isKey) return pskIdentity === undefined ? undefined : checked(pskIdentity, 'key', from, reasonCode);
  return certificate && checked(certificateName(certificate, from), 'certificate', from, reasonCode);
}

function certificateName(certificate: PeerCertificate, from: IdentityName): string {
  const { commonName, subject, fingerprint256, der } = certificate;
  switch (from) {
    case 'subject':
      return subject;
    case 'fingerprint':
      return fingerprint256;
    case 'md5':
      return der === undefined ? '' : createHash('md5').update(der).digest('hex');
    case 'der':
      return der?.toString('base64') ?? '';
    case 'pem':
      return der === undefined ? '' : pemOf(der);
    default:
      return commonName;
  }
}

function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** A name with U+0000 in it was made to look like another one where texts end there. */
function checked(name: string, shown: 'certificate' | 'key', from: IdentityName, reasonCode: number): string {
  if (name !== '' && !name.includes(NUL) && Buffer.byteLength(name) <= NAME_BYTES_MAX) return name;
  const what = name === '' ? 'has no' : 'cannot be called by its';
  throw new ProtocolError(reasonCode, '', `The client's ${shown} ${what} ${WORDS[from]}, by which this listener goes`);
}
