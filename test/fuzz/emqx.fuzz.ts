/**
 * Random and mutated home directories of EMQX. Whatever the files and the environment hold, the reader answers with a
 * Reading whose problems name a place, no secret is shown, what is converted can be read again, and nothing is thrown.
 */

import { checkReferences, planAccess } from '../../src/config/access.ts';
import { convertHome } from '../../src/config/emqx/convert.ts';
import { formatLoaded, parseLoaded } from '../../src/config/emqx/loaded-files.ts';
import { type EmqxHome, readEmqxHome } from '../../src/config/emqx/read-home.ts';
import { planListeners } from '../../src/config/listeners.ts';
import { readYaml } from '../../src/config/native-yaml.ts';
import { settle } from '../../src/config/settings.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';

const SECRET = 'tresor-7f3a';

const seeds: readonly string[] = [
  'allow_anonymous = true\nacl_nomatch = allow\nzone.external.enable_acl = on\nlistener.tcp.external = 0.0.0.0:1883\n',
  'listener.ssl.external = 8883\nlistener.ssl.external.verify = verify_peer\nlistener.ssl.external.cacertfile = ca.pem\nlistener.ssl.external.access.1 = deny all\n',
  `listener.ws.a\\.b = ::1:8083\ninclude etc/emqx.conf\nauth.mnesia.password_hash = sha256\nauth.user.1.username = a\nauth.user.1.password = ${SECRET}\n`,
  'auth.http.auth_req.url = http://127.0.0.1/auth\nauth.http.auth_req.headers.x = y\nauth_order = jwt,http\nflapping_detect_policy = 30, 1m, 5m\n',
  'bridge.mqtt.aws.address = 127.0.0.1:1883\nbridge.mqtt.aws.forwards = a/#,b\nbridge.mqtt.aws.subscription.1.topic = c/#\n',
];

const loadedSeeds: readonly string[] = [
  '{emqx_management, true}.\n{emqx_auth_mnesia, true}.\n{emqx_bridge_mqtt, false}.\n',
  'emq_auth_pgsql.\nemq_retainer.\n',
  "{'emqx_auth_http', true}. {emqx_auth_jwt,true}.\n% remark\n",
];

const fragments: readonly string[] = [
  ...[
    '=',
    '.',
    '\\.',
    '\\',
    '#',
    '\n',
    '\r\n',
    ' ',
    '\t',
    '{{x}}',
    'include ',
    '$',
    '%u',
    '**',
    ',',
    ':',
    '"',
    "'",
    '{',
    '}',
    '|',
  ],
  ...['zone.', 'listener.', 'external', 'internal', 'on', 'off', '10s', '64KB', '-1', '99999999999999999999', '1e9'],
  ...['__proto__', 'constructor', 'toString', 'emqx_auth_', '\0', '\ud800', '\ufeff', '\u2028', '😀', '.'.repeat(300)],
];

function mutate(text: string, random: SeededRandom): string {
  let mutated = text;
  for (let change = random.integer(6); change > 0; change--) {
    const at = random.integer(mutated.length + 1);
    const cut = random.chance(0.3) ? random.integer(12) : 0;
    mutated = mutated.slice(0, at) + random.pick(fragments).repeat(1 + random.integer(2)) + mutated.slice(at + cut);
  }
  return mutated;
}

function readRandomly(random: SeededRandom): { input: string; home: () => EmqxHome } {
  const files = new Map([
    ['/h/etc/emqx.conf', mutate(random.pick(seeds), random)],
    ['/h/data/loaded_plugins', mutate(random.pick(loadedSeeds), random)],
    ['/h/etc/plugins/emqx_auth_mnesia.conf', mutate(random.pick(seeds), random)],
    ['/h/etc/acl.conf', ''],
  ]);
  const variable = `EMQX_${mutate('ZONE__EXTERNAL__ENABLE_ACL', random)}`;
  const environment = { [variable]: mutate('on', random) };
  return {
    input: JSON.stringify([...files, environment]),
    home: () => readEmqxHome('/h', environment, (file) => files.get(file)),
  };
}

function check(home: EmqxHome): void {
  const { reading } = home;
  for (const { text } of [...reading.problems, ...reading.warnings]) {
    if (text === '') throw new TypeError('a problem says nothing');
  }
  const settings = settle([reading], []);
  const { sources } = planAccess(settings, reading.problems.length === 0);
  checkReferences(settings, planListeners(settings, sources).listeners);
  const { yaml } = convertHome(home);
  const again = readYaml(yaml, 'hoopoe.yaml');
  if (again.problems.length > 0)
    throw new TypeError(`what was converted has problems: ${JSON.stringify(again.problems)}`);
}

function fuzzHome(seed: number, iterations: number): void {
  const random = new SeededRandom(seed);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const { input, home } = readRandomly(random);
    try {
      check(home());
      if ('polluted' in {}) throw new TypeError('a prototype was polluted');
    } catch (cause) {
      const failure = new Error(`the reader failed for ${input}`, { cause });
      throw Object.assign(failure, { input });
    }
  }
}

function fuzzLoaded(seed: number, iterations: number): void {
  const random = new SeededRandom(seed);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const text = mutate(random.pick(loadedSeeds), random);
    const { entries } = parseLoaded(text);
    const again = parseLoaded(formatLoaded(entries));
    if (again.problems.length > 0 || JSON.stringify([...again.entries]) !== JSON.stringify([...entries])) {
      throw Object.assign(new Error(`what was written is not what was read: ${JSON.stringify(text)}`), { input: text });
    }
  }
}

/** Targets of `npm run fuzz`: each runs `iterations` inputs that `seed` decides, and throws when one of them fails. */
export const fuzzTargets: Record<string, (seed: number, iterations: number) => void> = {
  'emqx-home': fuzzHome,
  'emqx-loaded': fuzzLoaded,
};
