/**
 * Random and mutated configurations. Whatever a file or the environment holds, a reader answers with a Reading, and
 * nothing is thrown or polluted.
 */

import { checkReferences, planAccess } from '../../src/config/access.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import { planListeners } from '../../src/config/listeners.ts';
import { readYaml } from '../../src/config/native-yaml.ts';
import type { Reading } from '../../src/config/reading.ts';
import { settle } from '../../src/config/settings.ts';

const seeds: readonly string[] = [
  'limits: { packet_bytes_max: 1MB, inflight_max: 20 }\nlog: { level: debug }\n',
  'listeners:\n  a: &a { transport: tls, host: 0.0.0.0, port: 8883, access: [allow 10.0.0.0/8, deny all] }\n  b: *a\n',
  '__proto__: { polluted: 1 }\nallow_anonymous: !!bool yes\n"listeners": {"ws": {"path": "/mqtt", "origins": ["*"]}}\n',
  'access:\n  db: { postgresql: { server: db, password_hash: sha256 }, order: 3 }\n  rules:\n    acl_conf: { file: a.conf }\n',
  'data:\n  dir: |\n    x\nmqtt: {qos_max: 0x1, response_information: >-\n  folded\n}\n',
];

const fragments: readonly string[] = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ':',
    ': ',
    '- ',
    '\n',
    '\n  ',
    '\t',
    '"',
    "'",
    '&a ',
    '*a',
    '!!',
    '!!set ',
    '<<: ',
    '? ',
    '#',
    '|',
    '>',
  ],
  ...[
    '~',
    '1e999',
    '-0',
    '0o7',
    '.nan',
    '9007199254740993',
    '\u0000',
    '\ud800',
    '\ufeff',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
  ],
  ...[
    'listeners',
    'access',
    'postgresql',
    'type',
    'limits',
    '__proto__',
    'constructor',
    'port',
    'host',
    'key_passphrase',
    'unlimited',
    '1h30m',
    '64KB',
  ],
];

/** A small generator of numbers that a seed repeats exactly (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function mutate(text: string, below: (limit: number) => number): string {
  let mutated = text;
  for (let change = below(8); change >= 0; change--) {
    const at = below(mutated.length + 1);
    const fragment = fragments[below(fragments.length)] ?? '';
    const cut = below(3) === 0 ? below(12) : 0;
    mutated = mutated.slice(0, at) + fragment.repeat(1 + below(3)) + mutated.slice(at + cut);
  }
  return mutated;
}

function assertSane(text: string, settled: () => void): void {
  try {
    settled();
  } catch (error) {
    throw new Error(`a reader threw for ${JSON.stringify(text)}`, { cause: error });
  }
  if ('polluted' in {}) throw new Error(`a prototype was polluted by ${JSON.stringify(text)}`);
}

/** Everything that is made of a reading before anything is opened. */
function plan(reading: Reading): void {
  const settings = settle([reading], []);
  const { sources } = planAccess(settings, reading.problems.length === 0);
  checkReferences(settings, planListeners(settings, sources).listeners);
}

function fuzzYaml(seed: number, iterations: number): void {
  const below = numbers(seed);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const text = mutate(seeds[below(seeds.length)] ?? '', below);
    assertSane(text, () => plan(readYaml(text, 'fuzz.yaml')));
  }
}

function fuzzEnvironment(seed: number, iterations: number): void {
  const below = numbers(seed);
  const names = [
    'HOOPOE_LIMITS__INFLIGHT_MAX',
    'HOOPOE_LISTENERS__A__PORT',
    'HOOPOE_ACCESS__A__POSTGRESQL__SERVER',
    'HOOPOE_ACCESS__A__TYPE',
    'HOOPOE_LISTENERS__TLS__KEY_PASSPHRASE_FILE',
  ];
  for (let iteration = 0; iteration < iterations; iteration++) {
    const name = mutate(names[below(names.length)] ?? '', below);
    const text = mutate('1', below);
    assertSane(`${name}=${text}`, () => {
      plan(readEnvironment({ [name]: text }, '/', () => text));
    });
  }
}

/** Targets of `npm run fuzz`: each runs `iterations` inputs that `seed` decides, and throws when one of them fails. */
export const fuzzTargets: Record<string, (seed: number, iterations: number) => void> = {
  'config-yaml': fuzzYaml,
  'config-environment': fuzzEnvironment,
};
