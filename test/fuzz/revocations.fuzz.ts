/** Random and mutated revocation lists: they are read, or refused with the reader's own error. */

import {
  bitString,
  boolean,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from '../../src/listeners/der.ts';
import { DerProblem } from '../../src/listeners/trust/der-reader.ts';
import { readRevocationList } from '../../src/listeners/trust/revocation-list.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';

const algorithm = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const serial = (value: number): Buffer => integer(Buffer.from([value]));

/** A list of two certificates with an extension of its own and one of an entry; its signature is none. */
const seed: Buffer = sequence(
  sequence(
    serial(1),
    algorithm,
    sequence(set(sequence(objectIdentifier('2.5.4.3'), utf8String('Test')))),
    time(Date.UTC(2024, 0, 1)),
    time(Date.UTC(2055, 0, 1)),
    sequence(
      sequence(serial(0x81), time(Date.UTC(2024, 0, 1))),
      sequence(
        serial(2),
        time(Date.UTC(2024, 0, 1)),
        sequence(sequence(objectIdentifier('2.5.29.21'), octetString(tagged(0x0a, Buffer.from([1]))))),
      ),
    ),
    tagged(0xa0, sequence(sequence(objectIdentifier('2.5.29.20'), boolean(false), octetString(serial(7))))),
  ),
  algorithm,
  bitString(Buffer.alloc(8)),
);

function check(bytes: Buffer): void {
  try {
    readRevocationList(bytes);
  } catch (cause) {
    if (cause instanceof DerProblem) return;
    throw Object.assign(new Error(`the reader failed for ${bytes.toString('hex')}`, { cause }), { input: bytes });
  }
}

function mutated(random: SeededRandom): Buffer {
  let bytes = Buffer.from(seed);
  for (let change = random.integer(5); change > 0; change--) {
    const at = random.integer(bytes.length);
    if (random.chance(0.6))
      bytes[at] = random.chance(0.5) ? random.integer(256) : bytes[at]! ^ (1 << random.integer(8));
    else
      bytes = Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(random.hex(random.integer(4)), 'hex'),
        bytes.subarray(at + random.integer(3)),
      ]);
  }
  return bytes;
}

/** Targets of `npm run fuzz`: each runs `iterations` inputs that `seed` decides, and throws when one of them fails. */
export const fuzzTargets: Record<string, (seed: number, iterations: number) => void> = {
  'revocation-list': (seedNumber, iterations) => {
    const { revoked } = readRevocationList(seed);
    if ([...revoked].join() !== '81,02') throw new Error(`the list itself reads as ${[...revoked].join()}`);
    const random = new SeededRandom(seedNumber);
    for (let i = 0; i < iterations; i++)
      check(random.chance(0.1) ? Buffer.from(random.hex(random.integer(60)), 'hex') : mutated(random));
  },
};
