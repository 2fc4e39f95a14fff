/** The rows of the kind `acl_conf`: permissions from a file in the language of EMQX's acl.conf. */

import type { OptionRow } from '../../../ports/option.ts';

export const aclConfRows: readonly OptionRow[] = [
  {
    name: 'acl_conf.file',
    type: { kind: 'path' },
    default: undefined,
    unset: 'an error, because there is nothing to read',
    reloadable: false,
    sentence: 'File of rules in the language of EMQX 4 (acl.conf); it is read again at SIGHUP.',
    emqx: 'acl_file',
  },
  {
    name: 'acl_conf.allow_empty',
    type: { kind: 'boolean' },
    default: false,
    reloadable: false,
    sentence: 'Whether a file without any rule is accepted, so that the other sources decide everything.',
  },
];
