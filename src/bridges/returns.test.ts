import { beforeEach, describe, expect, test } from 'vitest';
import { Message } from '../packet/message.ts';
import type { Qos } from '../packet/types.ts';
import type { Delivery } from '../ports/link.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { parseTopicRule, TopicMap, type TopicRule } from '../topic/bridge-rules.ts';
import { Returns } from './returns.ts';

let clock: FakeClock;
let returns: Returns;

function opened(...rules: readonly string[]): Returns {
  const map = new TopicMap(rules.map((text) => parseTopicRule(text) as TopicRule));
  returns = new Returns(map, 'bridge', clock, new SeededRandom(1));
  returns.begin(true, true, false);
  return returns;
}

function message(topic: string, payload: string, qos: Qos = 1, retain = false): Message {
  return Message.of(topic, Buffer.from(payload), qos, retain);
}

function send(topic: string, payload: string, qos: Qos = 1, dup = false): void {
  returns.sent(topic, message(topic, payload, qos), { qos, retain: false, dup } as Delivery);
}

const comesBack = (topic: string, payload: string, qos: Qos = 1): boolean =>
  returns.isReturn(message(topic, payload, qos));

/** The other broker sends the question back. */
const answered = (): boolean => returns.isReturn(returns.question());

beforeEach(() => {
  clock = new FakeClock();
});

describe('a broker that sends back what it is sent', () => {
  test('each message goes no further once, and what is like it crosses', () => {
    opened('t/# both 2');
    expect(answered()).toBe(true);
    send('t/x', 'on');
    send('t/x', 'on');
    expect([comesBack('t/x', 'on'), comesBack('t/x', 'on'), comesBack('t/x', 'on')]).toEqual([true, true, false]);
    send('t/x', 'on');
    expect([comesBack('t/y', 'on'), comesBack('t/x', 'off'), comesBack('t/x', 'on')]).toEqual([false, false, true]);
  });

  test('what it sends for each of two subscriptions goes no further twice', () => {
    opened('t/# both 2', 't/x both 1');
    expect([answered(), answered()]).toEqual([true, true]);
    send('t/x', 'on');
    send('t/x', 'on');
    expect([1, 2, 3, 4, 5].map(() => comesBack('t/x', 'on'))).toEqual([true, true, true, true, false]);
  });

  test('a message that was lost on its way back is not waited for when a later one is there', () => {
    opened('t/# both 2');
    answered();
    for (const payload of ['lost', 'came']) send('t/x', payload);
    expect(comesBack('t/x', 'came')).toBe(true);
    expect(comesBack('t/x', 'lost')).toBe(false);
  });

  test('what its rules keep from us is soon not waited for any more, whatever is published there', () => {
    opened('t/# both 2');
    answered();
    send('t/kept', 'on');
    clock.advance(21_000);
    expect(comesBack('t/kept', 'on')).toBe(false);
    send('t/kept', 'on');
    expect(comesBack('t/kept', 'on')).toBe(false);
  });

  test('a retained message that is sent for a subscription is none that comes back', () => {
    opened('t/# both 2');
    answered();
    send('t/x', 'on');
    expect(returns.isReturn(message('t/x', 'on', 1, true))).toBe(false);
    expect(comesBack('t/x', 'on')).toBe(true);
  });

  test('what is on its way when the connection breaks is known when the session goes on, and only then', () => {
    opened('t/# both 2');
    answered();
    send('t/x', 'on');
    returns.ended();
    clock.advance(3_600_000);
    returns.begin(true, true, false);
    answered();
    expect(comesBack('t/x', 'on')).toBe(true);
    send('t/x', 'on');
    returns.ended();
    returns.begin(true, false, false);
    answered();
    expect(comesBack('t/x', 'on')).toBe(false);
  });

  test('a repeat of a QoS 2 message that went no further goes no further, and sending one again makes one', () => {
    opened('t/# both 2');
    answered();
    send('t/x', 'on', 2);
    send('t/x', 'on', 2, true);
    const first = message('t/x', 'on', 2);
    first.packetId = 7;
    expect(returns.isReturn(first)).toBe(true);
    first.dup = true;
    expect(returns.isReturn(first)).toBe(true);
    returns.released(7);
    expect(returns.isReturn(first)).toBe(false);
  });
});

test('a broker that sends nothing back has everything cross', () => {
  opened('t/# both 2');
  send('t/x', 'on');
  expect(comesBack('t/x', 'on')).toBe(false);
  clock.advance(returns.questionMs);
  returns.closeQuestion();
  expect(comesBack('t/x', 'on')).toBe(false);
});

test('what goes out under a name that is not subscribed to there is not waited for', () => {
  opened('t/# out 1', 'u/# in 1', '$share/g/t/# in 1');
  answered();
  send('t/x', 'on');
  expect(comesBack('t/x', 'on')).toBe(false);
});
