import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { matches } from '../../src/topic/name.ts';

const topics = ['a', 'a/b', 'a/b/c', '/', '/a', 'a/', 'b', '$x/a', 'A', 'a//b'];
const filters = ['a', 'a/b', 'a/#', 'a/+', '+', '#', '/', '/+', '+/', '$x/#', '+/+/+'];

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.3.2-3] a subscriber gets exactly the topics that its filter matches`, async () => {
    const t = await testBroker();
    const publisher = await t.connect({ version });
    for (const filter of filters) {
      const receiver = await t.connect({ version });
      await receiver.subscribe(filter);
      for (const topic of topics) await publisher.publish(topic, topic);
      expect(receiver.takePublishes().map(({ topic }) => topic)).toEqual(
        topics.filter((topic) => matches(filter, topic)),
      );
    }
  });
}
