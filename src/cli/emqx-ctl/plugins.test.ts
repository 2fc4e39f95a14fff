import { describe, expect, it } from 'vitest';
import { ApiRefusal, type Json } from '../control/api-client.ts';
import type { Ctl } from './command.ts';
import { pluginCommands } from './plugins.ts';

const modulesOf = [
  { name: 'emqx_mod_delayed', state: 'running', description: 'EMQ X Delayed Publish Module' },
  { name: 'emqx_mod_presence', state: 'stopped', description: 'EMQ X Presence Module' },
  { name: 'emqx_mod_rewrite', state: 'stopped', description: 'EMQ X Topic Rewrite Module' },
];

/** A broker that only has plugins and modules. */
function ctlOf(isOld = false): { ctl: Ctl; asked: string[] } {
  const asked: string[] = [];
  const states = new Map([
    ['emqx_retainer', 'running'],
    ['emqx_auth_pgsql', 'stopped'],
    ['emqx_auth_mysql', 'stopped'],
  ]);
  const ask = async (method: string, path: string): Promise<Json> => {
    if (path === '/modules') return { items: modulesOf };
    if (method === 'GET') {
      const items = [...states].map(([name, state]) => ({ name, state, description: `EMQ X ${name}` }));
      return { items };
    }
    asked.push(`${method} ${path}`);
    const [, , name = '', action] = path.split('/');
    if (name === 'emqx_auth_mysql') throw new ApiRefusal(422, 'parse_config_file_failed');
    states.set(name, action === 'unload' ? 'stopped' : 'running');
    return null;
  };
  return {
    ctl: { api: { ask }, v4: { ask }, dataDirectory: '/data', node: 'emq@127.0.0.1', version: '1.2.3', isOld },
    asked,
  };
}

const plugins = pluginCommands.find(({ name }) => name === 'plugins')!.run;

const modules = pluginCommands.find(({ name }) => name === 'modules')!.run;

describe('modules', () => {
  it('are listed, loaded and unloaded under the names of EMQX', async () => {
    const { ctl, asked } = ctlOf();
    expect(await modules(['list'], ctl)).toBe(
      'Module(emqx_mod_delayed, description=EMQ X Delayed Publish Module, active=true)\n' +
        'Module(emqx_mod_presence, description=EMQ X Presence Module, active=false)\n' +
        'Module(emqx_mod_rewrite, description=EMQ X Topic Rewrite Module, active=false)\n',
    );
    expect(await modules(['load', 'emqx_mod_presence'], ctl)).toBe('Module emqx_mod_presence loaded successfully.\n');
    expect(await modules(['load', 'emqx_mod_delayed'], ctl)).toBe(
      'Load module emqx_mod_delayed error: already_started.\n',
    );
    expect(await modules(['unload', 'emqx_mod_rewrite'], ctl)).toBe(
      'Unload module emqx_mod_rewrite error: not_started.\n',
    );
    expect(await modules(['load', 'emqx_mod_x'], ctl)).toBe('Load module emqx_mod_x error: not_found.\n');
    expect(await modules(['reload', 'emqx_mod_delayed'], ctl)).toBe(
      'Module: "emqx_mod_delayed" does not need to be reloaded.\n',
    );
    expect(asked).toEqual(['POST /plugins/emqx_mod_presence/load']);
  });
});

describe('plugins', () => {
  it('lists them by name', async () => {
    const { ctl } = ctlOf();
    expect(await plugins(['list'], ctl)).toBe(
      'Plugin(emqx_auth_mysql, description=EMQ X Authentication/ACL with MySQL, active=false)\n' +
        'Plugin(emqx_auth_pgsql, description=EMQ X Authentication/ACL with PostgreSQL, active=false)\n' +
        'Plugin(emqx_retainer, description=EMQ X Retainer, active=true)\n',
    );
  });

  it('loads and unloads them, once', async () => {
    const { ctl, asked } = ctlOf();
    expect(await plugins(['load', 'emqx_auth_pgsql'], ctl)).toBe('Plugin emqx_auth_pgsql loaded successfully.\n');
    expect(await plugins(['load', 'emqx_auth_pgsql'], ctl)).toBe(
      'Load plugin emqx_auth_pgsql error: already_started.\n',
    );
    expect(await plugins(['reload', 'emqx_auth_pgsql'], ctl)).toBe('Plugin emqx_auth_pgsql reloaded successfully.\n');
    expect(await plugins(['unload', 'emqx_auth_pgsql'], ctl)).toBe('Plugin emqx_auth_pgsql unloaded successfully.\n');
    expect(await plugins(['unload', 'emqx_auth_pgsql'], ctl)).toBe(
      'Unload plugin emqx_auth_pgsql error: not_started.\n',
    );
    expect(await plugins(['load', 'emqx_auth_mysql'], ctl)).toBe(
      'Load plugin emqx_auth_mysql error: parse_config_file_failed.\n',
    );
    expect(asked.slice(0, 3)).toEqual([
      'POST /plugins/emqx_auth_pgsql/load',
      'POST /plugins/emqx_auth_pgsql/reload',
      'POST /plugins/emqx_auth_pgsql/unload',
    ]);
  });

  it('takes the names of EMQTT 2.3 and of documents, with its words', async () => {
    const { ctl, asked } = ctlOf(true);
    expect(await plugins(['load', 'emq_auth_pgsql'], ctl)).toBe(
      'Start apps: [emq_auth_pgsql]\nPlugin emq_auth_pgsql loaded successfully.\n',
    );
    expect(await plugins(['unload', 'emqx-auth-pgsql'], ctl)).toBe('Plugin emqx-auth-pgsql unloaded successfully.\n');
    expect(asked).toEqual(['POST /plugins/emqx_auth_pgsql/load', 'POST /plugins/emqx_auth_pgsql/unload']);
  });

  it('does not know what there is not', async () => {
    const { ctl, asked } = ctlOf();
    expect(await plugins(['load', 'emqx_auth_username'], ctl)).toBe(
      'Load plugin emqx_auth_username error: not_found.\n',
    );
    expect(await plugins(['load', '../clients\n'], ctl)).toBe('Load plugin ../clients\\u000a error: not_found.\n');
    expect(await plugins(['load'], ctl)).toBeUndefined();
    expect(await plugins(['constructor', 'x'], ctl)).toBeUndefined();
    expect(asked).toEqual([]);
  });
});
