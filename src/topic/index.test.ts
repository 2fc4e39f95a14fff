import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { referenceMatches, someFilter, someTopic } from '../../test/arbitraries/topics.ts';
import { type Match, TopicIndex } from './index.ts';

function indexOf(...filters: string[]): TopicIndex<number> {
  const index = new TopicIndex<number>();
  for (const [i, filter] of filters.entries()) index.add(filter, i);
  return index;
}

const second = (pair: [string, number]): number => pair[1];

test('finds exact and wildcard filters, exact ones first', () => {
  const index = indexOf('#', 'a/#', 'a/+', 'a/b', '+/b', 'a/+/#', 'a/b/c', 'b/#');
  const { values } = index.match('a/b');
  expect(values[0]).toBe(3);
  expect([...values].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  expect([...index.match('a').values].sort()).toEqual([0, 1]);
  expect(index.match('c').values).toEqual([0]);
});

test('[MQTT-4.7.2-1] a wildcard in the first level does not find a topic name that begins with $', () => {
  const index = indexOf('#', '+', '+/#', '+/b', '$x/#', '$x/b', '$x/+');
  expect([...index.match('$x/b').values].sort()).toEqual([4, 5, 6]);
  expect(index.match('$x').values).toEqual([4]);
  expect(index.match('$y').values).toEqual([]);
});

test('knows whether any filter begins with $', () => {
  const index = indexOf('#', '+/x', 'a$/b');
  expect(index.hasDollarFilters).toBe(false);
  for (const filter of ['$SYS/a', '$SYS/#']) {
    index.add(filter, 1);
    index.add(filter, 1);
    index.add(filter, 2);
    index.delete(filter, 1);
    index.delete(filter, 1);
    expect(index.hasDollarFilters).toBe(true);
    index.delete(filter, 2);
    expect(index.hasDollarFilters).toBe(false);
  }
});

/** All sequences of one to `depth` levels. */
function sequences(levels: readonly string[], depth: number): string[] {
  let last = [...levels];
  const all = [...last];
  for (let i = 1; i < depth; i++) {
    last = last.flatMap((text) => levels.map((level) => `${text}/${level}`));
    all.push(...last);
  }
  return all;
}

test('agrees with a comparison of each filter where every way through the tree is taken at once', () => {
  const levels = ['a', 'b', '', '$x'];
  const plain = sequences([...levels, '+'], 3);
  const filters = ['#', ...plain, ...plain.map((filter) => `${filter}/#`)].filter((filter) => filter !== '');
  const index = indexOf(...filters);
  for (const topic of sequences(levels, 4)) {
    if (topic === '') continue;
    const expected = filters.flatMap((filter, i) => (referenceMatches(filter, topic) ? [i] : []));
    expect([...index.match(topic).values].sort((a, b) => a - b)).toEqual(expected);
  }
});

test('the same value of the same filter counts once', () => {
  const index = new TopicIndex<string>();
  for (const filter of ['a', 'a/#']) {
    index.add(filter, 'x');
    index.add(filter, 'x');
  }
  expect([index.filters, index.values]).toEqual([2, 2]);
  expect(index.match('a').values).toEqual(['x', 'x']);
  expect(index.delete('a', 'y')).toBe(false);
  expect(index.delete('b', 'x')).toBe(false);
  expect(index.delete('b/#', 'x')).toBe(false);
  expect(index.delete('a', 'x')).toBe(true);
  expect(index.delete('a', 'x')).toBe(false);
  expect([index.hasFilter('a'), index.hasFilter('a/#')]).toEqual([false, true]);
});

test('many values of one filter keep their order while any of them leave', () => {
  const index = new TopicIndex<number>();
  const expected: number[] = [];
  for (let i = 0; i < 1_000; i++) {
    index.add('a', i);
    if (i % 3 === 0) expected.push(i);
  }
  for (let i = 0; i < 1_000; i++) if (i % 3 !== 0) index.delete('a', i);
  expect(index.match('a').values).toEqual(expected);
});

test('an answer does not change when the index does', () => {
  const index = new TopicIndex<number>();
  index.add('a', 1);
  const { values } = index.match('a');
  index.add('a', 2);
  expect(values).toEqual([1]);
});

test('the deepest names and filters need no stack', () => {
  const index = new TopicIndex<number>();
  const topic = '/'.repeat(32_767);
  const pluses = '+/'.repeat(32_767);
  index.add(`${pluses}+`, 1);
  index.add(`${pluses}#`, 2);
  index.add('#', 3);
  expect([...index.match(topic).values].sort()).toEqual([1, 2, 3]);
});

describe('answers that are kept', () => {
  test('the same answer is given while it holds', () => {
    const index = new TopicIndex<number>();
    index.add('a/b', 1);
    const match = index.match('a/b');
    expect(match.current).toBe(true);
    expect(index.match('a/b')).toBe(match);
  });

  test('an exact filter ends the answer of its topic only', () => {
    const index = new TopicIndex<number>();
    const [a, b] = [index.match('a'), index.match('b')];
    index.add('a', 1);
    expect([a.current, b.current]).toEqual([false, true]);
    const again = index.match('a');
    index.delete('a', 1);
    expect([again.current, b.current]).toEqual([false, true]);
    expect(index.match('a').values).toEqual([]);
  });

  test('a wildcard filter now and then ends the answers that it matches only', () => {
    const index = new TopicIndex<number>();
    const topics = Array.from({ length: 100 }, (_, i) => `${i % 2 === 0 ? 'a' : 'b'}/${i}`);
    const answers = topics.map((topic) => index.match(topic));
    index.add('a/+', 1);
    expect(answers.map((match) => match.current)).toEqual(topics.map((topic) => topic.startsWith('b')));
    const fresh = topics.map((topic) => index.match(topic));
    index.delete('a/+', 1);
    expect(fresh.map((match) => match.current)).toEqual(topics.map((topic) => topic.startsWith('b')));
  });

  test('a storm of wildcard filters drops everything instead of comparing without end', () => {
    const index = new TopicIndex<number>();
    const answers = Array.from({ length: 100 }, (_, i) => index.match(`a/${i}`));
    for (let i = 0; i < 17; i++) index.add(`b/${i}/#`, i);
    expect(answers.some((match) => match.current)).toBe(false);
    expect(index.cached.topics).toBe(0);
  });

  test('what does not change the index ends no answer', () => {
    const index = new TopicIndex<number>();
    index.add('a', 1);
    index.add('#', 1);
    const match = index.match('a');
    index.add('a', 1);
    index.add('#', 1);
    index.delete('a', 2);
    index.delete('#', 2);
    index.delete('+', 1);
    expect(match.current).toBe(true);
  });

  test('topics are bounded, and an answer that is no longer kept is not current', () => {
    const index = new TopicIndex<number>({ cacheTopicsMax: 3 });
    const answers = ['a', 'b', 'c'].map((topic) => index.match(topic));
    index.match('a');
    expect(index.match('d').current).toBe(true);
    expect(answers.map((match) => match.current)).toEqual([true, false, true]);
    expect(index.cached.topics).toBe(3);
  });

  test('more topics than there is room for displace each other now and then only', () => {
    const index = new TopicIndex<number>({ cacheTopicsMax: 10 });
    for (let i = 0; i < 10; i++) index.match(`${i}`);
    const later = Array.from({ length: 40 }, (_, i) => index.match(`later/${i}`));
    expect(later.filter((match) => match.current).length).toBe(5);
    expect(index.cached.topics).toBe(10);
    expect(index.match('later/1')).not.toBe(later[1]);
  });

  test('values are bounded, and an answer with more than a quarter of the bound is not kept', () => {
    const index = new TopicIndex<number>({ cacheValuesMax: 20 });
    for (let i = 0; i < 5; i++) index.add('a/+', i);
    const answers = Array.from({ length: 5 }, (_, i) => index.match(`a/${i}`));
    expect(answers.map((match) => match.current)).toEqual([false, true, true, true, true]);
    expect(index.cached).toEqual({ topics: 4, values: 20 });
    index.add('a/+', 5);
    const large = index.match('a/0');
    expect([large.values.length, large.current]).toEqual([6, false]);
    expect(index.match('a/0')).not.toBe(large);
  });

  test('nothing is kept without room, nor for an overlong topic', () => {
    const none = new TopicIndex<number>({ cacheTopicsMax: 0 });
    expect(none.match('a').current).toBe(false);
    const index = new TopicIndex<number>();
    expect(index.match('a'.repeat(1_025)).current).toBe(false);
    expect(index.match('a'.repeat(1_024)).current).toBe(true);
  });
});

test('agrees with a search through all filters, and no answer is current that would be another one now', () => {
  const operation = fc.oneof(
    fc.record({ kind: fc.constantFrom('add', 'add', 'delete'), text: someFilter, value: fc.nat(2) }),
    fc.record({ kind: fc.constant('match'), text: someTopic, value: fc.constant(0) }),
  );
  const limits = fc.constantFrom({}, { cacheTopicsMax: 4 }, { cacheValuesMax: 12 }, { cacheTopicsMax: 0 });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 80 }), limits, (operations, options) => {
      const index = new TopicIndex<number>(options);
      let model: [string, number][] = [];
      const handedOut = new Set<Match<number>>();
      const expected = (topic: string): number[] =>
        model
          .filter(([filter]) => referenceMatches(filter, topic))
          .map(second)
          .sort();
      for (const { kind, text, value } of operations) {
        const has = model.some(([filter, other]) => filter === text && other === value);
        if (kind === 'add') {
          index.add(text, value);
          if (!has) model.push([text, value]);
        } else if (kind === 'delete') {
          expect(index.delete(text, value)).toBe(has);
          model = model.filter(([filter, other]) => filter !== text || other !== value);
        } else {
          const match = index.match(text);
          expect([...match.values].sort()).toEqual(expected(text));
          handedOut.add(match);
        }
        for (const match of handedOut) {
          if (!match.current) continue;
          expect([...match.values].sort()).toEqual(expected(match.topic));
          expect(index.match(match.topic)).toBe(match);
        }
      }
      expect(index.values).toBe(model.length);
      expect(index.filters).toBe(new Set(model.map(([filter]) => filter)).size);
      for (const [filter] of model) expect(index.hasFilter(filter)).toBe(true);
      expect([...index.entries()].sort()).toEqual([...model].sort());
      for (const [filter, value] of model) index.delete(filter, value);
      expect([index.filters, index.values, [...index.entries()].length]).toEqual([0, 0, 0]);
      expect(index.match('a').values).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
