/** The rows of the kind `acl_file`: permissions from a file in the language of Mosquitto's acl_file. */

import type { OptionRow } from '../../../ports/option.ts';

export const aclFileRows: readonly OptionRow[] = [
  {
    name: 'acl_file.file',
    type: { kind: 'path' },
    default: undefined,
    unset: 'an error, because there is nothing to read',
    reloadable: false,
    sentence: 'File of rules in the language of Mosquitto (acl_file); it is read again at SIGHUP.',
    mosquitto: 'acl_file',
  },
  {
    name: 'acl_file.unmatched',
    type: { kind: 'one-of', values: ['deny', 'ignore'] },
    default: 'deny',
    reloadable: false,
    sentence:
      'What holds when no rule of the file speaks of a topic: it is denied, as in Mosquitto, or the next source is asked.',
  },
  {
    name: 'acl_file.allow_empty',
    type: { kind: 'boolean' },
    default: false,
    reloadable: false,
    sentence: 'Whether a file without any rule is accepted; with unmatched deny nobody may then do anything.',
  },
];
