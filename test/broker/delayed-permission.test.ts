/** What is published to $delayed needs two permissions; whatever becomes of the asking, the broker goes on. */

import { expect, test } from 'vitest';
import type { Permission } from '../../src/ports/access.ts';
import { testBroker } from '../../src/testing/index.ts';

type Script = 'allow' | 'deny' | 'fails' | 'allow late' | 'deny late' | 'fails late';
const scripts: readonly Script[] = ['allow', 'deny', 'fails', 'allow late', 'deny late', 'fails late'];

function answer(script: Script): Permission | Promise<Permission> {
  const [what, isLate] = script.split(' ');
  if (isLate === undefined) {
    if (what === 'fails') throw new RangeError('away');
    return what as Permission;
  }
  return Promise.resolve().then(() => {
    if (what === 'fails') throw new RangeError('away');
    return what as Permission;
  });
}

test.each(scripts.flatMap((topic) => scripts.map((whole) => [topic, whole] as const)))(
  'the topic: %s, the whole: %s',
  async (ofTopic, ofWhole) => {
    const t = await testBroker({
      access: {
        authorizers: [
          { name: 'x', authorize: (_client, { topic }) => answer(topic.startsWith('$delayed/') ? ofWhole : ofTopic) },
        ],
      },
    });
    const unheard: unknown[] = [];
    const note = (error: unknown): void => void unheard.push(error);
    process.on('unhandledRejection', note);
    try {
      const client = await t.connect();
      await client.publish('$delayed/5/a', 'x', { qos: 1 });
      await t.run();
      const isAllowed = ofTopic.startsWith('allow') && ofWhole.startsWith('allow');
      // Where nobody delays, nobody wants it.
      expect(client.take('puback')?.reasonCode).toBe(isAllowed ? 0x10 : 0x87);
      // A rejection that nobody hears of is told once the turn is over.
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(unheard).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  },
);
