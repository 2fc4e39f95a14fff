/** Allow and deny rules by network, as a listener applies them: the first rule that matches decides. */

import { BlockList, isIP } from 'node:net';
import { canonicalAddress } from './address.ts';
import { ListenerError } from './error.ts';

export interface AddressRule {
  readonly action: 'allow' | 'deny';
  /** An address, a network such as `10.0.0.0/8` or `fd00::/8`, or `all`. */
  readonly network: string;
}

/** A list of networks that answers whether an address lies in one of them. */
export class Networks {
  readonly #all: boolean;
  readonly #list = new BlockList();

  /** Throws `ListenerError` when one of `networks` is none. */
  constructor(networks: readonly string[]) {
    this.#all = networks.includes('all');
    for (const network of networks) if (network !== 'all') this.#add(network);
  }

  /** @param address as `normaliseAddress` spells it; the empty address of a Unix socket lies only in `all` */
  has(address: string): boolean {
    if (this.#all) return true;
    const family = isIP(address);
    return family !== 0 && this.#list.check(address, family === 6 ? 'ipv6' : 'ipv4');
  }

  #add(network: string): void {
    const [text = '', bits, ...rest] = network.split('/');
    const address = canonicalAddress(text);
    if (address === undefined || rest.length > 0) throw refuse(network, 'it is not an IPv4 or IPv6 address');
    const v6 = isIP(address) === 6;
    const family = v6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) {
      this.#list.addAddress(address, family);
      return;
    }
    // A network of mapped addresses, ::ffff:10.0.0.0/104, counts its bits from the start of the IPv6 form.
    const mappedBits = !v6 && text.includes(':') ? 96 : 0;
    const prefix = /^\d{1,3}$/.test(bits) ? Number(bits) - mappedBits : -1;
    const most = v6 ? 128 : 32;
    if (prefix < 0 || prefix > most) throw refuse(network, `its prefix length must be 0 to ${most + mappedBits}`);
    this.#list.addSubnet(address, prefix, family);
  }
}

/** Compiles rules into a test. Without a match the address is allowed: end the list with `deny all` to turn it round. */
export function compileAddressRules(rules: readonly AddressRule[]): (address: string) => boolean {
  const compiled = rules.map((rule) => ({ allows: rule.action === 'allow', networks: new Networks([rule.network]) }));
  return (address) => compiled.find((rule) => rule.networks.has(address))?.allows ?? true;
}

function refuse(network: string, why: string): ListenerError {
  return new ListenerError(
    'BAD_SETTING',
    `The network '${network}' cannot be used: ${why}. Give one like 10.0.0.0/8, fd00::/8 or 'all'.`,
  );
}
