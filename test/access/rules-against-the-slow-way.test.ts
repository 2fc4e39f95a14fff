/** Random files of rules and random requests: the compiled rules answer as the slow way does. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRules } from '../../src/access/acl-conf/parse-rules.ts';
import { RuleList } from '../../src/access/acl-conf/rule-list.ts';
import { FileRules } from '../../src/access/acl-file/file-rules.ts';
import { parseFile } from '../../src/access/acl-file/parse-rules.ts';
import { clientOf } from './rule-files.ts';
import {
  askConf,
  askFile,
  type ConfRule,
  type FileLine,
  type SlowClient,
  type SlowWho,
  writeConf,
  writeFile,
} from './slow-rules.ts';

const names = ['a', 'b', '$x', '+', '#', 'a/b', '', 'é', '%c'] as const;

const someClient: fc.Arbitrary<SlowClient> = fc.record({
  clientId: fc.constantFrom(...names),
  username: fc.constantFrom(undefined, ...names),
  address: fc.constantFrom('10.0.0.1', '10.1.0.1', '192.0.2.1'),
});

function levels(...texts: string[]): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...texts), { minLength: 1, maxLength: 4 }).map((all) => all.join('/') || 'a');
}

const someName = levels('a', 'b', 'a', 'b', '', '$x', 'é', '%c');
const someRequestFilter = fc
  .tuple(levels('a', 'b', '+', '$x', ''), fc.constantFrom('', '', '/#', '#'))
  .map(([text, end]) => (end === '#' ? end : text + end));
const somePattern = fc
  .tuple(levels('a', 'b', '+', '%u', '%c', '', '$x', 'é'), fc.constantFrom('', '', '/#', '#'))
  .map(([text, end]) => (end === '#' ? end : text + end));
const someFilePattern = fc
  .tuple(levels('a', 'b', '+', '%u', '%c', '%u%c', 'a%c', '%cb', '', '$x', '$%u'), fc.constantFrom('', '', '/#', '#'))
  .map(([text, end]) => (end === '#' ? end : text + end));

const simpleWho: fc.Arbitrary<SlowWho> = fc.oneof(
  fc.constant<SlowWho>({ is: 'all' }),
  fc.record({ is: fc.constantFrom('user', 'client'), name: fc.constantFrom(...names) }),
  fc.constantFrom<SlowWho>(
    { is: 'ipaddr', range: '10.0.0.0/8', prefix: '10.' },
    { is: 'ipaddr', range: '10.1.0.0/16', prefix: '10.1.' },
    { is: 'ipaddr', range: '192.0.2.1', prefix: '192.0.2.1' },
  ),
);
const someWho: fc.Arbitrary<SlowWho> = fc.oneof(
  { weight: 4, arbitrary: simpleWho },
  { weight: 1, arbitrary: fc.record({ is: fc.constantFrom('and', 'or'), of: fc.array(simpleWho, { maxLength: 3 }) }) },
);

const someConfRule: fc.Arbitrary<ConfRule> = fc.record({
  effect: fc.constantFrom('allow', 'deny'),
  who: someWho,
  action: fc.constantFrom('publish', 'subscribe', 'pubsub'),
  topics: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ text: somePattern, eq: fc.constant(false) }) },
      { weight: 1, arbitrary: fc.record({ text: someRequestFilter, eq: fc.constant(true) }) },
    ),
    { maxLength: 3 },
  ),
});

const someFileLine: fc.Arbitrary<FileLine> = fc
  .record({
    word: fc.constantFrom('user', 'topic', 'topic', 'pattern'),
    access: fc.constantFrom('', 'read', 'write', 'readwrite', 'deny'),
    topic: someFilePattern,
    user: fc.constantFrom(...names.filter((name) => name !== '')),
  })
  .map(({ word, access, topic, user }) => ({ word, access, text: word === 'user' ? user : topic }));

/** A topic that a pattern would be about, if names of clients were text like any other. */
function about(pattern: string, client: SlowClient): string {
  const text = pattern.replaceAll('%c', client.clientId).replaceAll('%u', client.username ?? '');
  return text.replaceAll('+', 'a').replaceAll('#', 'b');
}

const limits = { numRuns: 3_000, interruptAfterTimeLimit: 2_000 };

describe('the compiled rules answer as the slow way does', () => {
  it('for acl.conf', () => {
    const answers = new Set<string>();
    fc.assert(
      fc.property(
        fc.array(someConfRule, { maxLength: 6 }),
        fc.array(fc.tuple(someClient, someName, someRequestFilter, fc.nat(7)), { minLength: 1, maxLength: 6 }),
        (rules, requests) => {
          const compiled = new RuleList(parseRules(writeConf(rules)));
          for (const [client, name, filter, place] of requests) {
            const near = about(rules[place]?.topics[0]?.text ?? '', client);
            const who = clientOf(client);
            for (const [action, topic] of [
              ['publish', name],
              ['subscribe', filter],
              ['subscribe', name],
              ['publish', near],
            ] as const) {
              const expected = askConf(rules, client, action, topic);
              answers.add(`${action} ${expected}`);
              const found = compiled.find(who, { action, topic, qos: 0, retain: false })?.effect ?? 'ignore';
              expect({ action, topic, found }).toEqual({ action, topic, found: expected });
            }
          }
        },
      ),
      limits,
    );
    expect(answers.size).toBe(6);
  });

  it('for acl_file', () => {
    const answers = new Set<string>();
    fc.assert(
      fc.property(
        fc.array(someFileLine, { maxLength: 8 }),
        fc.array(fc.tuple(someClient, someName, fc.nat(9)), { minLength: 1, maxLength: 8 }),
        (lines, requests) => {
          const compiled = new FileRules(parseFile(writeFile(lines)));
          for (const [client, name, place] of requests) {
            const line = lines[place];
            const topic = line === undefined || line.word === 'user' ? name : about(line.text, client);
            for (const access of ['read', 'write'] as const) {
              const expected = askFile(lines, client, access, topic);
              answers.add(`${access} ${expected}`);
              const { answer } = compiled.decide(clientOf(client), access, topic);
              expect({ access, topic, found: answer === 'allow' ? 'allow' : 'deny' }).toEqual({
                access,
                topic,
                found: expected,
              });
            }
          }
        },
      ),
      limits,
    );
    expect(answers.size).toBe(4);
  });
});
