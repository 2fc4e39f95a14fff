import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { referenceMatches, someFilter, someTopic } from '../../test/arbitraries/topics.ts';
import { TopicTree } from './retained-tree.ts';

function treeOf(...topics: string[]): TopicTree<string> {
  const tree = new TopicTree<string>();
  for (const topic of topics) tree.set(topic, topic);
  return tree;
}

test('sets, replaces, gets and deletes', () => {
  const tree = new TopicTree<number>();
  expect(tree.set('a/b', 1)).toBeUndefined();
  expect(tree.set('a/b', 2)).toBe(1);
  expect(tree.set('a', 3)).toBeUndefined();
  expect([tree.get('a/b'), tree.get('a'), tree.get('a/c')]).toEqual([2, 3, undefined]);
  expect(tree.size).toBe(2);
  expect(tree.delete('a/b')).toBe(2);
  expect(tree.delete('a/b')).toBeUndefined();
  expect([...tree.entries()]).toEqual([['a', 3]]);
});

test('matches by name and by wildcard', () => {
  const tree = treeOf('a', 'a/b', 'a/c', 'a/b/c', '/a', 'b');
  expect(tree.match('a/b')).toEqual(['a/b']);
  expect(tree.match('a/x')).toEqual([]);
  expect(tree.match('a/+').sort()).toEqual(['a/b', 'a/c']);
  expect(tree.match('a/#').sort()).toEqual(['a', 'a/b', 'a/b/c', 'a/c']);
  expect(tree.match('+').sort()).toEqual(['a', 'b']);
  expect(tree.match('+/+').sort()).toEqual(['/a', 'a/b', 'a/c']);
  expect(tree.match('#').length).toBe(6);
});

test('[MQTT-4.7.2-1] a wildcard in the first level does not find topic names that begin with $', () => {
  for (const others of [[], ['a'], ['a', 'a/$y', '/$y']]) {
    const tree = treeOf('$SYS/a', '$SYS/b', '$x', ...others);
    expect(tree.match('#').sort()).toEqual([...others].sort());
    expect(tree.match('+/a')).toEqual([]);
    expect(tree.match('$SYS/#').sort()).toEqual(['$SYS/a', '$SYS/b']);
    expect(tree.match('$SYS/+').sort()).toEqual(['$SYS/a', '$SYS/b']);
  }
  expect(treeOf('$SYS/a', '$SYS/b').match('#')).toEqual([]);
});

test('the deepest names need no stack', () => {
  const way = '/'.repeat(32_766);
  const tree = treeOf(`${way}a`, `${way}b`, way);
  expect(tree.match('#').length).toBe(3);
  expect(tree.match(`${'+/'.repeat(32_766)}+`).length).toBe(3);
  expect(tree.match(`${'+/'.repeat(32_766)}b`)).toEqual([`${way}b`]);
});

test('agrees with a search through all names', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), someTopic), { maxLength: 60 }), someFilter, (operations, filter) => {
      const tree = new TopicTree<string>();
      const model = new Set<string>();
      for (const [sets, topic] of operations) {
        if (sets) {
          expect(tree.set(topic, topic)).toBe(model.has(topic) ? topic : undefined);
          model.add(topic);
        } else {
          expect(tree.delete(topic)).toBe(model.has(topic) ? topic : undefined);
          model.delete(topic);
        }
        const expected = [...model].filter((other) => referenceMatches(filter, other));
        expect(tree.match(filter).sort()).toEqual(expected.sort());
      }
      expect(tree.size).toBe(model.size);
      expect([...tree.entries()].map(([topic]) => topic).sort()).toEqual([...model].sort());
    }),
    { numRuns: 500 },
  );
});

describe('a walk', () => {
  const many = Array.from({ length: 1_000 }, (_, i) => `site/${i % 10}/device/${i}`);

  test('gives as many values at a time as asked', () => {
    const walk = treeOf(...many).matchFrom('site/+/device/+');
    const lengths: number[] = [];
    const all: string[] = [];
    while (!walk.isDone) {
      const part = walk.take(300);
      lengths.push(part.length);
      all.push(...part);
    }
    expect(lengths.slice(0, 4)).toEqual([300, 300, 300, 100]);
    expect(all.sort()).toEqual([...many].sort());
    expect(walk.take(300)).toEqual([]);
  });

  test('pauses after a number of steps although nothing matched', () => {
    const walk = treeOf(...many, 'site/9/device/999/x').matchFrom('+/+/+/+/x');
    const found: string[] = [];
    let parts = 0;
    while (!walk.isDone) {
      found.push(...walk.take(10, 50));
      parts++;
    }
    expect(found).toEqual(['site/9/device/999/x']);
    expect(parts).toBeGreaterThan(20);
  });

  test('can be iterated', () => {
    const tree = treeOf('a', 'b', '$c');
    expect([...tree.matchFrom('#')].sort()).toEqual(['a', 'b']);
    expect([...tree.matchFrom('b')]).toEqual(['b']);
    expect([...new TopicTree<string>().matchFrom('#')]).toEqual([]);
  });

  test('gives the value of the moment, not names deleted before their turn, not names that came later', () => {
    const tree = treeOf(...many);
    const walk = tree.matchFrom('#');
    const seen = new Set(walk.take(100));
    const rest = many.filter((topic) => !seen.has(topic));
    tree.delete(rest[0]!);
    tree.set(rest[1]!, 'changed');
    tree.delete(rest[2]!);
    tree.set(rest[2]!, 'came again');
    tree.set('new', 'new');
    const again = [...seen][0]!;
    tree.delete(again);
    tree.set(again, 'again');
    const expected = [...rest.slice(3), 'changed'];
    expect([...walk].sort()).toEqual(expected.sort());
  });

  test('gives exactly the names that stay, each once, whatever else comes and goes', () => {
    const change = fc.tuple(fc.constantFrom('set', 'delete', 'delete', 'take'), someTopic);
    const initial = fc.array(someTopic, { maxLength: 25 });
    fc.assert(
      fc.property(initial, someFilter, fc.array(change, { maxLength: 60 }), (topics, filter, changes) => {
        const tree = treeOf(...topics);
        const walk = tree.matchFrom(filter);
        const due = new Set(topics.filter((topic) => referenceMatches(filter, topic)));
        const expectDue = (given: string[]): void => {
          for (const topic of given) expect(due.delete(topic)).toBe(true);
        };
        for (const [kind, topic] of changes) {
          if (kind === 'take') {
            expectDue(walk.take(1, 2));
          } else if (kind === 'set') {
            tree.set(topic, topic);
          } else {
            tree.delete(topic);
            due.delete(topic);
          }
        }
        expectDue(walk.take(Number.POSITIVE_INFINITY));
        expect([...due]).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });
});
