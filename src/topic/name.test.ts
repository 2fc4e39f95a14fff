import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { referenceMatches, someFilter, someTopic } from '../../test/arbitraries/topics.ts';
import { countLevels, isWildcard, matches, TOPIC_BYTES_MAX, topicFilterProblem, topicNameProblem } from './name.ts';

const LEVELS_MAX = 32_768;
const deepest = '/'.repeat(LEVELS_MAX - 1);

describe('topic names', () => {
  test('[MQTT-4.7.3-1] an empty topic name or filter is refused', () => {
    expect(topicNameProblem('')).toContain('empty');
    expect(topicFilterProblem('')).toContain('empty');
  });

  test('[MQTT-4.7.3-2] U+0000 is refused in topic names and filters', () => {
    for (const text of ['\0', 'a\0', 'a/\0/b']) {
      expect(topicNameProblem(text)).toContain('U+0000');
      expect(topicFilterProblem(text)).toContain('U+0000');
    }
  });

  test('[MQTT-4.7.3-3] more than 65,535 bytes of UTF-8 are refused in topic names and filters', () => {
    const longest = ['a'.repeat(TOPIC_BYTES_MAX), 'é'.repeat(32_767), '€'.repeat(21_845), '😀'.repeat(16_383)];
    const tooLong = ['a'.repeat(TOPIC_BYTES_MAX + 1), 'é'.repeat(32_768), '€'.repeat(21_846), '😀'.repeat(16_384)];
    for (const text of longest) {
      expect(topicNameProblem(text)).toBeUndefined();
      expect(topicFilterProblem(text)).toBeUndefined();
    }
    for (const text of tooLong) {
      expect(topicNameProblem(text)).toContain('the limit is 65535');
      expect(topicFilterProblem(text)).toContain('the limit is 65535');
    }
  });

  test('[MQTT-4.7.0-1] [MQTT-4.7.1-1@3.1.1] a topic name with a wildcard is refused', () => {
    for (const topic of ['#', '+', 'a/#', 'a/+/b', 'a+', 'a#b']) expect(topicNameProblem(topic)).toContain('wildcard');
  });

  test('anything else is a topic name', () => {
    for (const topic of ['/', '//', ' ', 'a b', '$', '$SYS/x', 'a/', '/a', 'ü/😀', '\u0001', '\ufeff', deepest]) {
      expect(topicNameProblem(topic)).toBeUndefined();
    }
  });
});

describe('topic filters', () => {
  test('[MQTT-4.7.1-1] [MQTT-4.7.1-2@3.1.1] # is the whole last level or the filter is refused', () => {
    for (const filter of ['#', '/#', 'a/#', 'a//#', '+/#', '$SYS/#'])
      expect(topicFilterProblem(filter)).toBeUndefined();
    for (const filter of ['a#', '#a', '#/', '#/a', 'a/#/b', '##', 'a/b#', '#+']) {
      expect(topicFilterProblem(filter)).toContain('#');
    }
  });

  test('[MQTT-4.7.1-2] [MQTT-4.7.1-3@3.1.1] + is a whole level or the filter is refused', () => {
    for (const filter of ['+', '+/', '/+', '+/+', 'a/+/b', 'a/+/#', '$SYS/+']) {
      expect(topicFilterProblem(filter)).toBeUndefined();
    }
    for (const filter of ['a+', '+a', '++', 'a/+b', 'a/b+/c', '+/a+'])
      expect(topicFilterProblem(filter)).toContain('+');
  });

  test('a filter is a wildcard filter when it has + or #', () => {
    for (const filter of ['#', '+', 'a/+/b', 'a/#', '/+', '+/']) expect(isWildcard(filter)).toBe(true);
    for (const filter of ['a', '/', 'a/b', '$SYS']) expect(isWildcard(filter)).toBe(false);
  });
});

describe('matching', () => {
  const cases: [filter: string, topic: string, expected: boolean][] = [
    ['a/b', 'a/b', true],
    ['a/b', 'a/B', false],
    ['a/b', 'a/bc', false],
    ['a/bc', 'a/b', false],
    ['a', 'a/', false],
    ['a/', 'a', false],
    ['/a', 'a', false],
    ['a//b', 'a/b', false],
    ['a b', 'a  b', false],
    ['#', 'a', true],
    ['#', '/', true],
    ['a/#', 'a', true],
    ['a/#', 'a/', true],
    ['a/#', 'a/b/c/d', true],
    ['a/#', 'ab', false],
    ['a/b/#', 'a', false],
    ['+', 'a', true],
    ['+', '/', false],
    ['+', 'a/b', false],
    ['+/+', '/', true],
    ['/+', '/finance', true],
    ['+/+', '/finance', true],
    ['a/+', 'a', false],
    ['a/+', 'a/', true],
    ['a/+/c', 'a//c', true],
    ['a/+/c', 'a/b/c/d', false],
    ['+/+/#', 'a', false],
    ['+/+/#', 'a/b', true],
  ];
  test.each(cases)('%s against %s: %s', (filter, topic, expected) => {
    expect(matches(filter, topic)).toBe(expected);
    expect(referenceMatches(filter, topic)).toBe(expected);
  });

  test('[MQTT-4.7.2-1] a wildcard in the first level does not match a topic name that begins with $', () => {
    for (const filter of ['#', '+', '+/#', '+/monitor', '+/+']) {
      expect(matches(filter, '$SYS')).toBe(false);
      expect(matches(filter, '$SYS/monitor')).toBe(false);
    }
    for (const filter of ['$SYS/#', '$SYS/monitor', '$SYS/+']) expect(matches(filter, '$SYS/monitor')).toBe(true);
    expect(matches('a/+', 'a/$b')).toBe(true);
    expect(matches('/#', '/$SYS')).toBe(true);
  });

  test('[MQTT-4.7.3-4] characters that look the same or are equivalent do not match', () => {
    expect(matches('\u00e9', 'e\u0301')).toBe(false);
    expect(matches('\u212b', '\u00c5')).toBe(false);
    expect(matches('a', '\ufeffa')).toBe(false);
    expect(matches('\ufffd', '\ufffe')).toBe(false);
  });

  test('the deepest names need no stack', () => {
    expect(countLevels(deepest)).toBe(LEVELS_MAX);
    expect(matches(`${'+/'.repeat(LEVELS_MAX - 1)}+`, deepest)).toBe(true);
    expect(matches(`${'+/'.repeat(LEVELS_MAX - 1)}#`, deepest)).toBe(true);
    expect(matches(`${'+/'.repeat(LEVELS_MAX - 1)}a`, deepest)).toBe(false);
  });

  test('agrees with a comparison of split levels', () => {
    fc.assert(
      fc.property(someFilter, someTopic, (filter, topic) => {
        expect(matches(filter, topic)).toBe(referenceMatches(filter, topic));
        expect(countLevels(topic)).toBe(topic.split('/').length);
        expect(topicNameProblem(topic)).toBeUndefined();
        expect(topicFilterProblem(filter)).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });
});
