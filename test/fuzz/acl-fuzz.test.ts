/** A moment of each fuzz target of the files of permissions, with a new seed each time; a failure names its seed. */

import { describe, expect, it } from 'vitest';
import { fuzzTargets } from './acl.fuzz.ts';

const seed = Date.now() % 1_000_000_000;

describe(`fuzzing of permission files with seed ${seed}`, () => {
  it.each(Object.keys(fuzzTargets))('%s says what is wrong, and never fails otherwise', (name) => {
    expect(() => fuzzTargets[name]!(seed, 3000)).not.toThrow();
  });
});
