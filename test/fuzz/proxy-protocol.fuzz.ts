/**
 * Random and mutated PROXY protocol headers. Whatever the bytes are, the parser answers with a header that lies within
 * them, asks for more, or refuses with its own error; and what it answers for a prefix never contradicts the whole.
 */

import { isIP } from 'node:net';
import {
  ProxyHeaderError,
  parseProxyHeader,
  proxyV1BytesMax,
  proxyV2BytesMax,
} from '../../src/listeners/proxy/proxy-protocol.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';

const seeds: readonly Buffer[] = [
  'PROXY TCP4 192.0.2.1 10.0.0.1 49153 1883\r\n',
  'PROXY TCP6 2001:db8::1 ::ffff:10.0.0.1 1 65535\r\n',
  'PROXY UNKNOWN\r\n',
]
  .map((text) => Buffer.from(text, 'latin1'))
  .concat(
    [
      '2111000cc00002010a000001c001075b',
      '2121002420010db8000000000000000000000001000000000000000000000000000000010001ffff',
      '20000000',
      '2111001dc00002010a000001c001075b20000e070000000022000670756d702d37',
      '21110015c00002010a000001c001075b0300040000000004000201',
    ].map((hex) => Buffer.from(`0d0a0d0a000d0a515549540a${hex}`, 'hex')),
  );

type Answer = { kind: 'header'; bytes: number } | { kind: 'more' } | { kind: 'refused' };

function answerTo(bytes: Buffer): Answer {
  try {
    const header = parseProxyHeader(bytes);
    if (header === undefined) return { kind: 'more' };
    const { addresses } = header;
    if (header.bytes < 1 || header.bytes > bytes.length) throw new Error(`the header has ${header.bytes} bytes`);
    if (addresses !== undefined && (isIP(addresses.address) === 0 || isIP(addresses.localAddress) === 0)) {
      throw new Error(`an address is none: ${JSON.stringify(addresses)}`);
    }
    return { kind: 'header', bytes: header.bytes };
  } catch (error) {
    if (error instanceof ProxyHeaderError) return { kind: 'refused' };
    throw new Error(`the parser failed for ${bytes.toString('hex')}`, { cause: error });
  }
}

function check(bytes: Buffer, random: SeededRandom): void {
  const whole = answerTo(bytes);
  if (whole.kind === 'more' && bytes.length >= Math.max(proxyV1BytesMax, proxyV2BytesMax)) {
    throw new Error(`the parser waits for more than ${bytes.length} bytes: ${bytes.toString('hex')}`);
  }
  const part = answerTo(bytes.subarray(0, random.integer(bytes.length + 1)));
  const contradicts =
    (part.kind === 'refused' && whole.kind !== 'refused') ||
    (part.kind === 'header' && !(whole.kind === 'header' && whole.bytes === part.bytes)) ||
    (whole.kind === 'more' && part.kind !== 'more');
  if (contradicts) throw new Error(`a prefix contradicts the whole: ${bytes.toString('hex')}`);
}

function mutated(seed: Buffer, random: SeededRandom): Buffer {
  let bytes = Buffer.from(seed);
  for (let change = random.integer(6); change > 0; change--) {
    const at = random.integer(bytes.length + 1);
    const cut = random.chance(0.3) ? random.integer(8) : random.integer(2);
    const added = Buffer.from(random.hex(random.integer(random.chance(0.05) ? 5_000 : 4)), 'hex');
    bytes = Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + cut)]);
  }
  return bytes;
}

function fuzzMutated(seed: number, iterations: number): void {
  const random = new SeededRandom(seed);
  for (let i = 0; i < iterations; i++) check(mutated(random.pick(seeds), random), random);
}

/** Behind a valid signature, so that random bytes get anywhere at all. */
function fuzzRandom(seed: number, iterations: number): void {
  const random = new SeededRandom(seed);
  for (let i = 0; i < iterations; i++) {
    const noise = Buffer.from(random.hex(random.integer(120)), 'hex');
    const prefix = random.pick(seeds).subarray(0, random.integer(17));
    check(Buffer.concat([prefix, noise]), random);
  }
}

/** Targets of `npm run fuzz`: each runs `iterations` inputs that `seed` decides, and throws when one of them fails. */
export const fuzzTargets: Record<string, (seed: number, iterations: number) => void> = {
  'proxy-mutated': fuzzMutated,
  'proxy-random': fuzzRandom,
};
