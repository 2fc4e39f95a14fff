/** Reads a mosquitto.conf that is a text, with included files that are texts, on a machine that is made up. */

import { planAccess } from '../../src/config/access.ts';
import { problemText } from '../../src/config/error.ts';
import { type ListenerSettings, planListeners } from '../../src/config/listeners.ts';
import type { ConfWorld } from '../../src/config/mosquitto/conf.ts';
import { readMosquittoConf } from '../../src/config/mosquitto/dialect.ts';
import type { Reading } from '../../src/config/reading.ts';
import { type Settings, settle } from '../../src/config/settings.ts';

export interface ReadConf {
  readonly reading: Reading;
  readonly settings: Settings;
  readonly listeners: readonly ListenerSettings[];
  /** `FILE:LINE: what is wrong`. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  /** Value of an option by its path, as it is effective; entries of collections too. */
  value(path: string): unknown;
}

export interface ConfOptions {
  readonly ports?: readonly number[];
  /** By their paths. */
  readonly files?: Readonly<Record<string, string>>;
}

export function readConf(text: string | undefined, { ports = [], files = {} }: ConfOptions = {}): ReadConf {
  const reading = readMosquittoConf(text, 'mosquitto.conf', ports, madeUpMachine(files));
  const settings = settle([reading], []);
  const access = planAccess(settings, reading.problems.length === 0);
  const planned = planListeners(settings, access.sources);
  return {
    reading,
    settings,
    listeners: planned.listeners,
    problems: [...reading.problems, ...planned.problems, ...access.problems].map(problemText),
    warnings: reading.warnings.map(problemText),
    value: (path) => valueAt(settings, path),
  };
}

function valueAt(settings: Settings, path: string): unknown {
  const [collection = '', name = '', ...rest] = path.split('.');
  const entries = settings.entries.get(collection);
  return entries === undefined ? settings.get(path).value : entries.get(name)?.get(rest.join('.')).value;
}

/** @param files by their paths */
export function madeUpMachine(files: Readonly<Record<string, string>> = {}): ConfWorld {
  return {
    workingDirectory: '/work-folder',
    hostName: 'pump',
    readText: (file) => {
      const found = files[file];
      if (found === undefined) throw new TypeError(`no ${file}`);
      return found;
    },
    list: (folder) => {
      const names = Object.keys(files).filter((file) => file.startsWith(`${folder}/`));
      if (names.length === 0) throw new TypeError(`no ${folder}`);
      return names.map((file) => file.slice(folder.length + 1));
    },
    addressesOf: (name) => (name === 'eth7' ? ['fe80::1', '10.1.2.3'] : []),
  };
}
