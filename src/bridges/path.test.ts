import { expect, test } from 'vitest';
import { Message } from '../packet/message.ts';
import type { Properties } from '../packet/types.ts';
import { goesRound, pathOf, propertiesWithPath } from './path.ts';

const message = (topic: string, payload: string, properties?: Properties): Message =>
  Message.of(topic, Buffer.from(payload), 1, false, properties);

const passed = (text: string, atMs = 5_000): { brokerId: string; atMs: number } => ({ brokerId: text, atMs });

test('a path grows, keeps other properties, and is read back', () => {
  const first = message('t', 'p', { contentType: 'x', userProperties: [['a', 'b']] });
  const one = propertiesWithPath(first, 'far/t', pathOf(first), passed('a1'));
  const second = message('far/t', 'p', one);
  const two = propertiesWithPath(second, 't', pathOf(second), passed('b2', 7_000));
  expect(pathOf(message('t', 'p', two))).toEqual([passed('a1'), passed('b2', 7_000)]);
  expect(two).toMatchObject({
    contentType: 'x',
    userProperties: [
      ['a', 'b'],
      ['hoopoe-path', expect.any(String)],
    ],
  });
});

test('a path holds under a longer name with the same end, and not for another payload or another name', () => {
  const sent = message('t', 'p'.repeat(5_000));
  const properties = propertiesWithPath(sent, 't', [], passed('a1'));
  expect(pathOf(message('prefix/t', 'p'.repeat(5_000), properties))).toEqual([passed('a1')]);
  expect(pathOf(message('u', 'p'.repeat(5_000), properties))).toEqual([]);
  expect(pathOf(message('t', 'p'.repeat(5_001), properties))).toEqual([]);
  expect(pathOf(message('t', `${'p'.repeat(4_999)}q`, properties))).toEqual([]);
});

test('what cannot be read is no path', () => {
  for (const value of ['', '.', '1', '99999.x.y', '-1.a.b', '1.wrong.a-1', `0.${'.'.repeat(100)}`]) {
    expect(pathOf(message('t', 'p', { userProperties: [['hoopoe-path', value]] }))).toEqual([]);
  }
});

test('a message with very many User Properties of its own gets no further one', () => {
  const userProperties = Array.from({ length: 49 }, (_, i): [string, string] => [String(i), '']);
  const full = message('t', 'p', { userProperties });
  expect(propertiesWithPath(full, 't', [], passed('a1'))).toBe(full.properties);
});

test('a message goes round that would go where it was, or that left here a moment ago', () => {
  const between = { from: 'here', to: 'there' };
  expect(goesRound([], between, 0)).toBe(false);
  expect(goesRound([passed('other')], between, 5_000)).toBe(false);
  expect(goesRound([passed('there')], between, 9e9)).toBe(true);
  expect(goesRound([passed('here')], between, 6_000)).toBe(true);
  expect(goesRound([passed('here')], between, 36_000)).toBe(false);
});
