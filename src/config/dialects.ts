/**
 * The languages in which a configuration may be written, each loaded when it is used. `load.ts` asks them in their order
 * and takes the first that recognises what it was given; YAML takes whatever is left.
 */

import type { Machine } from './data-directory.ts';
import type { Reading } from './reading.ts';

export type DialectName = 'yaml' | 'mosquitto' | 'emqx';

/** What is to be read. */
export interface DialectSource {
  /** As the operator wrote it; undefined where a dialect is asked for without a file. */
  readonly file: string | undefined;
  /** Of the file; undefined without one, or where it is a folder. */
  readonly text: string | undefined;
  /** Ports of `-p`. */
  readonly ports: readonly number[];
  readonly machine: Machine;
}

export interface Dialect {
  readonly name: DialectName;
  /** Whether ports of `-p` mean what the dialect says; otherwise they stand for all listeners. */
  readonly takesPorts: boolean;
  /** Whether a file, or a folder without a text, is in this language. Never throws. */
  recognises(file: string, text: string | undefined): Promise<boolean>;
  read(source: DialectSource): Promise<Reading>;
}

const mosquitto: Dialect = {
  name: 'mosquitto',
  takesPorts: true,
  recognises: async (file, text) => {
    if (text === undefined || !file.endsWith('.conf')) return false;
    return (await import('./mosquitto/dialect.ts')).isMosquittoConf(text);
  },
  read: async ({ file, text, ports, machine }) => {
    const { readMosquittoConf } = await import('./mosquitto/dialect.ts');
    const { confWorld } = await import('./mosquitto/world.ts');
    return readMosquittoConf(text, file ?? 'mosquitto.conf', ports, confWorld(machine.workingDirectory));
  },
};

const emqx: Dialect = {
  name: 'emqx',
  takesPorts: false,
  recognises: async (file) => (await import('./emqx/home-folder.ts')).emqxHomeOf(file) !== undefined,
  read: async ({ file = '.', machine }) => {
    const { emqxHomeOf } = await import('./emqx/home-folder.ts');
    const { readHomeOnDisk } = await import('./emqx/dialect.ts');
    return readHomeOnDisk(emqxHomeOf(file) ?? file, machine.environment).reading;
  },
};

const yaml: Dialect = {
  name: 'yaml',
  takesPorts: false,
  recognises: async (_file, text) => text !== undefined,
  read: async ({ file, text }) => {
    const { readYaml } = await import('./native-yaml.ts');
    return readYaml(text ?? '', file ?? 'hoopoe.yaml');
  },
};

/** In the order in which they are asked. */
export const dialects: readonly Dialect[] = [emqx, mosquitto, yaml];
