/** Home directories of EMQX as hoopoe.yaml: the same options have the same values. */

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { convertHome } from '../../src/config/emqx/convert.ts';
import { readHomeOnDisk } from '../../src/config/emqx/dialect.ts';
import { readYaml } from '../../src/config/native-yaml.ts';
import type { Reading } from '../../src/config/reading.ts';
import { settle } from '../../src/config/settings.ts';
import { root } from '../structure/source-tree.ts';
import { loaded, readHome } from './emqx-homes.ts';

/** The value of every option, of listeners, sources and bridges as well. */
function effective(reading: Reading): Map<string, unknown> {
  const settings = settle([reading], []);
  const values = new Map([...settings.all.values()].map(({ path, value }) => [path, value]));
  for (const entries of settings.entries.values()) {
    for (const one of entries.values()) for (const { path, value } of one.all.values()) values.set(path, value);
  }
  return values;
}

/** What is converted, when it is read again, says what was read. */
function convertsWhole(home: Parameters<typeof convertHome>[0]): string {
  const { yaml } = convertHome(home);
  const again = readYaml(yaml, '/somewhere/hoopoe.yaml');
  expect(again.problems).toEqual([]);
  expect(Object.fromEntries(effective(again))).toEqual(Object.fromEntries(effective(home.reading)));
  return yaml;
}

describe('a home directory as hoopoe.yaml', () => {
  it('as it is installed says the same, with the keys that it comes from', () => {
    const home = readHomeOnDisk(join(root, 'test/config/emqx-4.3'), {});
    expect(home.reading.problems).toEqual([]);
    const yaml = convertsWhole(home);
    expect(yaml).toContain('    port: 8883 # listener.ssl.external\n');
    expect(yaml).toContain('  tree: emqx # as in EMQX\n');
  });

  it('keeps texts that YAML could take for something else, and secrets', () => {
    const home = readHome({
      'etc/emqx.conf': 'listener.tcp.external = 1883\nlistener.tcp.external.access.1 = deny 10.0.0.0/8\n',
      'data/loaded_plugins': loaded('emqx_auth_mnesia', 'emqx_auth_pgsql', 'emqx_bridge_mqtt'),
      'etc/plugins/emqx_auth_mnesia.conf': 'auth.user.1.username = yes: # no\nauth.user.1.password = "q\'{[#\\\n',
      'etc/plugins/emqx_auth_pgsql.conf':
        "auth.pgsql.password = 0123\nauth.pgsql.username = true\nauth.pgsql.auth_query = select p from u where n = '%u' -- : #\n",
      'etc/plugins/emqx_bridge_mqtt.conf': 'bridge.mqtt.a.address = 127.0.0.1:1883\nbridge.mqtt.a.forwards = #,+/a\n',
    });
    expect(home.problems).toEqual([]);
    convertsWhole(home);
  });

  it('lists what has no counterpart', () => {
    const home = readHome('zone.external.mqueue_priorities = t/1=10\ncluster.discovery = dns\n');
    const { yaml, withoutCounterpart } = convertHome(home);
    expect(withoutCounterpart).toEqual([
      'zone.external.mqueue_priorities (etc/emqx.conf:1): messages wait in one queue, in their order',
      'cluster.discovery (etc/emqx.conf:2): this broker is alone',
    ]);
    expect(yaml).toContain('# What has no counterpart:\n#   zone.external.mqueue_priorities');
  });
});
