import { describe, expect, it } from 'vitest';
import { ProxyHeaderError, parseProxyHeader, proxyV1BytesMax } from './proxy-protocol.ts';

const v1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const SIGNATURE = '0d0a0d0a000d0a515549540a';
const v2 = (hex: string): Buffer => Buffer.from(SIGNATURE + hex.replace(/\s/g, ''), 'hex');
const V4_BLOCK = 'c0000201 0a000001 c001 075b';

const accepted: [name: string, bytes: Buffer, told: unknown][] = [
  [
    'version 1 over IPv4',
    v1('PROXY TCP4 192.0.2.1 10.0.0.1 49153 1883\r\n'),
    { address: '192.0.2.1', port: 49153, localAddress: '10.0.0.1', localPort: 1883 },
  ],
  [
    'version 1 over IPv6',
    v1('PROXY TCP6 2001:DB8:0::1 ::ffff:10.0.0.1 1 65535\r\n'),
    { address: '2001:db8::1', port: 1, localAddress: '10.0.0.1', localPort: 65535 },
  ],
  ['version 1 without addresses', v1('PROXY UNKNOWN\r\n'), undefined],
  ['version 1 with addresses that do not count', v1('PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n'), undefined],
  [
    'version 2 over IPv4',
    v2(`21 11 000c ${V4_BLOCK}`),
    { address: '192.0.2.1', port: 49153, localAddress: '10.0.0.1', localPort: 1883 },
  ],
  [
    'version 2 over IPv6',
    v2('21 21 0024 20010db8000000000000000000000001 00000000000000000000ffff0a000001 0001 ffff'),
    { address: '2001:db8::1', port: 1, localAddress: '10.0.0.1', localPort: 65535 },
  ],
  ['a health check of version 2', v2('20 00 0000'), undefined],
  ['a health check of version 2 with a block that does not count', v2('20 ff 0003 010203'), undefined],
  ['version 2 of an unspecified family', v2('21 00 0000'), undefined],
  ['version 2 of a Unix socket', v2(`21 31 00d8 ${'61'.repeat(216)}`), undefined],
];

const refused: [name: string, bytes: Buffer][] = [
  ['an MQTT packet', Buffer.from('101a00044d515454', 'hex')],
  ['a version 1 header without CR', v1('PROXY TCP4 192.0.2.1 10.0.0.1 1 2\n')],
  ['a version 1 header with an unknown family', v1('PROXY UDP4 192.0.2.1 10.0.0.1 1 2\r\n')],
  ['a version 1 header with an address of the other family', v1('PROXY TCP4 ::1 10.0.0.1 1 2\r\n')],
  ['a version 1 header with a zone', v1('PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n')],
  ['a version 1 header with a port too high', v1('PROXY TCP4 192.0.2.1 10.0.0.1 65536 2\r\n')],
  ['a version 1 header with a port that is no number', v1('PROXY TCP4 192.0.2.1 10.0.0.1 1e3 2\r\n')],
  ['a version 1 header with too few parts', v1('PROXY TCP4 192.0.2.1 10.0.0.1 1\r\n')],
  ['a version 1 header with too many parts', v1('PROXY TCP4 192.0.2.1 10.0.0.1 1 2 3\r\n')],
  ['a version 1 header without end', v1(`PROXY TCP4 ${'1'.repeat(proxyV1BytesMax)}`)],
  ['a version 1 header that ends too late', v1(`PROXY UNKNOWN ${' '.repeat(proxyV1BytesMax)}\r\n`)],
  ['a version 2 header of version 1', v2(`11 11 000c ${V4_BLOCK}`)],
  ['a version 2 header with an unknown command', v2(`22 11 000c ${V4_BLOCK}`)],
  ['a version 2 header of a datagram', v2(`21 12 000c ${V4_BLOCK}`)],
  ['a version 2 header that is too long', v2('21 11 ffff')],
  ['a version 2 header shorter than its addresses', v2('21 11 0004 c0000201')],
  ['a version 2 header with a record cut short', v2(`21 11 000e ${V4_BLOCK} 2000`)],
  ['a version 2 header with a record that exceeds it', v2(`21 11 000f ${V4_BLOCK} 200005`)],
  ['a version 2 header with an SSL record too short', v2(`21 11 0010 ${V4_BLOCK} 200001 07`)],
];

function withCommonName(flags: string, verify: string): Buffer {
  return v2(`21 11 001d ${V4_BLOCK} 20 000e ${flags} ${verify} 22 0006 ${Buffer.from('pump-7').toString('hex')}`);
}

describe('parseProxyHeader', () => {
  it.each(accepted)('reads %s', (_name, bytes, told) => {
    const header = parseProxyHeader(Buffer.concat([bytes, Buffer.from('rest')]));
    expect(header).toEqual({ bytes: bytes.length, addresses: told, certificateCommonName: undefined });
  });

  it.each(accepted)('asks for more at every byte of %s', (_name, bytes) => {
    for (let length = 0; length < bytes.length; length++) {
      expect(parseProxyHeader(bytes.subarray(0, length))).toBeUndefined();
    }
  });

  it.each(refused)('refuses %s', (_name, bytes) => {
    expect(() => parseProxyHeader(bytes)).toThrow(ProxyHeaderError);
  });

  it('refuses at the first byte that is none of a header', () => {
    expect(() => parseProxyHeader(Buffer.from('Q'))).toThrow(ProxyHeaderError);
    expect(() => parseProxyHeader(Buffer.from('PROXZ'))).toThrow(ProxyHeaderError);
  });

  it('tells the Common Name of a certificate that the proxy has verified', () => {
    expect(parseProxyHeader(withCommonName('07', '00000000'))?.certificateCommonName).toBe('pump-7');
  });

  it('tells no Common Name of a certificate that failed or was not given', () => {
    expect(parseProxyHeader(withCommonName('07', '00000001'))?.certificateCommonName).toBeUndefined();
    expect(parseProxyHeader(withCommonName('01', '00000000'))?.certificateCommonName).toBeUndefined();
  });
});
