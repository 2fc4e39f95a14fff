/** `plugins` and `modules`: what runs beside the broker, and switching it on and off. */

import { moduleDescriptions, pluginsByName } from '../../config/emqx/plugins.ts';
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
  const text = pluginsByName.get(plain(name))?.description ?? plain(description);
  return `Plugin(${plain(name)}, description=${text}, active=${state === 'running'})\n`;
}

function moduleLine({ name, description, state }: Item): string {
  const text = moduleDescriptions.get(plain(name)) ?? plain(description);
  return `Module(${plain(name)}, description=${text}, active=${state === 'running'})\n`;
}

/** Modules under their names here; `modules list` shows them under those of EMQX. */
const modulesHere: readonly string[] = ['auto_subscribe', 'delayed', 'rewrite', 'topic_metrics'];

const isPlugin = ({ name }: Item): boolean => !modulesHere.includes(plain(name));

const plugins: Run = async ([action, name], ctl) => {
  if (action === 'list') return (await pluginsOf(ctl.api)).filter(isPlugin).map(pluginLine).join('');
  if (!isAction(action) || name === undefined) return undefined;
  return await act(action, name, ctl);
};

async function act(action: Action, name: string, { api, isOld }: Ctl): Promise<string> {
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
  // Version 2.3 names what it starts, under the name that was typed.
  const started = isOld && action === 'load' ? `Start apps: [${shown}]\n` : '';
  return `${started}Plugin ${shown} ${actions[action]} successfully.\n`;
}

function failed(action: Action, name: string, reason: string): string {
  return `${action[0]!.toUpperCase()}${action.slice(1)} plugin ${name} error: ${reason}.\n`;
}

const modules: Run = async ([action, name], { api }) => {
  if (action !== 'list' && (!isAction(action) || name === undefined)) return undefined;
  const { items } = (await api.ask('GET', '/modules')) as unknown as { items: Item[] };
  if (action === 'list') return items.map(moduleLine).join('');
  const shown = plain(name);
  const failure = (reason: string): string => failed(action, shown, reason).replace(' plugin ', ' module ');
  const found = items.find((one) => one['name'] === shown);
  if (found === undefined) return failure('not_found');
  if (action === 'reload') {
    if (shown !== 'emqx_mod_acl_internal') return `Module: "${shown}" does not need to be reloaded.\n`;
    await api.ask('POST', '/reload');
    return `Module ${shown} reloaded successfully.\n`;
  }
  if ((found['state'] === 'running') === (action === 'load')) {
    return failure(action === 'load' ? 'already_started' : 'not_started');
  }
  try {
    await api.ask('POST', `/plugins/${part(shown)}/${action}`);
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error;
    return failure(plain(error.message));
  }
  return `Module ${shown} ${actions[action]} successfully.\n`;
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
