/** The rows of the process: the file with its number, and the user it becomes. */

import type { OptionRow } from '../../ports/option.ts';

export const processRows: readonly OptionRow[] = [
  {
    name: 'process.pid_file',
    type: { kind: 'path' },
    default: undefined,
    unset: 'there is no such file; "hoopoe pid" knows the number without it',
    reloadable: false,
    sentence: 'File for the number of the process, removed at the end.',
    mosquitto: 'pid_file',
  },
  {
    name: 'process.user',
    type: {
      kind: 'string',
      rule: { allowed: 'the name of a user', test: (text) => /^[A-Za-z_][A-Za-z0-9_.-]{0,63}\$?$/.test(text) },
    },
    default: undefined,
    unset: 'it stays the user that started it',
    reloadable: false,
    sentence:
      'User that the process becomes, with the groups of that user, once everything is open; ' +
      'only a process of root can become another.',
    mosquitto: 'user',
  },
];
