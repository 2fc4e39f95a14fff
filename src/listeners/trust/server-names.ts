/** Several certificates on one listener: the one that fits the server name which a client asks for (SNI) is shown. */

import { X509Certificate } from 'node:crypto';
import type { SecureContext } from 'node:tls';

/** A certificate with its chain, and its key, in PEM. */
export interface CertifiedKey {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  readonly passphrase?: string | undefined;
}

export class ServerNames {
  readonly #known: readonly { readonly certificate: X509Certificate; readonly context: SecureContext }[];

  /** Throws what `makeContext` and a certificate that cannot be read throw. */
  constructor(pairs: readonly CertifiedKey[], makeContext: (pair: CertifiedKey) => SecureContext) {
    this.#known = pairs.map((pair) => ({ certificate: new X509Certificate(pair.cert), context: makeContext(pair) }));
  }

  /** Undefined when none fits, and the listener's first certificate is shown. A name in full wins over a wildcard. */
  find(name: string): SecureContext | undefined {
    const fits = (wildcards: boolean): SecureContext | undefined =>
      this.#known.find(({ certificate }) => certificate.checkHost(name, { wildcards }) !== undefined)?.context;
    return fits(false) ?? fits(true);
  }
}
