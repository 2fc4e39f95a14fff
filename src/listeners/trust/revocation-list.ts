/**
 * One certificate revocation list (RFC 5280, section 5), read and verified. Lists of parts of an authority's
 * certificates and lists of changes are refused, because taking one for the whole would let revoked clients in.
 */

import { constants, type KeyObject, verify, type X509Certificate } from 'node:crypto';
import { DerProblem, DerReader, type DerValue, objectIdentifierText, timeMs } from './der-reader.ts';

export interface RevocationList {
  /** The authority's name in DER, as hexadecimal digits. */
  readonly issuer: string;
  readonly thisUpdateMs: number;
  /** When the next list will be there, and this one is too old; undefined when the list does not say. */
  readonly nextUpdateMs: number | undefined;
  /** Serial numbers as hexadecimal digits without leading zeros. */
  readonly revoked: ReadonlySet<string>;
  /** Whether this key signed the list. */
  isSignedBy(key: KeyObject): boolean;
}

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  identifier: 0x06,
  sequence: 0x30,
  extensions: 0xa0,
};

/** What `verify` calls the hash of a signature; null where the signature says it itself. */
const SIGNATURE_HASHES: ReadonlyMap<string, string | null> = new Map([
  ['1.2.840.113549.1.1.5', 'sha1'],
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
  ['1.2.840.10045.4.1', 'sha1'],
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
  ['1.3.101.112', null],
  ['1.3.101.113', null],
]);

/** @throws DerProblem when the bytes are no list, or one of a kind that is not understood */
export function readRevocationList(bytes: Buffer): RevocationList {
  const outer = new DerReader(bytes);
  const list = new DerReader(outer.next(TAG.sequence).content);
  if (outer.hasMore) throw new DerProblem('something follows the list');
  const body = list.next(TAG.sequence);
  const algorithm = list.next(TAG.sequence);
  const signature = list.next(TAG.bits).content.subarray(1);
  const fields = new DerReader(body.content);
  fields.optional(TAG.integer);
  fields.next(TAG.sequence);
  const issuer = fields.next(TAG.sequence).whole.toString('hex');
  const thisUpdateMs = timeMs(fields.next());
  const nextUpdateMs = fields.nextTag === 0x17 || fields.nextTag === 0x18 ? timeMs(fields.next()) : undefined;
  const entries = fields.optional(TAG.sequence);
  const extensions = fields.optional(TAG.extensions);
  if (extensions !== undefined) refuseCritical(new DerReader(extensions.content).next(TAG.sequence));
  const hash = hashOf(algorithm);
  return {
    issuer,
    thisUpdateMs,
    nextUpdateMs,
    revoked: entries === undefined ? new Set() : serialsOf(entries),
    isSignedBy: (key) => isSigned(hash, body.whole, key, signature),
  };
}

/** The name of who issued a certificate, and its serial number, in the forms of a list. */
export function namesOf(certificate: X509Certificate): { issuer: string; subject: string; serial: string } {
  const fields = new DerReader(
    new DerReader(new DerReader(certificate.raw).next(TAG.sequence).content).next(TAG.sequence).content,
  );
  fields.optional(0xa0);
  const serial = serialText(fields.next(TAG.integer));
  fields.next(TAG.sequence);
  const issuer = fields.next(TAG.sequence).whole.toString('hex');
  fields.next(TAG.sequence);
  return { issuer, serial, subject: fields.next(TAG.sequence).whole.toString('hex') };
}

function serialsOf(entries: DerValue): Set<string> {
  const serials = new Set<string>();
  for (const reader = new DerReader(entries.content); reader.hasMore; ) {
    const entry = new DerReader(reader.next(TAG.sequence).content);
    serials.add(serialText(entry.next(TAG.integer)));
    timeMs(entry.next());
    const extensions = entry.optional(TAG.sequence);
    if (extensions !== undefined) refuseCritical(extensions);
  }
  return serials;
}

function serialText({ content }: DerValue): string {
  return content.toString('hex').replace(/^(?:00)+(?=.)/, '');
}

/** What must be understood and is not. */
function refuseCritical(extensions: DerValue): void {
  for (const reader = new DerReader(extensions.content); reader.hasMore; ) {
    const extension = new DerReader(reader.next(TAG.sequence).content);
    const name = objectIdentifierText(extension.next(TAG.identifier).content);
    const critical = extension.optional(TAG.boolean)?.content[0] ?? 0;
    if (critical !== 0) throw new DerProblem(`the list has the critical extension ${name}, which is not understood`);
  }
}

function hashOf(algorithm: DerValue): string | null {
  const name = objectIdentifierText(new DerReader(algorithm.content).next(TAG.identifier).content);
  const hash = SIGNATURE_HASHES.get(name);
  if (hash === undefined) throw new DerProblem(`the list is signed in a way that is not understood (${name})`);
  return hash;
}

function isSigned(hash: string | null, body: Buffer, key: KeyObject, signature: Buffer): boolean {
  const padding = key.asymmetricKeyType === 'rsa' ? { padding: constants.RSA_PKCS1_PADDING } : {};
  try {
    return verify(hash, body, { key, ...padding }, signature);
  } catch {
    // A key of another kind than the signature.
    return false;
  }
}
