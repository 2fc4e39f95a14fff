/** The certificates that the broker makes for itself: from the first start to their renewal. */

import type { Certificates } from './listeners/certificates.ts';
import type { Log } from './ports/log.ts';

/** Read or made when the first listener needs them. */
export class OwnCertificates {
  readonly #directory: string;
  readonly #log: Log;
  #certificates: Promise<Certificates> | undefined;

  constructor(directory: string, log: Log) {
    this.#directory = directory;
    this.#log = log;
  }

  get(): Promise<Certificates> {
    this.#certificates ??= this.#ensure();
    return this.#certificates;
  }

  /** The next `get` looks at the folder again. */
  forget(): void {
    this.#certificates = undefined;
  }

  /** Makes new ones when the present ones are about to end. False where nobody uses them. */
  async renewed(): Promise<boolean> {
    if (this.#certificates === undefined) return false;
    const certificates = await this.#ensure();
    this.#certificates = Promise.resolve(certificates);
    return certificates.made;
  }

  async #ensure(): Promise<Certificates> {
    const { ensureCertificates } = await import('./listeners/certificates.ts');
    return await ensureCertificates(this.#directory, Date.now(), this.#log);
  }
}
