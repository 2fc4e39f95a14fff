/** The commands: one row and one file each, loaded when it is used. */

import type { CommandRow } from './program.ts';
import { toolRows } from './tools/tool-rows.ts';

export const commandRows: readonly CommandRow[] = [
  {
    name: 'run',
    usage: '',
    sentence: 'Runs the broker; this is what happens without a command.',
    load: async () => (await import('./run.ts')).run,
  },
  {
    name: 'mosquitto',
    usage: '[-c FILE] [-p PORT]... [-d] [-v]',
    sentence: 'Runs the broker as Mosquitto would: FILE is a mosquitto.conf, and defaults are those of Mosquitto.',
    load: async () => (await import('./run.ts')).run,
  },
  {
    name: 'start',
    usage: '[--home DIR]',
    sentence: 'Starts the broker in the background and returns when it listens.',
    load: async () => (await import('./daemon/lifecycle.ts')).start,
  },
  {
    name: 'stop',
    usage: '[--home DIR]',
    sentence: 'Stops it, and returns when it has ended.',
    load: async () => (await import('./daemon/lifecycle.ts')).stop,
  },
  {
    name: 'restart',
    usage: '[--home DIR]',
    sentence: 'Stops it and starts it again; with a mistake in the configuration it goes on as it is.',
    load: async () => (await import('./daemon/lifecycle.ts')).restart,
  },
  {
    name: 'status',
    usage: '[--home DIR]',
    sentence: 'Says whether it runs; exits with 0 when it does, with 3 when it does not, with 1 after a crash.',
    load: async () => (await import('./daemon/lifecycle.ts')).status,
  },
  {
    name: 'reload',
    usage: '[--home DIR]',
    sentence: 'Lets it read its configuration and files again.',
    load: async () => (await import('./daemon/lifecycle.ts')).reload,
  },
  {
    name: 'pid',
    usage: '[--home DIR]',
    sentence: 'Prints the number of its process.',
    load: async () => (await import('./daemon/lifecycle.ts')).pid,
  },
  {
    name: 'logs',
    usage: '[-f] [-n LINES] [--home DIR]',
    sentence: 'Shows the end of its log file.',
    load: async () => (await import('./daemon/logs.ts')).logs,
  },
  {
    name: 'config',
    usage: 'check FILE | show | convert FILE | schema',
    sentence:
      'Looks for mistakes in a file, shows every option with its value and where it came from, makes a hoopoe.yaml of a ' +
      'mosquitto.conf or a folder of EMQX, or prints the JSON Schema of hoopoe.yaml for editors.',
    load: async () => (await import('./config.ts')).config,
  },
  {
    name: 'emqx',
    usage: 'start | stop | restart | console | ping | pid | check_conf [--home DIR]',
    sentence: 'Runs the broker as EMQX 4 would, with the files of its home directory; emqttd does the same.',
    // Its arguments are its own, so that the command line gives them to it before it comes here.
    load: async () => (await import('./run.ts')).run,
  },
  {
    name: 'explain',
    usage: '--client ID [--username NAME] [--ip ADDRESS] publish|subscribe TOPIC',
    sentence: 'Says whether a client may do that, and which rule decides; exits with 0 for yes and 2 for no.',
    load: async () => (await import('./explain.ts')).explain,
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
    name: 'certs',
    usage: 'make [--dir FOLDER] [--host NAME]... [--client NAME]... | show FILE',
    sentence: 'Makes certificates of an authority, a server and clients for TLS, or shows what is in a file of them.',
    load: async () => (await import('./certs.ts')).certs,
  },
  {
    name: 'ctl',
    usage: 'ACTION [ARGUMENT]... [--json]',
    sentence: 'Asks and changes a broker that runs on this machine; without an action it lists them.',
    load: async () => (await import('./control/ctl.ts')).ctl,
  },
  {
    name: 'tap',
    usage: 'FILTER | --client ID [--json]',
    sentence: 'Shows the messages on topics, or the packets of a client, as they pass through a running broker.',
    load: async () => (await import('./control/tap.ts')).tap,
  },
  ...toolRows,
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
