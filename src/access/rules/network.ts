/** Networks as permissions name them: `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`. */

import { BlockList, isIP } from 'node:net';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** One network. Make it by `parseNetwork`. */
export class Network {
  /** As it was written. */
  readonly text: string;
  readonly #list: BlockList;

  constructor(text: string, list: BlockList) {
    this.text = text;
    this.#list = list;
  }

  /** @param address numeric; the empty address of a Unix socket lies in no network */
  has(address: string): boolean {
    const plain = MAPPED.exec(address)?.[1] ?? address;
    const family = isIP(plain);
    return family !== 0 && this.#list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  }
}

/** An address is the network of that address alone. Bits beyond the prefix do not matter. */
export function parseNetwork(text: string): Network | { readonly problem: string } {
  const [written = '', bits, ...rest] = text.split('/');
  const mapped = MAPPED.exec(written)?.[1];
  const address = mapped ?? written;
  const family = isIP(address);
  if (family === 0 || address.includes('%') || rest.length > 0) {
    return { problem: 'it is no address such as 10.0.0.1 and no range such as 10.0.0.0/8' };
  }
  const list = new BlockList();
  if (bits === undefined) {
    list.addAddress(address, family === 6 ? 'ipv6' : 'ipv4');
    return new Network(text, list);
  }
  // A range of mapped addresses, ::ffff:10.0.0.0/104, counts its bits from the start of the IPv6 form.
  const mappedBits = mapped === undefined ? 0 : 96;
  const prefix = /^\d{1,3}$/.test(bits) ? Number(bits) - mappedBits : -1;
  const most = family === 6 ? 128 : 32;
  if (prefix < 0 || prefix > most) {
    return {
      problem: `the bits of a range are ${mappedBits} to ${most + mappedBits}; got ${bits === '' ? 'none' : bits}`,
    };
  }
  list.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4');
  return new Network(text, list);
}
