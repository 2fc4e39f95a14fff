/** Addresses that are not of the public Internet: this machine, its networks, and what clouds keep for themselves. */

import { BlockList, isIP } from 'node:net';

const list = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  list.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [
  ['::', 128],
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  list.addSubnet(network, bits, 'ipv6');
}

/** Forms of IPv6 that carry an IPv4 address: mapped, compatible, NAT64, 6to4 and Teredo. All count as private. */
const carriers = new BlockList();
carriers.addSubnet('::', 96, 'ipv6');
carriers.addSubnet('::ffff:0:0', 96, 'ipv6');
carriers.addSubnet('64:ff9b::', 96, 'ipv6');
carriers.addSubnet('64:ff9b:1::', 48, 'ipv6');
carriers.addSubnet('2001::', 32, 'ipv6');
carriers.addSubnet('2002::', 16, 'ipv6');

/** True for everything that is not clearly public, also for what is no address. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return list.check(address, 'ipv4');
  return family === 0 || list.check(address, 'ipv6') || carriers.check(address, 'ipv6');
}
