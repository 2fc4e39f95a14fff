import { describe, expect, it } from 'vitest';
import type { ClientIdentity } from '../../ports/access.ts';
import { compileRule, decide } from '../rules/permission-rules.ts';
import { readGivenRules } from './given-rules.ts';

function may(value: unknown, action: 'publish' | 'subscribe' | 'receive', topic: string, name = 'me'): string {
  const rules = readGivenRules(value);
  if ('problem' in rules) return rules.problem;
  const client = { clientId: name, username: name } as ClientIdentity;
  return decide(rules.map(compileRule), client, { action, topic, qos: 0, retain: false });
}

describe('permissions that somebody gives', () => {
  const lists = { pub: ['a/b', 't/%c'], sub: ['a/#', 'eq #'], all: ['x/%u/+'] };

  it.each([
    ['publish', 'a/b', 'allow'],
    ['publish', 'a/c', 'deny'],
    ['publish', 't/me', 'allow'],
    ['publish', 't/you', 'deny'],
    ['publish', '$SYS/x', 'deny'],
    ['subscribe', 'a/b', 'allow'],
    ['subscribe', 'a/#', 'allow'],
    ['subscribe', '#', 'allow'],
    ['subscribe', '+', 'deny'],
    ['subscribe', '$SYS/#', 'deny'],
    ['subscribe', 'x/me/1', 'allow'],
    ['publish', 'x/me/1', 'allow'],
    ['receive', 'q', 'ignore'],
  ] as const)('in lists: %s %s: %s', (action, topic, expected) => {
    expect(may(lists, action, topic)).toBe(expected);
  });

  it('in empty lists allow nothing', () => {
    for (const value of [{}, { pub: [] }, { other: ['#'] }]) {
      expect(may(value, 'publish', 'a')).toBe('deny');
      expect(may(value, 'subscribe', 'a')).toBe('deny');
    }
  });

  it('as rules are asked from the first to the last, and leave the rest to others', () => {
    const rules = [
      { permission: 'deny', action: 'publish', topic: 'a/secret' },
      { permission: 'allow', action: 'all', topics: ['a/#', '\u0024{clientid}/x'] },
      { permission: 'deny', topic: 'eq #' },
    ];
    expect(may(rules, 'publish', 'a/secret')).toBe('deny');
    expect(may(rules, 'subscribe', 'a/secret')).toBe('allow');
    expect(may(rules, 'publish', 'me/x')).toBe('allow');
    expect(may(rules, 'publish', 'you/x')).toBe('ignore');
    expect(may(rules, 'subscribe', '#')).toBe('deny');
    expect(may(rules, 'subscribe', 'b')).toBe('ignore');
    expect(may([], 'publish', 'b')).toBe('ignore');
  });

  it.each(['+', '#', 'a/b', ''])('are not widened by the name %j', (name) => {
    expect(may({ all: ['t/%c', 'u/%u/#'] }, 'subscribe', 't/x', name)).toBe('deny');
    expect(may({ all: ['t/%c', 'u/%u/#'] }, 'subscribe', `t/${name}`, name)).toBe('deny');
    expect(may({ all: ['t/%c', 'u/%u/#'] }, 'publish', 'u/x/y', name)).toBe('deny');
  });

  it.each([
    ['all'],
    [7],
    [true],
    [{ pub: 'a' }],
    [{ pub: [7] }],
    [{ pub: [''] }],
    [{ pub: ['a\0b'] }],
    [{ pub: ['\ud800'] }],
    [{ pub: ['x'.repeat(65_536)] }],
    [{ all: ['a/\u0024{peerhost}'] }],
    [{ all: ['x\u0024{clientid}'] }],
    [['a']],
    [[null]],
    [[[]]],
    [[{}]],
    [[{ permission: 'allow' }]],
    [[{ permission: 'Allow', topic: 'a' }]],
    [[{ permission: 'allow', action: 'pub', topic: 'a' }]],
    [[{ permission: 'allow', topic: 'a', qos: [1] }]],
    [[{ permission: 'allow', topic: 'a', retain: true }]],
    [[{ permission: 'allow', topic: ['a'] }]],
    [[{ permission: 'allow', topics: 'a' }]],
    [[{ permission: 'allow', topics: [] }]],
    [Array.from({ length: 1001 }, () => ({ permission: 'allow', topic: 'a' }))],
  ])('are not used when they are not understood in full: %j', (value) => {
    expect(readGivenRules(value)).toHaveProperty('problem');
  });

  it('may be of a shape that JavaScript knows', () => {
    const value = JSON.parse('{"__proto__":{"pub":["#"]},"constructor":["#"]}');
    expect(may(value, 'publish', 'a')).toBe('deny');
  });
});
