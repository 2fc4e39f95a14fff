import { describe, expect, it } from 'vitest';
import { Network, parseNetwork } from './network.ts';

function has(network: string, address: string): boolean {
  const parsed = parseNetwork(network);
  return parsed instanceof Network && parsed.has(address);
}

describe('a network', () => {
  it.each([
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '10.1.2.4', false],
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.9.9.9/8', '10.0.0.1', true],
    ['0.0.0.0/0', '203.0.113.1', true],
    ['0.0.0.0/0', '::1', false],
    ['10.1.2.3/32', '10.1.2.3', true],
    ['::1', '::1', true],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['fd00::/8', 'fd12:3456::1', true],
    ['fd00::/8', 'fe80::1', false],
    ['10.0.0.0/8', '::ffff:10.1.1.1', true],
    ['::ffff:10.0.0.0/104', '10.1.1.1', true],
    ['::ffff:10.1.1.1', '10.1.1.1', true],
    ['10.0.0.0/8', '', false],
    ['0.0.0.0/0', '', false],
    ['::/0', 'not an address', false],
  ])('%s has %s: %s', (network, address, expected) => {
    expect(has(network, address)).toBe(expected);
  });

  it.each([
    '',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'fd00::/129',
    'localhost',
    'all',
    '::ffff:10.0.0.0/90',
    ' 10.0.0.1',
    'fe80::1%eth0',
    '010.0.0.1',
  ])('cannot be %j', (text) => {
    expect(parseNetwork(text)).toHaveProperty('problem');
  });
});
