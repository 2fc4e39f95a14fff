/**
 * Random and mutated files of permissions. Whatever the text is, a parser answers with rules that can be asked, or says
 * which line is wrong.
 */

import { parseRules } from '../../src/access/acl-conf/parse-rules.ts';
import { RuleList } from '../../src/access/acl-conf/rule-list.ts';
import { FileRules } from '../../src/access/acl-file/file-rules.ts';
import { parseFile } from '../../src/access/acl-file/parse-rules.ts';
import { LineProblem } from '../../src/access/rules/line-problem.ts';
import type { ClientIdentity } from '../../src/ports/access.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';

const confSeeds: readonly string[] = [
  '%% x\n{allow, {user, "dashboard"}, subscribe, ["$SYS/#"]}.\n{deny, all, subscribe, ["$SYS/#", {eq, "#"}]}.\n{allow, all}.\n',
  '{allow, {\'and\', [{client, <<"c">>}, {\'or\', [{ipaddr, "10.0.0.0/8"}, {ipaddrs, ["::1", "fd00::/8"]}]}]}, pubsub, <<"a"/utf8>>}.',
  '{deny, {user, "caf\\x{E9}\\"\\101" "b"}, publish, ["%c/+", "%u/#"]}.\r\n',
];

const fileSeeds: readonly string[] = [
  '# x\ntopic read a/#\ntopic deny a/b\n\nuser anna b\ntopic write c d\npattern readwrite %u/%c-x/#\npattern deny +/x\n',
  'user a\r\ntopic\r\n  pattern $SYS/%c \t\r\n',
];

const fragments: readonly string[] = [
  ...['{', '}', '[', ']', ',', '.', '"', "'", '<<', '>>', '/utf8', '%', '\\', '\\x{', '\\^', '\n', ' ', '\t', '\r'],
  ...[
    'allow',
    'deny',
    'all',
    'user',
    'eq',
    "'and'",
    'publish',
    'topic ',
    'pattern ',
    'read ',
    '%u',
    '%c',
    '+',
    '#',
    '$',
  ],
  ...['\0', '\ud800', '\ufeff', '\u2028', '😀', '__proto__', '10.0.0.0/99', '65536', '[[[[[[[[[[[[[[[[[['],
];

const clients: readonly ClientIdentity[] = [
  { clientId: 'a', username: undefined },
  { clientId: '+', username: '__proto__' },
  { clientId: 'a/b', username: '$SYS' },
].map((names) => ({
  ...names,
  version: 5,
  peer: { address: '10.0.0.1', port: 1, localAddress: '', localPort: 0, listener: 'x', transport: 'tcp' },
}));

function mutate(text: string, random: SeededRandom): string {
  let mutated = text;
  for (let change = random.integer(8); change >= 0; change--) {
    const at = random.integer(mutated.length + 1);
    const fragment = random.chance(0.8) ? random.pick(fragments) : String.fromCharCode(random.integer(0x2_0000));
    const cut = random.chance(0.3) ? random.integer(20) : 0;
    mutated = mutated.slice(0, at) + fragment.repeat(1 + random.integer(3)) + mutated.slice(at + cut);
  }
  return random.chance(0.1) ? mutated.slice(0, random.integer(mutated.length + 1)) : mutated;
}

/** @param ask parses the text and asks what came out; throws a problem with its line, or nothing */
function check(text: string, ask: (text: string) => void): void {
  try {
    ask(text);
  } catch (cause) {
    const lines = text.split('\n').length;
    const isSaid = cause instanceof LineProblem;
    if (isSaid && cause.line >= 1 && cause.line <= lines && cause.message.length > 0) return;
    const failure = new Error(`a parser failed for ${JSON.stringify(text)}`, { cause });
    throw Object.assign(failure, { input: text });
  }
}

function askConf(text: string): void {
  const rules = new RuleList(parseRules(text));
  for (const client of clients) {
    for (const action of ['publish', 'subscribe'] as const) {
      for (const topic of ['a/b', '$SYS/x', '#']) rules.find(client, { action, topic, qos: 0, retain: false });
    }
  }
}

function askFile(text: string): void {
  const rules = new FileRules(parseFile(text));
  for (const client of clients) for (const topic of ['a/b', '$SYS/x']) rules.decide(client, 'read', topic);
}

function target(seeds: readonly string[], ask: (text: string) => void): (seed: number, iterations: number) => void {
  return (seed, iterations) => {
    const random = new SeededRandom(seed);
    for (let i = 0; i < iterations; i++) check(mutate(random.pick(seeds), random), ask);
  };
}

/** Targets of `npm run fuzz`: each runs `iterations` inputs that `seed` decides, and throws when one of them fails. */
export const fuzzTargets: Record<string, (seed: number, iterations: number) => void> = {
  'acl-conf': target(confSeeds, askConf),
  'acl-file': target(fileSeeds, askFile),
};
