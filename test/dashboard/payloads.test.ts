/** What the page makes of payloads and topics before anything is drawn. */

import { describe, expect, it } from 'vitest';
import type { TapPacket } from '../../dashboard/src/api/types.ts';
import { LiveTopics } from '../../dashboard/src/pages/topics/live-topics.ts';
import { fieldsOf, numbersOf } from '../../dashboard/src/pages/topics/numbers.ts';
import { changedLines, laidOut, payloadText } from '../../dashboard/src/parts/payload-text.ts';

function packet(topic: string, text: string, second = 0): TapPacket {
  const at = new Date(second * 1000).toISOString();
  return { at, direction: 'in', clientId: 'c', type: 'publish', topic, payload: { text }, missed: 0 };
}

describe('payloads', () => {
  it('are text where they are text, and bytes otherwise', () => {
    expect(payloadText({ text: '<b>' })).toBe('<b>');
    expect(payloadText({ hex: 'ff00' })).toBe('ff 00');
    expect(payloadText(undefined)).toBe('');
  });

  it('are laid out where they are JSON, and left alone where they only look like it', () => {
    expect(laidOut('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(laidOut('{a}')).toBe('{a}');
    expect(laidOut('12')).toBe('12');
  });

  it('are compared line by line', () => {
    const kinds = changedLines('a\nb\nc', 'a\nx\nc\nd').map(({ text, kind }) => `${kind} ${text}`);
    expect(kinds).toEqual(['same a', 'removed b', 'added x', 'same c', 'added d']);
    expect(changedLines('', '')).toHaveLength(1);
  });

  it('are plotted when they are numbers or have some', () => {
    expect([...fieldsOf('21.5')]).toEqual([['', 21.5]]);
    expect([...fieldsOf('{"__proto__":1,"t":2,"on":true}')]).toEqual([
      ['__proto__', 1],
      ['t', 2],
    ]);
    expect([...fieldsOf('  ')]).toEqual([]);
    expect([...fieldsOf('{"t":')]).toEqual([]);
    const many = packet('t', JSON.stringify(Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`f${n}`, n]))));
    expect(numbersOf([many]).series.map(({ name }) => name)).toEqual(['f0', 'f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7']);
    const newestFirst = [packet('t', '3', 2), packet('t', 'text', 1), packet('t', '1', 0)];
    expect(numbersOf(newestFirst)).toEqual({ times: [0, 2], series: [{ name: '', values: [1, 3] }] });
  });
});

describe('live topics', () => {
  it('are a tree with the last value and the messages of each', () => {
    const topics = new LiveTopics();
    topics.add(packet('site/hall', '1'));
    topics.add(packet('site/hall', '2'));
    topics.add(packet('/__proto__/', '3'));
    const lines = topics.lines(() => true, '');
    expect(lines.map(({ topic, depth, messages, value }) => [topic, depth, messages, value])).toEqual([
      ['', 1, 1, undefined],
      ['/__proto__', 2, 1, undefined],
      ['/__proto__/', 3, 1, '3'],
      ['site', 1, 2, undefined],
      ['site/hall', 2, 2, '2'],
    ]);
    expect(topics.lines(() => false, '').map(({ topic }) => topic)).toEqual(['', 'site']);
    expect(topics.lines(() => true, 'HALL').map(({ topic }) => topic)).toEqual(['site', 'site/hall']);
  });

  it('do not grow without bound, in number or in depth', () => {
    const topics = new LiveTopics();
    topics.add(packet('a/'.repeat(30_000), 'deep'));
    expect(topics.size).toBeLessThan(100);
    for (let number = 0; number < 30_000; number++) topics.add(packet(`t${number}`, 'x'));
    expect(topics.size).toBe(20_000);
    expect(topics.isFull).toBe(true);
  });
});
