/** The rows of the kind `password_file`: users from a file in the form of Mosquitto's password_file. */

import type { OptionRow } from '../../../ports/option.ts';

export const passwordFileRows: readonly OptionRow[] = [
  {
    name: 'password_file.file',
    type: { kind: 'path' },
    default: undefined,
    unset: 'an error, because there is nothing to read',
    reloadable: false,
    sentence: 'File of users as mosquitto_passwd writes it; it is read again at SIGHUP.',
    mosquitto: 'password_file',
  },
  {
    name: 'password_file.hide_unknown_users',
    type: { kind: 'boolean' },
    default: true,
    reloadable: false,
    sentence:
      'Whether a password of an unknown user takes as long as a wrong one; turn it off where most clients are known to a later source only.',
  },
];
