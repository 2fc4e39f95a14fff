/** The rules of a bridge: how they are written, what is wrong with them, and what they make of topics. */

import { describe, expect, test } from 'vitest';
import { parseTopicRule, rulesOfForwards, TopicMap, type TopicRule } from './bridge-rules.ts';

function rule(text: string): TopicRule {
  const parsed = parseTopicRule(text);
  if ('problem' in parsed) throw new TypeError(parsed.problem);
  return parsed;
}

const map = (...texts: string[]): TopicMap => new TopicMap(texts.map(rule));

describe('a rule', () => {
  test.each([
    ['a', { pattern: 'a', direction: 'out', qos: 0, localPrefix: '', remotePrefix: '' }],
    ['# both 2', { pattern: '#', direction: 'both', qos: 2, localPrefix: '', remotePrefix: '' }],
    ['a/+ IN 1 l/ r/', { pattern: 'a/+', direction: 'in', qos: 1, localPrefix: 'l/', remotePrefix: 'r/' }],
    ['"" both 0 here there', { pattern: '', direction: 'both', qos: 0, localPrefix: 'here', remotePrefix: 'there' }],
    ['a out 0 "" r/', { pattern: 'a', direction: 'out', qos: 0, localPrefix: '', remotePrefix: 'r/' }],
    ['"two words" in', { pattern: 'two words', direction: 'in', qos: 0, localPrefix: '', remotePrefix: '' }],
    ['a out 1 # remark', { pattern: 'a', direction: 'out', qos: 1, localPrefix: '', remotePrefix: '' }],
    [
      '$share/g/a in 1 l/ r/',
      { pattern: '$share/g/a', direction: 'in', qos: 1, localPrefix: 'l/', remotePrefix: 'r/' },
    ],
  ])('%s', (text, expected) => {
    expect(parseTopicRule(text)).toEqual(expected);
  });

  test.each([
    ['', /no topic/],
    ['a sideways', /direction "sideways"; allowed: in, out, both/],
    ['a in 3', /QoS "3"/],
    ['a in 1x', /QoS "1x"/],
    ['a in 1 l r more', /more words/],
    ['""', /needs both/],
    ['"" both 0 l', /needs both/],
    ['a in 0 l/+/ r/', /no wildcards/],
    ['a/#/b in', /means the topic filter "a\/#\/b"/],
    ['# in 0 l r', /means the topic filter "l#"/],
    ['a\u0000b in', /U\+0000/],
  ])('%j is refused with a reason', (text, problem) => {
    expect(parseTopicRule(text)).toEqual({ problem: expect.stringMatching(problem) });
  });
});

describe('topics', () => {
  test('change their prefix by the first rule that matches, in each direction', () => {
    const topics = map('a/# both 1 l/ r/', '# out 0', 'b/+ in 2 "" x/');
    expect(topics.toRemote('l/a/1')).toBe('r/a/1');
    expect(topics.toRemote('l/other')).toBe('l/other');
    expect(topics.toLocal('r/a/1')).toBe('l/a/1');
    expect(topics.toLocal('x/b/1')).toBe('b/1');
    expect(topics.toLocal('nothing')).toBeUndefined();
    expect([...topics.localFilters]).toEqual([
      ['l/a/#', 1],
      ['#', 0],
    ]);
    expect([...topics.remoteFilters]).toEqual([
      ['r/a/#', 1],
      ['x/b/+', 2],
    ]);
    expect(topics.unwantedRemoteFilters).toEqual(['#']);
  });

  test('of prefixes alone are these two', () => {
    const topics = map('"" both 0 temperature house/temperature');
    expect(topics.toRemote('temperature')).toBe('house/temperature');
    expect(topics.toLocal('house/temperature')).toBe('temperature');
    expect(topics.toLocal('house/temperature/x')).toBeUndefined();
  });

  test('that begin with $ need a rule that says so', () => {
    expect(map('# out').toRemote('$SYS/broker/uptime')).toBeUndefined();
    expect(map('$SYS/# out 0 "" from/').toRemote('$SYS/broker/uptime')).toBe('from/$SYS/broker/uptime');
    expect(map('# out 0 $SYS/ from/').toRemote('$SYS/broker/uptime')).toBe('from/broker/uptime');
  });

  test('of a shared subscription have their prefix behind the group', () => {
    const topics = map('$share/g/a/# in 1 l/ r/');
    expect([...topics.remoteFilters.keys()]).toEqual(['$share/g/r/a/#']);
    expect(topics.toLocal('r/a/x')).toBe('l/a/x');
  });

  test('that would have no name left are not sent', () => {
    expect(map('a/# out 0 "" ""').toRemote('a')).toBe('a');
    expect(map('# out 0 a/ ""').toRemote('a')).toBeUndefined();
  });

  test('take the highest QoS of rules that mean the same filter, and are not unsubscribed when one rule wants them', () => {
    const topics = map('a out 0', 'a in 1', 'a both 2');
    expect([...topics.localFilters]).toEqual([['a', 2]]);
    expect([...topics.remoteFilters]).toEqual([['a', 2]]);
    expect(topics.unwantedRemoteFilters).toEqual([]);
  });
});

test('forwards and subscriptions with mountpoints are rules', () => {
  const texts = rulesOfForwards({
    forwards: ['sensor/#', 'a b'],
    forwardMountpoint: 'bridge/emqx@127.0.0.1/',
    subscriptions: [{ topic: 'cmd/#', qos: 2 }],
    receiveMountpoint: 'from/',
  });
  const topics = map(...texts);
  expect(topics.toRemote('sensor/1')).toBe('bridge/emqx@127.0.0.1/sensor/1');
  expect(topics.toRemote('a b')).toBe('bridge/emqx@127.0.0.1/a b');
  expect(topics.toLocal('cmd/x')).toBe('from/cmd/x');
  expect([...topics.remoteFilters]).toEqual([['cmd/#', 2]]);
});

describe('what may come back', () => {
  test.each<[string[], boolean]>([
    [['a/# both 1'], true],
    [['a/# out 1', 'b/# in 1'], false],
    [['a/+/c out 1', 'a/b/# in 1'], true],
    [['a/+ out 1', 'a/b/c in 1'], false],
    [['a out 1', 'a/# in 1'], true],
    [['a/# out 1 "" x/', 'a/# in 1'], false],
    [['a/# out 1 "" x/', 'x/# in 1 y/ ""'], true],
    [['a/# out 1', '$share/g/a/# in 1'], false],
  ])('%j: %s', (rules, mayReturn) => {
    expect(map(...rules).mayReturn).toBe(mayReturn);
  });

  test('the subscriptions there that match are counted', () => {
    expect(map('a/# both 1', 'a/b in 1', 'c in 1').remoteMatches('a/b')).toBe(2);
  });

  test('what one bridge brings in may go out through another', () => {
    expect(map('a/# in 1 site/ ""').leadsInto(map('site/+/x out'))).toBe(true);
    expect(map('a/# in 1 site/ ""').leadsInto(map('a/# both'))).toBe(false);
    expect(map('a/# out').leadsInto(map('a/# both'))).toBe(false);
  });
});
