/**
 * Unpredictable numbers from the operating system. A seeded simulation brings its own in its place.
 */

import { randomBytes, randomInt } from 'node:crypto';

export class SystemRandom {
  /** Lower-case hexadecimal, two characters for each byte. */
  hex(bytes: number): string {
    return randomBytes(bytes).toString('hex');
  }

  /** An integer from 0 to `below` - 1, all equally likely; `below` is from 1 to 2^48 - 1. */
  integer(below: number): number {
    return randomInt(below);
  }
}
