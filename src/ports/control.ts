/**
 * The seam of commands that clients give by publishing to a topic below `$CONTROL`: who may publish there may command.
 * The message itself goes to no subscriber, and the answer is published on a topic of its own.
 */

import type { Bytes } from '../packet/types.ts';

export interface Control {
  /** Where commands are published. */
  readonly topic: string;
  readonly responseTopic: string;
  /** Never rejects: what is wrong is said in the answer. */
  handle(payload: Bytes): Promise<ControlAnswer>;
}

export interface ControlAnswer {
  readonly text: string;
  /** User names whose connections end once the answer is published; undefined stands for clients without one. */
  readonly endsConnectionsOf: readonly (string | undefined)[];
}
