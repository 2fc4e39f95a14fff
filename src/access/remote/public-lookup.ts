/** Resolution of names that gives no private address, at the moment of connecting, so that a name cannot change after it was checked. */

import { type LookupAddress, lookup } from 'node:dns';
import { isIP } from 'node:net';
import { isPrivateAddress } from './private-addresses.ts';

/** The code of the error that a private address makes. */
export const PRIVATE_ADDRESS = 'PRIVATE_ADDRESS';

/** For `net.connect`. One private address among several is enough to refuse the name. */
export function publicLookup(
  host: string,
  options: { readonly all?: boolean | undefined; readonly family?: number | string | undefined },
  callback: (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void,
): void {
  lookup(host, { all: true }, (error, addresses) => {
    if (error !== null) return callback(error, []);
    if (addresses.length === 0 || addresses.some(({ address }) => isPrivateAddress(address))) {
      return callback(Object.assign(new TypeError(PRIVATE_ADDRESS), { code: PRIVATE_ADDRESS }), []);
    }
    if (options.all === true) return callback(null, addresses);
    callback(null, addresses[0]!.address, addresses[0]!.family);
  });
}

/** Whether a host is an address that needs no resolution, and is private. `localhost` is resolved like any name. */
export function isPrivateHost(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, '$1');
  return isIP(address) !== 0 && isPrivateAddress(address);
}
