/** Certificates in PEM texts. */

import { X509Certificate } from 'node:crypto';

const CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;
const BEGINNING = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/**
 * All certificates of a text, which may have other things between them. Throws when one of them cannot be read, since
 * OpenSSL would leave it out without a word.
 */
export function certificatesIn(text: string): X509Certificate[] {
  const found = text.match(CERTIFICATE) ?? [];
  const begun = text.match(BEGINNING) ?? [];
  // The message of the parser says what is wrong with the one that was begun and not ended.
  return (found.length === begun.length ? found : begun).map((pem) => new X509Certificate(pem));
}
