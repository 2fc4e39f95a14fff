/** A moment of the fuzz target of mosquitto.conf, with a new seed each time; a failure names its seed. */

import { describe, expect, it } from 'vitest';
import { fuzzTargets } from './mosquitto-conf.fuzz.ts';

const seed = Date.now() % 1_000_000_000;

describe(`fuzzing of mosquitto.conf with seed ${seed}`, () => {
  it.each(Object.keys(fuzzTargets))('%s always gives a reading', (name) => {
    expect(() => fuzzTargets[name]!(seed, 1000)).not.toThrow();
  });
});
