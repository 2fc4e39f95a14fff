import { expect, test } from 'vitest';
import { parseFilter, QUEUE_GROUP } from './share.ts';

test('a filter without a prefix is plain', () => {
  for (const filter of ['a', '#', '$SYS/#', '$share', '$queue', '$sharex/g/a', 'a/$share/g/b', '$SHARE/g/a']) {
    expect(parseFilter(filter)).toEqual({ kind: 'plain', filter });
  }
});

test('[MQTT-4.8.2-2] a shared filter is a share name, a slash and a topic filter', () => {
  expect(parseFilter('$share/g/a/b')).toEqual({ kind: 'shared', group: 'g', filter: 'a/b' });
  expect(parseFilter('$share/g/#')).toEqual({ kind: 'shared', group: 'g', filter: '#' });
  expect(parseFilter('$share/g//a')).toEqual({ kind: 'shared', group: 'g', filter: '/a' });
  expect(parseFilter('$share/g/ü/+/😀')).toEqual({ kind: 'shared', group: 'g', filter: 'ü/+/😀' });
  expect(parseFilter('$share/$queue/$SYS/#')).toEqual({ kind: 'shared', group: '$queue', filter: '$SYS/#' });
});

test('[MQTT-4.8.2-1] an empty share name is refused', () => {
  for (const filter of ['$share/', '$share//', '$share//a']) expect(parseFilter(filter)).toContain('empty share name');
});

test('[MQTT-4.8.2-2] a share name with a wildcard is refused', () => {
  for (const filter of ['$share/+/a', '$share/#/a', '$share/g+/a', '$share/#g/a', '$share/#']) {
    expect(parseFilter(filter)).toContain('wildcard in its share name');
  }
});

test('[MQTT-4.8.2-2] a share name without a topic filter is refused', () => {
  expect(parseFilter('$share/g')).toContain('no topic filter');
  expect(parseFilter('$share/g/')).toContain('empty');
  expect(parseFilter('$queue/')).toContain('empty');
});

test('what is wrong with a filter is wrong after a prefix', () => {
  for (const filter of ['a#', '#/a', 'a+', 'a/\0']) {
    expect(parseFilter(filter)).toBeTypeOf('string');
    expect(parseFilter(`$share/g/${filter}`)).toBeTypeOf('string');
    expect(parseFilter(`$queue/${filter}`)).toBeTypeOf('string');
  }
  expect(parseFilter('$share/g\0/a')).toContain('U+0000');
});

test('the group of $queue cannot be named with $share', () => {
  expect(parseFilter('$queue/a/+')).toEqual({ kind: 'shared', group: QUEUE_GROUP, filter: 'a/+' });
  expect(parseFilter(`$share/${QUEUE_GROUP}/a`)).toBeTypeOf('string');
});

test('a shared subscription inside a shared subscription is refused', () => {
  for (const filter of ['$share/g/$share/h/a', '$share/g/$queue/a', '$queue/$share/g/a', '$queue/$queue/a']) {
    expect(parseFilter(filter)).toContain('inside a shared subscription');
  }
});
