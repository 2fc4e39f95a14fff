/** Pages of a list that is in no order, and the next level of a tree. */

import { describe, expect, it } from 'vitest';
import { InvalidRequest } from '../invalid-request.ts';
import { Children } from './children.ts';
import { PageBuilder, type PageRequest } from './page.ts';

interface Thing {
  readonly id: string;
  readonly size: number;
}

/** Things in a mixed order, many of the same size. */
function things(count: number): Thing[] {
  return Array.from({ length: count }, (_, i) => ({ id: `id-${(i * 7919) % count}`, size: (i * 31) % 10 }));
}

function pageOf(
  all: readonly Thing[],
  request: PageRequest,
  key: (thing: Thing) => string | number = ({ size }) => size,
) {
  const builder = new PageBuilder<Thing>(request);
  for (const thing of all) builder.offer(key(thing), thing.id, thing);
  return builder.page((thing) => thing);
}

function everyPage(all: readonly Thing[], request: PageRequest, key?: (thing: Thing) => string | number): Thing[] {
  const items: Thing[] = [];
  for (let cursor: string | undefined, pages = 0; pages < 1_000; pages++) {
    const page = pageOf(all, { ...request, cursor }, key);
    items.push(...page.items);
    if (page.next === undefined) return items;
    cursor = page.next;
  }
  throw new RangeError('the pages never end');
}

describe('pages', () => {
  it.each(['asc', 'desc'] as const)('give everything once and in order: %s', (order) => {
    const all = things(537);
    const sorted = [...all].sort((a, b) => a.size - b.size || (a.id < b.id ? -1 : 1));
    if (order === 'desc') sorted.reverse();
    expect(everyPage(all, { order, limit: 50 })).toEqual(sorted);
    expect(everyPage(all, { order, limit: 1000 })).toEqual(sorted);
  });

  it('order texts by code unit and tell the number of all', () => {
    const all = ['b', 'a', 'Z', 'ä', ''].map((id) => ({ id, size: 0 }));
    const page = pageOf(all, { limit: 2 }, ({ id }) => id);
    expect(page.items.map(({ id }) => id)).toEqual(['', 'Z']);
    expect(page.total).toBe(5);
    expect(everyPage(all, { limit: 2 }, ({ id }) => id).map(({ id }) => id)).toEqual(['', 'Z', 'a', 'b', 'ä']);
  });

  it('have no next page when the last is full', () => {
    expect(pageOf(things(50), { limit: 50 }).next).toBeUndefined();
    expect(pageOf(things(51), { limit: 50 }).next).toBeDefined();
    expect(pageOf([], {})).toEqual({ items: [], next: undefined, total: 0 });
  });

  it('leave out what is gone by the time it is shown', () => {
    const builder = new PageBuilder<string>({});
    builder.offer(1, 'a', 'a');
    builder.offer(2, 'b', 'b');
    expect(builder.page((text) => (text === 'a' ? undefined : text)).items).toEqual(['b']);
  });

  it.each([0, -1, 1.5, 1001, Number.NaN, Number.POSITIVE_INFINITY])('refuse a limit of %s', (limit) => {
    expect(() => new PageBuilder({ limit })).toThrow(InvalidRequest);
    expect(() => new Children({ limit })).toThrow(InvalidRequest);
  });

  it.each([
    '',
    'x',
    '%%%',
    Buffer.from('[1]').toString('base64url'),
    Buffer.from('{"key":1,"id":"a"}').toString('base64url'),
    Buffer.from('[null,"a"]').toString('base64url'),
    Buffer.from('["a",{"toString":1}]').toString('base64url'),
    'A'.repeat(300_000),
  ])('refuse the cursor %.20s that no list has given out', (cursor) => {
    expect(() => new PageBuilder({ cursor })).toThrow(InvalidRequest);
  });

  it('go on at the same place when the cursor of another list is used', () => {
    const cursor = Buffer.from('["text","a"]').toString('base64url');
    expect(pageOf(things(5), { cursor }).items).toEqual([]);
  });
});

describe('children of a level', () => {
  const names = ['a', 'a/b', 'a/b/c', 'a/c', 'b/x', '/lead', 'a//empty', 'aa/z', '$SYS/x'];

  function childrenOf(parent: string | undefined, limit?: number, after?: string) {
    const children = new Children({ parent, limit, after });
    for (const name of names) children.offer(name);
    return children.page();
  }

  it('are counted with what lies below them', () => {
    expect(childrenOf(undefined).items).toEqual([
      { level: '', topic: '', count: 1, isLeaf: false },
      { level: '$SYS', topic: '$SYS', count: 1, isLeaf: false },
      { level: 'a', topic: 'a', count: 5, isLeaf: true },
      { level: 'aa', topic: 'aa', count: 1, isLeaf: false },
      { level: 'b', topic: 'b', count: 1, isLeaf: false },
    ]);
    expect(childrenOf('a').items).toEqual([
      { level: '', topic: 'a/', count: 1, isLeaf: false },
      { level: 'b', topic: 'a/b', count: 2, isLeaf: true },
      { level: 'c', topic: 'a/c', count: 1, isLeaf: true },
    ]);
    expect(childrenOf('').items).toEqual([{ level: 'lead', topic: '/lead', count: 1, isLeaf: true }]);
    expect(childrenOf('nothing').items).toEqual([]);
  });

  it('come in pages', () => {
    expect(childrenOf('a', 2)).toMatchObject({ items: [{ level: '' }, { level: 'b' }], next: 'b' });
    expect(childrenOf('a', 2, 'b')).toMatchObject({ items: [{ level: 'c' }], next: undefined });
  });

  it('are counted right however many others there are', () => {
    const found: [string, number][] = [];
    for (let after: string | undefined, pages = 0; pages < 100; pages++) {
      const children = new Children({ limit: 7, after });
      // Twice, and the second time in another order, so that what was forgotten comes again.
      for (let i = 0; i < 300; i++) children.offer(`level-${String((i * 113) % 300).padStart(3, '0')}/x`);
      for (let i = 0; i < 300; i++) children.offer(`level-${String((i * 71) % 300).padStart(3, '0')}/y`);
      const page = children.page();
      found.push(...page.items.map(({ level, count }): [string, number] => [level, count]));
      if (page.next === undefined) break;
      after = page.next;
    }
    expect(found).toEqual(Array.from({ length: 300 }, (_, i) => [`level-${String(i).padStart(3, '0')}`, 2]));
  });
});
