/** The files that say what is loaded: read, written, and changed while the broker runs. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordLoaded } from '../../src/cli/emqx/record-loaded.ts';
import { defaultPlugins, formatLoaded, parseLoaded } from '../../src/config/emqx/loaded-files.ts';
import { folder } from '../listeners/listening.ts';

describe('loaded_plugins and loaded_modules', () => {
  it('hold terms in both forms, several in a line, and remarks', () => {
    const { entries, problems } = parseLoaded(
      "%% what is loaded\n{emqx_management, true}.\n{ emqx_dashboard ,false } . emqx_retainer.\n{'emqx-own', true}.\n{emqx_dashboard, true}.\n",
    );
    expect(problems).toEqual([]);
    expect([...entries]).toEqual([
      ['emqx_management', true],
      ['emqx_dashboard', true],
      ['emqx_retainer', true],
      ['emqx-own', true],
    ]);
    expect(formatLoaded(entries)).toBe(
      "{emqx_management, true}.\n{emqx_dashboard, true}.\n{emqx_retainer, true}.\n{'emqx-own', true}.\n",
    );
  });

  it('say which line is none', () => {
    expect(parseLoaded('{a, true}.\n{b, maybe}.\n{c, true}\n').problems.map(({ line }) => line)).toEqual([2, 3]);
    expect(parseLoaded('x'.repeat(2_000_000)).problems).toHaveLength(1);
  });

  it('remember what was loaded, under the name that stands there', () => {
    const home = folder();
    for (const name of ['etc', 'data']) mkdirSync(join(home, name));
    writeFileSync(join(home, 'etc/emqx.conf'), '');
    const plugins = join(home, 'data/loaded_plugins');
    recordLoaded(home, {}, 'emqx_auth_mnesia', true);
    expect(readFileSync(plugins, 'utf8')).toBe(`${formatLoaded(defaultPlugins)}{emqx_auth_mnesia, true}.\n`);
    writeFileSync(plugins, 'emq_auth_pgsql.\n');
    recordLoaded(home, {}, 'emqx_auth_pgsql', false);
    expect(readFileSync(plugins, 'utf8')).toBe('{emq_auth_pgsql, false}.\n');
    recordLoaded(home, {}, 'emqx_mod_delayed', true);
    expect(readFileSync(join(home, 'data/loaded_modules'), 'utf8')).toContain('{emqx_mod_delayed, true}.\n');
    writeFileSync(join(home, 'etc/emqx.conf'), 'plugins.loaded_file = data/others\n');
    recordLoaded(home, {}, 'emqx_auth_jwt', true);
    expect(readFileSync(join(home, 'data/others'), 'utf8')).toContain('{emqx_auth_jwt, true}.\n');
  });
});
