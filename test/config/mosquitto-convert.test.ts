/** mosquitto.conf made into hoopoe.yaml: it means the same, and says what has no counterpart. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { convertConf } from '../../src/config/mosquitto/convert.ts';
import { readYaml } from '../../src/config/native-yaml.ts';
import { type Settings, settle } from '../../src/config/settings.ts';
import { madeUpMachine, readConf } from './mosquitto-reading.ts';

const notes = readFileSync(new URL('../system/mosquitto-notes.conf', import.meta.url), 'utf8').replace(
  /^include_dir .*$/m,
  '',
);

/** Every option with its value, those of listeners, sources and bridges too. */
function valuesOf(settings: Settings): Record<string, unknown> {
  const entries = [...settings.entries.values()].flatMap((each) => [...each.values()]);
  return Object.fromEntries(
    [settings, ...entries].flatMap(({ all }) => [...all.values()].map(({ path, value }) => [path, value])),
  );
}

describe('the conversion of mosquitto.conf', () => {
  it.each([
    ['the file of the notes', notes],
    ['an empty file', '# nothing\n'],
    [
      'listeners and logins',
      'per_listener_settings true\nlistener 1884 127.0.0.1\npassword_file /p\nacl_file a\nlistener 8883\ncertfile c\nkeyfile k\ncafile a\nrequire_certificate true\nuse_identity_as_username true\nlistener 0 /run/x y.sock\nallow_anonymous true\nmount_point true\n',
    ],
    [
      'limits and logs',
      'max_inflight_messages 0\nmax_packet_size 5000\npersistence true\npersistence_file yes\npersistent_client_expiration 14d\nlog_dest file /var/log/a b.log\nlog_dest stdout\nlog_type all\nlog_timestamp_format %Y-%m-%d\nauto_id_prefix null\nclientid_prefixes 007\n',
    ],
    [
      'a bridge',
      'connection Site 1\naddress h i:1\ntopic a/# both 1 "" r/\ntopic b\nremote_password "x: #y\nremote_username true\nrestart_timeout 3\n',
    ],
    ['dynamic security', 'plugin mosquitto_dynamic_security.so\nplugin_opt_config_file d.json\n'],
  ])('means the same: %s', (_what, text) => {
    const { yaml } = convertConf(text, 'mosquitto.conf', madeUpMachine());
    const reading = readYaml(yaml, '/elsewhere/hoopoe.yaml');
    expect(reading.problems).toEqual([]);
    expect(valuesOf(settle([reading], []))).toEqual(valuesOf(readConf(text).settings));
  });

  it('says where each line comes from, and what has no counterpart', () => {
    const text = 'listener 1884\nmax_qos 1\nautosave_interval 5\nmemory_limit 9\nretry_interval 20\n';
    const { yaml, withoutCounterpart } = convertConf(text, 'mosquitto.conf', madeUpMachine());
    expect(yaml).toContain('qos_max: 1 # max_qos (mosquitto.conf:2)\n');
    expect(yaml).toContain('refusal_code: not_authorized # as in Mosquitto\n');
    expect(withoutCounterpart.map((line) => line.split(' ', 2).join(' '))).toEqual([
      'mosquitto.conf:3: autosave_interval',
      'mosquitto.conf:4: memory_limit',
      'mosquitto.conf:5: retry_interval',
    ]);
    for (const line of withoutCounterpart) expect(yaml).toContain(`#   ${line}\n`);
  });

  it('is refused where the file has a mistake', () => {
    expect(() => convertConf('persistence maybe\n', 'm.conf', madeUpMachine())).toThrow(
      'm.conf:1: Invalid persistence',
    );
  });
});
