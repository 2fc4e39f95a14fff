import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, parseAddress, parseRange } from './address-range.ts';

const ipv4 = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 });
const ipv6 = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });

describe('addresses', () => {
  it('are numbers', () => {
    expect(parseAddress('10.0.0.1')).toEqual({ family: 4, value: 0x0a000001n });
    expect(parseAddress('::1')).toEqual({ family: 6, value: 1n });
    expect(parseAddress('fd00::')).toEqual({ family: 6, value: 0xfd00n << 112n });
    expect(parseAddress('1:2:3:4:5:6:7:8')).toEqual({ family: 6, value: 0x00010002000300040005000600070008n });
  });

  it('of IPv4 are the same in both forms', () => {
    for (const text of ['::ffff:10.0.0.1', '::FFFF:0a00:1', '0:0:0:0:0:ffff:10.0.0.1']) {
      expect(parseAddress(text)).toEqual(parseAddress('10.0.0.1'));
    }
  });

  it('are none of these', () => {
    const wrong = [
      '',
      'localhost',
      '10.0.0',
      '10.0.0.256',
      '010.0.0.1',
      '10.0.0.1.2',
      '1.2.3.4 ',
      ' 1.2.3.4',
      '0x7f.0.0.1',
    ];
    wrong.push(
      ':',
      ':::',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      'g::',
      '12345::',
      '1.2.3.4::',
      'fe80::1%eth0',
    );
    wrong.push('1:2:3:4:5:6:7::8', '::1.2.3', '-1.0.0.0', '1e1.0.0.0', '__proto__');
    expect(wrong.filter((text) => parseAddress(text) !== undefined)).toEqual([]);
  });

  it('come back from every way to write them', () => {
    fc.assert(
      fc.property(ipv6, (groups) => {
        const value = groups.reduce((all, group) => (all << 16n) | BigInt(group), 0n);
        fc.pre(value >> 32n !== 0xffffn);
        const full = groups.map((group) => group.toString(16)).join(':');
        const padded = groups.map((group) => group.toString(16).padStart(4, '0').toUpperCase()).join(':');
        expect(parseAddress(full)).toEqual({ family: 6, value });
        expect(parseAddress(padded)).toEqual({ family: 6, value });
        const short = full.replace(/(^|:)0(:0)+(:|$)/, '::');
        expect(parseAddress(short)).toEqual({ family: 6, value });
      }),
    );
  });
});

describe('ranges', () => {
  it('are those of the address alone without bits', () => {
    expect(parseRange('10.0.0.1')).toMatchObject({ bits: 32 });
    expect(parseRange('::1')).toMatchObject({ bits: 128 });
  });

  it('ignore bits beyond those that count', () => {
    expect(parseRange('10.1.2.3/8')).toEqual(parseRange('10.0.0.0/8'));
    expect(parseRange('fd12::9/8')).toEqual(parseRange('fd00::/8'));
    expect(parseRange('1.2.3.4/0')).toEqual({ family: 4, first: 0n, bits: 0 });
  });

  it('of mapped addresses count from the beginning of the IPv6 form', () => {
    expect(parseRange('::ffff:10.0.0.0/104')).toEqual(parseRange('10.0.0.0/8'));
    expect(parseRange('::ffff:10.0.0.0/8')).toBeUndefined();
  });

  it('are none of these', () => {
    const wrong = [
      '10.0.0.0/33',
      '10.0.0.0/-1',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '10.0.0.0/8 ',
      '/8',
      '::/129',
      '10.0.0.0/1e1',
      'a/b',
    ];
    expect(wrong.filter((text) => parseRange(text) !== undefined)).toEqual([]);
  });

  it('hold just the addresses that begin as they do', () => {
    fc.assert(
      fc.property(ipv4, ipv4, fc.integer({ min: 0, max: 32 }), (a, b, bits) => {
        const range = parseRange(`${a.join('.')}/${bits}`)!;
        const address = parseAddress(b.join('.'))!;
        const binary = (parts: readonly number[]) => parts.map((part) => part.toString(2).padStart(8, '0')).join('');
        expect(cut(address.value, 32, range.bits) === range.first).toBe(
          binary(a).slice(0, bits) === binary(b).slice(0, bits),
        );
      }),
    );
  });
});
