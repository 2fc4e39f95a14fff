/** All packet vectors. */

import { ackVectors } from './acks.ts';
import { connackVectors } from './connack.ts';
import { connectVectors } from './connect.ts';
import { endingVectors } from './ending.ts';
import { publishVectors } from './publish.ts';
import { subscribeVectors } from './subscribe.ts';
import type { Vector } from './vector.ts';

export const allVectors: readonly Vector[] = [
  ...connectVectors,
  ...connackVectors,
  ...publishVectors,
  ...ackVectors,
  ...subscribeVectors,
  ...endingVectors,
];
