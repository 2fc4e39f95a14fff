/** `log`: how much is logged, changed while the broker runs, and where it goes. */

import { logLevels } from '../../config/emqx/log-levels.ts';
import { StartError } from '../start-error.ts';
import { type Asker, type CtlCommand, type Item, plain, type Run } from './command.ts';

const EMQX_WARNING = 'warning';

async function setLevel(api: Asker, word: string): Promise<void> {
  const level = logLevels.get(word);
  if (level === undefined) {
    throw new StartError(`there is no level ${JSON.stringify(word)}; there are ${[...logLevels.keys()].join(', ')}`);
  }
  await api.ask('PATCH', '/settings', { 'log.level': level });
}

async function settingsOf(api: Asker): Promise<(path: string) => Item | undefined> {
  const { items } = (await api.ask('GET', '/settings')) as unknown as { items: Item[] };
  return (path) => items.find((one) => one['path'] === path);
}

/** The level as EMQX calls it. */
async function levelNow(api: Asker): Promise<string> {
  const level = plain((await settingsOf(api))('log.level')?.['value']);
  return level === 'warn' ? EMQX_WARNING : level;
}

/** One line for each destination; all have the one level. */
async function handlerLines(api: Asker): Promise<string> {
  const setting = await settingsOf(api);
  const level = await levelNow(api);
  const destinations = setting('log.destinations')?.['values'];
  const names = Array.isArray(destinations) ? destinations.map(plain) : [];
  return names
    .map((name) => {
      const where = name === 'file' ? plain(setting('log.file')?.['value']) : name;
      return `LogHandler(id=${name}, level=${level}, destination=${where}, status=started)\n`;
    })
    .join('');
}

const log: Run = async ([action, one, two, three], { api }) => {
  if (action === 'handlers') {
    if (one === 'list') return await handlerLines(api);
    if (one === 'start' || one === 'stop') {
      throw new StartError('lines go where log.destinations of the configuration says; reload takes a new one');
    }
    if (one !== 'set-level' || two === undefined || three === undefined) return undefined;
    await setLevel(api, three);
    return await handlerLines(api);
  }
  if (action === 'primary-level' && one === undefined) return `${await levelNow(api)}\n`;
  if ((action !== 'primary-level' && action !== 'set-level') || one === undefined) return undefined;
  await setLevel(api, one);
  return `${one}\n`;
};

export const logCommand: CtlCommand = {
  name: 'log',
  usages: [
    ['log set-level <Level>', 'Set the overall log level'],
    ['log primary-level', 'Show the primary log level now'],
    ['log primary-level <Level>', 'Set the primary log level'],
    ['log handlers list', 'Show log handlers'],
    ['log handlers set-level <HandlerId> <Level>', 'Set the level of all log handlers'],
  ],
  run: log,
};
