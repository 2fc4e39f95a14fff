import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';

const rows: readonly [title: string, filter: string, matching: readonly string[], others: readonly string[]][] = [
  ['[MQTT-4.7.1-1] a/# matches a and everything below it', 'a/#', ['a', 'a/', 'a/b', 'a/b/c'], ['b', 'ab', '/a', 'A']],
  ['[MQTT-4.7.1-1] # matches every topic', '#', ['a', '/', 'a/b', '/a//b'], ['$a', '$SYS']],
  ['[MQTT-4.7.1-2] + fills one level at any position', 'a/+/c', ['a/b/c', 'a//c', 'a/$b/c'], ['a/c', 'a/b/b/c', 'a/b']],
  ['[MQTT-4.7.1-2] + alone is one level', '+', ['a', 'é'], ['/a', 'a/', 'a/b']],
  ['[MQTT-4.7.1-2] /+ and +/+ see empty levels', '+/+', ['/', '/a', 'a/'], ['a', '//']],
  ['[MQTT-4.7.1-2] + and # together', '+/b/#', ['a/b', '/b', 'a/b/c'], ['a/c', 'b']],
  ['[MQTT-4.7.2-1] $ topics are reached by naming them', '$x/#', ['$x', '$x/a'], ['x', '$y/a']],
  ['[MQTT-4.7.2-1] +/a does not match $x/a', '+/a', ['x/a', '/a'], ['$x/a']],
  ['[MQTT-4.7.2-1] # does not match $x', '#', ['x'], ['$x', '$x/a', '$']],
  ['[MQTT-4.7.2-1] a $ in a later level is a character', 'a/+', ['a/$x'], ['$x/a']],
  ['an empty level is a level', 'a//b', ['a//b'], ['a/b', 'a///b', '/a//b']],
  ['a slash at either end counts', '/a', ['/a'], ['a', 'a/', '//a']],
  ['case and spaces count', 'A b', ['A b'], ['a b', 'A  b', 'A b ', 'Ab']],
  ['[MQTT-4.7.3-4] composed and decomposed characters differ', '\u00e9', ['\u00e9'], ['e\u0301', 'E\u0301', 'e']],
  ['[MQTT-4.7.3-4] compatibility characters differ', '\ufb01\u212b', ['\ufb01\u212b'], ['fi\u00c5', 'fi\u212b']],
  [
    '[MQTT-4.7.3-4] U+FEFF and characters outside the first plane are kept',
    '\ufeff\u{1f426}',
    ['\ufeff\u{1f426}'],
    ['\u{1f426}'],
  ],
];

for (const version of [3, 4, 5] as const) {
  for (const [title, filter, matching, others] of rows) {
    test(`v${version} ${title}, live and retained`, async () => {
      const t = await testBroker();
      const client = await t.connect({ version });
      await client.subscribe(filter);
      for (const topic of [...matching, ...others]) {
        await t.broker.publish({ topic, payload: 'x', retain: true });
      }
      await t.run();
      expect(client.takePublishes().map(({ topic }) => topic)).toEqual(matching);
      await client.subscribe(filter);
      expect(
        client
          .takePublishes()
          .map(({ topic }) => topic)
          .sort(),
      ).toEqual(matching.toSorted());
    });
  }

  test(`v${version} [MQTT-4.7.3-3] a filter of 65,535 bytes is taken`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version });
    const topic = 'x'.repeat(65_535);
    expect((await client.subscribe(topic))?.reasonCodes).toEqual([0]);
    await client.publish(topic, 'x');
    expect(client.takePublishes()).toHaveLength(1);
    expect(await client.unsubscribe(topic)).toBeDefined();
    expect(t.broker.gauges.subscriptions).toBe(0);
  });
}
