/** A moment of each fuzz target of EMQX's home directories, with a new seed each time; a failure names its seed. */

import { describe, expect, it } from 'vitest';
import { fuzzTargets } from './emqx.fuzz.ts';

const seed = Date.now() % 1_000_000_000;

describe(`fuzzing of home directories of EMQX with seed ${seed}`, () => {
  it.each(Object.keys(fuzzTargets))('%s reads whatever there is', (name) => {
    expect(() => fuzzTargets[name]!(seed, 100)).not.toThrow();
  });
});
