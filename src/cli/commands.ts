/** The commands: one row and one file each, loaded when it is used. */

import type { CommandRow } from './program.ts';

export const commandRows: readonly CommandRow[] = [
  {
    name: 'run',
    usage: '',
    sentence: 'Runs the broker; this is what happens without a command.',
    load: async () => (await import('./run.ts')).run,
  },
  {
    name: 'config',
    usage: 'check FILE | show',
    sentence: 'Looks for mistakes in a file, or shows every option with its value and where it came from.',
    load: async () => (await import('./config.ts')).config,
  },
  {
    name: 'backup',
    usage: 'FILE',
    sentence: 'Copies the store to a new file, also while the broker runs.',
    load: async () => (await import('./backup.ts')).backup,
  },
  {
    name: 'restore',
    usage: 'FILE [--force]',
    sentence: 'Makes a backup the store of a broker that is stopped.',
    load: async () => (await import('./backup.ts')).restore,
  },
  {
    name: 'export',
    usage: '[FILE]',
    sentence: 'Writes sessions, subscriptions and messages as lines of JSON, also while the broker runs.',
    load: async () => (await import('./export.ts')).exportLines,
  },
  {
    name: 'import',
    usage: '[FILE] [--force]',
    sentence: 'Adds such lines to the store of a broker that is stopped: all of them, or none if one is wrong.',
    load: async () => (await import('./import.ts')).importLines,
  },
  {
    name: 'help',
    usage: '[COMMAND | options | NAME]',
    sentence: 'Shows help; "help options" lists all options, and a name or the beginning of one explains it.',
    load: async () => (await import('./help.ts')).help,
  },
  {
    name: 'version',
    usage: '',
    sentence: 'Prints the version.',
    load: async () => (await import('./version.ts')).version,
  },
];
