/** A few seconds of each packet fuzz target, with a new seed each time; a failure names its seed. */

import { describe, expect, it } from 'vitest';
import { fuzzTargets } from './packet.fuzz.ts';

const seed = Date.now() % 1_000_000_000;

describe(`packet fuzzing with seed ${seed}`, () => {
  it.each(Object.keys(fuzzTargets))('%s lets nothing but a ProtocolError escape', (name) => {
    expect(() => fuzzTargets[name]!(seed, 1500)).not.toThrow();
  });
});
