/** Random and mutated files of Mosquitto's configuration: whatever the text is, the answer is a reading with its problems. */

import { generalKeywords } from '../../src/config/mosquitto/general-keywords.ts';
import { keywordNames } from '../../src/config/mosquitto/keywords.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { readConf } from '../config/mosquitto-reading.ts';

const seeds: readonly string[] = [
  'listener 1884 127.0.0.1 # x\nallow_anonymous true\nprotocol websockets\nmax_qos 1\n\npersistence true\n',
  'per_listener_settings true\nlistener 8883\ncertfile c\nkeyfile k\ncafile a\nrequire_certificate true\nuse_identity_as_username true\npsk_file p\n',
  'connection b\naddress h:1 i\ntopic a/# both 1 l/ r/\nremote_password p\nrestart_timeout 1 9\n',
  'plugin mosquitto_dynamic_security.so\nplugin_opt_config_file f\nlog_dest file x\nlog_type all\ninclude_dir /d\n',
];

const fragments: readonly string[] = [
  ...keywordNames.map((name) => `\n${name} `),
  ...[
    'true',
    'false',
    '0',
    '-1',
    '99999999999',
    ' ',
    '\t',
    '\n',
    '\r',
    '\r\n',
    '#',
    '"',
    '""',
    ':',
    '=',
    ',',
    '\0',
    '\u2028',
  ],
  ...['__proto__', 'constructor', '\ud800', '\ufeff', '😀', '%', '$SYS/#', '+', '../', '[::1]:1', 'a'.repeat(70_000)],
];

const files = { '/d/x.conf': 'max_qos 0\nconnection z\n', '/d/y.conf': 'allow_anonymous false\ninclude_dir /d\n' };

function mutate(text: string, random: SeededRandom): string {
  let mutated = text;
  for (let change = random.integer(8); change >= 0; change--) {
    const at = random.integer(mutated.length + 1);
    const fragment = random.chance(0.9) ? random.pick(fragments) : String.fromCharCode(random.integer(0x1_0000));
    const cut = random.chance(0.3) ? random.integer(20) : 0;
    mutated = mutated.slice(0, at) + fragment + mutated.slice(at + cut);
  }
  return mutated;
}

function check(text: string): void {
  const { problems, warnings, listeners } = readConf(text, { files });
  for (const said of [...problems, ...warnings]) {
    if (said === '' || /[\n\r]/.test(said)) throw new TypeError(`a problem is not one line: ${JSON.stringify(said)}`);
  }
  // Nobody may come in without a login because of a mistake in the file.
  const isAllowed = /allow_anonymous +(true|1)/.test(text + Object.values(files).join());
  const isOpen = listeners.some(({ anonymous, host }) => anonymous === 'allow' && host !== 'localhost');
  if (isOpen && !isAllowed) throw new TypeError(`open to strangers: ${JSON.stringify(text)}`);
}

/** Targets of `npm run fuzz`: each runs `iterations` inputs that `seed` decides, and throws when one of them fails. */
export const fuzzTargets: Record<string, (seed: number, iterations: number) => void> = {
  'mosquitto-conf': (seed, iterations) => {
    const random = new SeededRandom(seed);
    for (let i = 0; i < iterations; i++) {
      const text = mutate(
        random.chance(0.1) ? generalKeywords.map(({ name }) => name).join('\n') : random.pick(seeds),
        random,
      );
      try {
        check(text);
      } catch (cause) {
        throw Object.assign(new TypeError(`the reader failed for ${JSON.stringify(text)}`, { cause }), { input: text });
      }
    }
  },
};
