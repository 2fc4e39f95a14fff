/** A plugin in a thread of its own as operators see it. */

import type { ShownPlugin } from '../../src/ports/plugin-administration.ts';

export const shout: ShownPlugin = {
  name: 'shout',
  description: '',
  kind: 'file',
  type: 'feature',
  state: 'running',
  isolated: true,
  restarts: 2,
  memoryBytes: 5,
  hooks: [{ hook: 'message.publish', calls: 9, failures: 4 }],
};
