import { describe, expect, it } from 'vitest';
import { canonicalAddress, isLoopback, normaliseAddress } from './address.ts';
import { type AddressRule, compileAddressRules, Networks } from './address-rules.ts';

const rules = (...lines: string[]): AddressRule[] =>
  lines.map((line) => {
    const [action, network] = line.split(' ') as ['allow' | 'deny', string];
    return { action, network };
  });

describe('address rules', () => {
  it('allow everybody when there are none', () => {
    expect(compileAddressRules([])('192.0.2.1')).toBe(true);
  });

  it.each([
    ['10.1.2.3', false],
    ['10.1.2.4', true],
    ['10.9.0.1', false],
    ['192.0.2.1', true],
    ['fd00::5', true],
    ['2001:db8::1', false],
    ['2001:db9::1', false],
    ['', false],
  ])('decide by the first that matches: %s', (address, allowed) => {
    const decide = compileAddressRules(
      rules('deny 10.1.2.3', 'allow 10.1.0.0/16', 'deny 10.0.0.0/8', 'allow 0.0.0.0/0', 'allow fd00::/8', 'deny all'),
    );
    expect(decide(address)).toBe(allowed);
  });

  it('allow what no rule speaks of', () => {
    expect(compileAddressRules(rules('deny 10.0.0.0/8'))('192.0.2.1')).toBe(true);
    expect(compileAddressRules(rules('deny 0.0.0.0/0'))('::1')).toBe(true);
  });

  it('take a mapped network for the IPv4 network that it is', () => {
    const networks = new Networks(['::ffff:10.0.0.0/104']);
    expect(networks.has('10.200.0.1')).toBe(true);
    expect(networks.has('11.0.0.1')).toBe(false);
  });

  it.each([
    '',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '::/129',
    'example.org',
    '10.0.0.0/x',
    '::ffff:1.2.3.4/8',
  ])('refuse the network %j', (network) => {
    expect(() => new Networks([network])).toThrow(/cannot be used/);
  });
});

describe('addresses', () => {
  it.each([
    [undefined, ''],
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['2001:db8::1', '2001:db8::1'],
  ])('are normalised: %s', (address, normal) => {
    expect(normaliseAddress(address)).toBe(normal);
  });

  it.each([
    ['2001:0DB8:0:0::1', '2001:db8::1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['192.0.2.1', '192.0.2.1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['localhost', undefined],
    ['192.0.2.01', undefined],
  ])('have one shortest spelling: %s', (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });

  it.each([
    ['localhost', true],
    ['127.8.9.1', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['*', false],
    ['0.0.0.0', false],
    ['::', false],
    ['127.example.org', false],
    ['192.0.2.1', false],
  ])('are loopback or not: %s', (host, loopback) => {
    expect(isLoopback(host)).toBe(loopback);
  });
});
