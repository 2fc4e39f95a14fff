import { describe, expect, it } from 'vitest';
import { type PatternOptions, TopicPattern } from './topic-pattern.ts';

const pump = { clientId: 'pump-7', username: 'anna' };

function covers(
  pattern: string,
  topic: string,
  effect: 'allow' | 'deny' = 'allow',
  options: PatternOptions = {},
): boolean {
  return new TopicPattern(pattern, options).covers(topic, pump, effect);
}

describe('a topic pattern', () => {
  it.each([
    ['a/b', 'a/b', true],
    ['a/b', 'a/bc', false],
    ['a/b', 'a', false],
    ['a/b', 'a/b/', false],
    ['a/+', 'a/', true],
    ['a/+', 'a', false],
    ['+/b', '/b', true],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['a/#', 'ab', false],
    ['#', '', true],
    ['#', '$SYS/x', true],
    ['+/x', '$SYS/x', true],
    ['', '', true],
    ['/', '/', true],
    ['/', '', false],
  ])('%s speaks of %s: %s', (pattern, topic, expected) => {
    expect(covers(pattern, topic)).toBe(expected);
    expect(covers(pattern, topic, 'deny')).toBe(expected);
  });

  it.each([
    ['$SYS/#', '$SYS/brokers/+/clients/#', true, true],
    ['a/b', 'a/+', false, false],
    ['a/+', 'a/+', true, true],
    // What matches more than one level is more than + allows, but not more than what a ban of + means.
    ['a/+', 'a/#', false, true],
    ['+', '#', false, true],
    ['a/#', 'a/#', true, true],
    ['a/b/#', 'a/#', false, false],
    ['+/b', '#', false, false],
  ])('%s speaks of a subscription to %s: to allow %s, to deny %s', (pattern, filter, allow, deny) => {
    expect(covers(pattern, filter, 'allow')).toBe(allow);
    expect(covers(pattern, filter, 'deny')).toBe(deny);
  });

  it('takes wildcards and placeholders as they stand when it is literal', () => {
    expect(covers('#', '#', 'allow', { literal: true })).toBe(true);
    expect(covers('#', 'a', 'allow', { literal: true })).toBe(false);
    expect(covers('%c', 'pump-7', 'allow', { literal: true })).toBe(false);
  });

  it('leaves names that begin with $ to patterns that do, where it is told to', () => {
    const plain = { dollar: false };
    expect(covers('#', '$SYS/x', 'deny', plain)).toBe(false);
    expect(covers('+/x', '$SYS/x', 'allow', plain)).toBe(false);
    expect(covers('$SYS/#', '$SYS/x', 'allow', plain)).toBe(true);
    expect(covers('a/+', 'a/$x', 'allow', plain)).toBe(true);
  });

  it('fills whole levels with what the client is called', () => {
    expect(covers('dev/%c/up', 'dev/pump-7/up')).toBe(true);
    expect(covers('dev/%u/up', 'dev/anna/up')).toBe(true);
    expect(covers('dev/%c/up', 'dev/pump-8/up')).toBe(false);
    expect(covers('dev/x%c/up', 'dev/xpump-7/up')).toBe(false);
    expect(covers('dev/x%c/up', 'dev/x%c/up')).toBe(true);
  });

  it('fills parts of levels where placeholders may stand anywhere', () => {
    const anywhere = { placeholders: 'anywhere' } as const;
    expect(covers('dev-%c/%u', 'dev-pump-7/anna', 'allow', anywhere)).toBe(true);
    expect(covers('%u.%c.x', 'anna.pump-7.x', 'allow', anywhere)).toBe(true);
    expect(covers('%u.%c.x', 'anna.pump-7.xy', 'allow', anywhere)).toBe(false);
    expect(covers('%u.%c.x', 'anna.pump-7', 'allow', anywhere)).toBe(false);
    expect(covers('%u', 'anna/b', 'allow', anywhere)).toBe(false);
  });

  it('takes placeholders for ordinary text where there are none', () => {
    expect(covers('dev/%c', 'dev/%c', 'allow', { placeholders: 'none' })).toBe(true);
    expect(covers('dev/%c', 'dev/pump-7', 'allow', { placeholders: 'none' })).toBe(false);
  });
});

describe('what a client is called', () => {
  const anywhere = { placeholders: 'anywhere', dollar: false } as const;

  it.each([
    ['+', 'dev/other'],
    ['+', 'dev/+'],
    ['#', 'dev/a/b'],
    ['#', 'dev/#'],
    ['a/b', 'dev/a/b'],
    ['', 'dev/'],
    ['a\0', 'dev/a\0'],
  ])('%j widens no pattern: dev/%%c does not allow %s', (clientId, topic) => {
    for (const options of [{}, anywhere]) {
      const pattern = new TopicPattern('dev/%c', options);
      expect(pattern.covers(topic, { clientId, username: clientId }, 'allow')).toBe(false);
    }
  });

  it('opens no topic that begins with $, but is held to a rule that forbids it', () => {
    const mallory = { clientId: '$SYS', username: '$SYS' };
    for (const options of [{}, anywhere]) {
      const pattern = new TopicPattern('%c/#', options);
      expect(pattern.covers('$SYS/broker/log', mallory, 'allow')).toBe(false);
      expect(pattern.covers('$SYS/broker/log', mallory, 'deny')).toBe(true);
      expect(new TopicPattern('dev/%c', options).covers('dev/$SYS', mallory, 'allow')).toBe(true);
    }
  });

  it('with a slash does not slip out of a rule that forbids', () => {
    const pattern = new TopicPattern('dev/%c/secret', anywhere);
    expect(pattern.covers('dev/a/b/secret', { clientId: 'a/b', username: undefined }, 'deny')).toBe(true);
    expect(pattern.covers('dev/a/b/open', { clientId: 'a/b', username: undefined }, 'deny')).toBe(false);
  });

  it('fits nothing where it is not called anything', () => {
    const nobody = { clientId: 'a/b', username: undefined };
    for (const effect of ['allow', 'deny'] as const) {
      for (const topic of ['dev/', 'dev/undefined', 'dev//x', 'dev/%u']) {
        expect(new TopicPattern('dev/%u', anywhere).covers(topic, nobody, effect)).toBe(false);
        expect(new TopicPattern('dev/%u').covers(topic, nobody, effect)).toBe(false);
      }
    }
  });

  it('is data in a pattern of any length', () => {
    const long = 'x/'.repeat(30_000);
    expect(new TopicPattern('#').covers(long, { clientId: long, username: long }, 'allow')).toBe(true);
    expect(new TopicPattern('%c').covers(long, { clientId: long, username: long }, 'allow')).toBe(false);
  });
});
