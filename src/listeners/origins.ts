/**
 * Which web pages may connect. A browser lets the script of any page open a WebSocket to any address, this machine's
 * loopback included, so a listener that trusts whoever is on this machine must look where the page came from.
 */

/** Hosts whose pages are this machine's own, on whatever port. */
const LOCAL_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

export class Origins {
  readonly #any: boolean;
  readonly #local: boolean;
  readonly #listed: ReadonlySet<string>;

  /** @param origins origins to compare exactly; `*` for any; `local` for pages that this machine serves */
  constructor(origins: readonly string[]) {
    this.#any = origins.includes('*');
    this.#local = origins.includes('local');
    this.#listed = new Set(origins);
  }

  /** A request without Origin does not come from a browser, and whoever is no browser can claim any origin. */
  allow(origin: string | undefined): boolean {
    if (origin === undefined || this.#any || this.#listed.has(origin)) return true;
    return this.#local && isLocal(origin);
  }
}

function isLocal(origin: string): boolean {
  return URL.canParse(origin) && LOCAL_HOSTS.has(new URL(origin).hostname);
}
