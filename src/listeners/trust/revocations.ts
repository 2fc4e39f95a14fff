/**
 * Which client certificates have been revoked. Node's own check wants a list of every authority in a chain and refuses
 * everybody when one is missing; here the client's own certificate is looked up in the list of who signed it, as
 * Mosquitto does. Without a valid list of that authority nobody knows, and the client is refused.
 */

import type { X509Certificate } from 'node:crypto';
import { DerProblem } from './der-reader.ts';
import { certificatesIn } from './pem.ts';
import { namesOf, type RevocationList, readRevocationList } from './revocation-list.ts';

/** The lists cannot be used. The message follows the name of the file or option. */
export class RevocationProblem extends Error {
  override readonly name = 'RevocationProblem';
}

interface SignedList extends RevocationList {
  readonly authority: X509Certificate;
}

const LIST = /-----BEGIN X509 CRL-----([^-]*)-----END X509 CRL-----/g;

export class Revocations {
  readonly #lists: readonly SignedList[];

  /**
   * @param lists PEM texts with one or more lists each
   * @param authorities PEM texts of the certificates that sign clients, and so the lists
   * @throws RevocationProblem
   */
  constructor(lists: readonly string[], authorities: readonly string[]) {
    const found = lists.flatMap((text) => [...text.matchAll(LIST)].map((match) => match[1]!));
    if (found.length === 0) throw new RevocationProblem('it holds no revocation list in PEM (BEGIN X509 CRL)');
    const signers = authorities
      .flatMap(certificatesIn)
      .map((certificate) => ({ certificate, subject: namesOf(certificate).subject }));
    this.#lists = found.map((base64, index) => {
      const list = readList(base64, index);
      const signer = signers.find(
        ({ certificate, subject }) => subject === list.issuer && list.isSignedBy(certificate.publicKey),
      );
      if (signer !== undefined) return { ...list, authority: signer.certificate };
      throw new RevocationProblem(
        `list ${index + 1} is signed by none of the authorities of clients; give the certificate of who signed it as well`,
      );
    });
  }

  /** Why a certificate must be refused; undefined when it is good. */
  problemOf(certificate: X509Certificate, nowMs: number): string | undefined {
    const { issuer, serial } = namesOf(certificate);
    const named = this.#lists.filter((list) => list.issuer === issuer);
    // An authority that has changed its key has the same name twice.
    const keys = new Set(named.map(({ authority }) => authority.fingerprint256));
    const lists = keys.size < 2 ? named : named.filter(({ authority }) => certificate.verify(authority.publicKey));
    if (lists.length === 0) return 'there is no revocation list of the authority that signed its certificate';
    if (lists.some(({ revoked }) => revoked.has(serial))) return 'its certificate has been revoked';
    const fresh = lists.some(
      ({ thisUpdateMs, nextUpdateMs = Infinity }) => thisUpdateMs <= nowMs && nowMs < nextUpdateMs,
    );
    return fresh
      ? undefined
      : 'the revocation list of the authority that signed its certificate has expired, or is not valid yet';
  }
}

function readList(base64: string, index: number): RevocationList {
  try {
    return readRevocationList(Buffer.from(base64, 'base64'));
  } catch (error) {
    if (error instanceof DerProblem) throw new RevocationProblem(`list ${index + 1} cannot be used: ${error.message}`);
    throw error;
  }
}
