/**
 * Makes X.509 certificates with ECDSA keys on P-256 (RFC 5280): a private authority, and certificates of servers and
 * clients that it signs. Pure but for randomness: files and renewal are `certificates.ts`'s.
 */

import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP, SocketAddress } from 'node:net';
import {
  bitString,
  boolean,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from './der.ts';

const OID = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

const SERIAL_BYTES = 16;
/** Bytes of an uncompressed point of P-256, which ends the encoded public key. */
const POINT_BYTES = 65;

/** A certificate and its private key, both in PEM. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

export interface Validity {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A self-signed authority that may sign certificates of servers and clients, but no further authorities. */
export function issueAuthority(commonName: string, validity: Validity): Issued {
  const key = newKey();
  const name = distinguishedName(commonName);
  return {
    key: keyPem(key),
    certificate: signed(key, name, name, key, validity, [
      extension(OID.basicConstraints, true, sequence(boolean(true), integer(Buffer.from([0])))),
      // keyCertSign and cRLSign.
      extension(OID.keyUsage, true, bitString(Buffer.from([0x06]), 1)),
      extension(OID.subjectKeyIdentifier, false, octetString(keyIdentifier(key))),
    ]),
  };
}

/**
 * A server certificate for `hosts`, which may be names and addresses; the first names it.
 * @param authorityName Common Name of the authority whose private key is `authorityKey`
 */
export function issueServer(
  hosts: readonly string[],
  authorityName: string,
  authorityKey: KeyObject,
  validity: Validity,
): Issued {
  const names = extension(OID.subjectAltName, false, sequence(...hosts.map(generalName)));
  return issueBy(authorityName, authorityKey, hosts[0]!, OID.serverAuth, [names], validity);
}

/** A certificate by which a client says who it is: its Common Name. The authority is given as to `issueServer`. */
export function issueClient(
  commonName: string,
  authorityName: string,
  authorityKey: KeyObject,
  validity: Validity,
): Issued {
  return issueBy(authorityName, authorityKey, commonName, OID.clientAuth, [], validity);
}

function issueBy(
  authorityName: string,
  authorityKey: KeyObject,
  commonName: string,
  purpose: string,
  extensions: Buffer[],
  validity: Validity,
): Issued {
  const key = newKey();
  return {
    key: keyPem(key),
    certificate: signed(key, distinguishedName(commonName), distinguishedName(authorityName), authorityKey, validity, [
      extension(OID.basicConstraints, true, sequence()),
      // digitalSignature.
      extension(OID.keyUsage, true, bitString(Buffer.from([0x80]), 7)),
      extension(OID.extendedKeyUsage, false, sequence(objectIdentifier(purpose))),
      ...extensions,
      extension(OID.subjectKeyIdentifier, false, octetString(keyIdentifier(key))),
      extension(OID.authorityKeyIdentifier, false, sequence(tagged(0x80, keyIdentifier(authorityKey)))),
    ]),
  };
}

function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

function signed(
  key: KeyObject,
  subject: Buffer,
  issuer: Buffer,
  signer: KeyObject,
  validity: Validity,
  extensions: Buffer[],
): string {
  const algorithm = sequence(objectIdentifier(OID.ecdsaWithSha256));
  const serial = randomBytes(SERIAL_BYTES);
  // Positive, and of full length: RFC 5280 section 4.1.2.2.
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const version3 = tagged(0xa0, integer(Buffer.from([2])));
  const period = sequence(time(validity.fromMs), time(validity.toMs));
  const body = sequence(
    version3,
    integer(serial),
    algorithm,
    issuer,
    period,
    subject,
    publicKeyInfo(key),
    tagged(0xa3, sequence(...extensions)),
  );
  const certificate = sequence(body, algorithm, bitString(sign('sha256', body, signer)));
  const lines = certificate.toString('base64').match(/.{1,64}/g)!;
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function distinguishedName(commonName: string): Buffer {
  return sequence(set(sequence(objectIdentifier(OID.commonName), utf8String(commonName))));
}

function extension(oid: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectIdentifier(oid), ...(critical ? [boolean(true)] : []), octetString(value));
}

function generalName(host: string): Buffer {
  if (isIP(host) === 0) return tagged(0x82, Buffer.from(host, 'latin1'));
  return tagged(0x87, addressBytes(host));
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const { address: short } = new SocketAddress({ address, family: 'ipv6' });
  const [head = '', tail] = short.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = new Array<string>(8 - left.length - right.length).fill('0');
  return Buffer.from([...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function publicKeyInfo(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

/** SHA-1 of the public key, which RFC 5280 section 4.2.1.2 proposes; it identifies and protects nothing. */
function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha1').update(publicKeyInfo(key).subarray(-POINT_BYTES)).digest();
}

function keyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
