/** `plugins` and `modules`: what runs beside the broker, and switching it on and off. */

import { ApiRefusal } from '../control/api-client.ts';
import { type Asker, type Ctl, type CtlCommand, type Item, part, plain, type Run } from './command.ts';

type Action = 'load' | 'unload' | 'reload';

const actions: Readonly<Record<Action, string>> = { load: 'loaded', unload: 'unloaded', reload: 'reloaded' };

/** Without these nobody could load them again. */
const standing: readonly string[] = ['emqx_management'];

const isAction = (word: string | undefined): word is Action => word !== undefined && Object.hasOwn(actions, word);

/** Names of 2.3 and of documents, as those of 4.3. */
function currentName(name: string): string {
  return name
    .replace(/^emqx-/, 'emqx_')
    .replace(/^emq[_-]/, 'emqx_')
    .replaceAll('-', '_');
}

async function pluginsOf(api: Asker): Promise<Item[]> {
  const { items } = (await api.ask('GET', '/plugins')) as unknown as { items: Item[] };
  return items.sort((one, other) => (plain(one['name']) < plain(other['name']) ? -1 : 1));
}

/** The plugin that a name means: as it is, or as it is called by now. */
function named(all: readonly Item[], name: string): Item | undefined {
  return all.find((one) => one['name'] === name) ?? all.find((one) => one['name'] === currentName(name));
}

function pluginLine({ name, description, state }: Item): string {
  return `Plugin(${plain(name)}, description=${plain(description)}, active=${state === 'running'})\n`;
}

const plugins: Run = async ([action, name], ctl) => {
  if (action === 'list') return (await pluginsOf(ctl.api)).map(pluginLine).join('');
  if (!isAction(action) || name === undefined) return undefined;
  return await act(action, name, ctl);
};

async function act(action: Action, name: string, { api, isOld, remember }: Ctl): Promise<string> {
  const shown = plain(name);
  const found = named(await pluginsOf(api), name);
  const known = plain(found?.['name'] ?? name);
  if (action === 'unload' && standing.includes(known)) return `Plugin ${shown} can not be unloaded.\n`;
  if (found === undefined && action === 'reload') return `Reload plugin ${shown} error: The plugin doesn't exist.\n`;
  if (found === undefined) return failed(action, shown, 'not_found');
  if (action === 'load' && found['state'] === 'running') return failed(action, shown, 'already_started');
  if (action === 'unload' && found['state'] !== 'running') return failed(action, shown, 'not_started');
  try {
    await api.ask('POST', `/plugins/${part(known)}/${action}`);
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error;
    return failed(action, shown, plain(error.message));
  }
  if (action !== 'reload') remember?.(known, action === 'load');
  // Version 2.3 names what it starts, under the name that was typed.
  const started = isOld && action === 'load' ? `Start apps: [${shown}]\n` : '';
  return `${started}Plugin ${shown} ${actions[action]} successfully.\n`;
}

function failed(action: Action, name: string, reason: string): string {
  return `${action[0]!.toUpperCase()}${action.slice(1)} plugin ${name} error: ${reason}.\n`;
}

/** EMQX's modules are always there; what they do is switched by options. */
const moduleOptions: ReadonlyMap<string, readonly [option: string, description: string]> = new Map([
  ['emqx_mod_acl_internal', ['', 'EMQ X Internal ACL Module']],
  ['emqx_mod_presence', ['presence.enabled', 'EMQ X Presence Module']],
  ['emqx_mod_delayed', ['modules.delayed.enabled', 'EMQ X Delayed Publish Module']],
  ['emqx_mod_rewrite', ['modules.rewrite', 'EMQ X Topic Rewrite Module']],
  ['emqx_mod_subscription', ['modules.subscription', 'EMQ X Subscription Module']],
  ['emqx_mod_topic_metrics', ['metrics.top_topics', 'EMQ X Topic Metrics Module']],
]);

const modules: Run = async ([action, name], { api }) => {
  if (action !== 'list' && (!isAction(action) || name === undefined)) return undefined;
  const { items } = (await api.ask('GET', '/settings')) as unknown as { items: Item[] };
  const values = new Map(items.map((one) => [one['path'], one['value']]));
  const isActive = (option: string): boolean => {
    const value = values.get(option);
    return option === '' || (value !== undefined && value !== 'false' && value !== '');
  };
  if (action === 'list') {
    return [...moduleOptions]
      .map(([module, [option, text]]) => `Module(${module}, description=${text}, active=${isActive(option)})\n`)
      .join('');
  }
  const shown = plain(name);
  const row = moduleOptions.get(name ?? '');
  if (row === undefined)
    return `${action} module ${shown} error: not_found.\n`.replace(/^./, (sign) => sign.toUpperCase());
  if (action === 'reload') {
    if (row[0] !== '') return `Module: "${shown}" does not need to be reloaded.\n`;
    await api.ask('POST', '/reload');
    return `Module ${shown} reloaded successfully.\n`;
  }
  if (isActive(row[0]) === (action === 'load')) {
    const said = action === 'load' ? 'Load' : 'Unload';
    return `${said} module ${shown} error: ${action === 'load' ? 'already_started' : 'not_started'}.\n`;
  }
  return `Module ${shown} is switched with ${row[0] || 'the file of rules'} in the configuration.\n`;
};

export const pluginCommands: readonly CtlCommand[] = [
  {
    name: 'plugins',
    usages: [
      ['plugins list', 'Show loaded plugins'],
      ['plugins load <Plugin>', 'Load plugin'],
      ['plugins unload <Plugin>', 'Unload plugin'],
      ['plugins reload <Plugin>', 'Reload plugin'],
    ],
    run: plugins,
  },
  {
    name: 'modules',
    usages: [
      ['modules list', 'Show loaded modules'],
      ['modules load <Module>', 'Load module'],
      ['modules unload <Module>', 'Unload module'],
      ['modules reload <Module>', 'Reload module'],
    ],
    run: modules,
  },
];
