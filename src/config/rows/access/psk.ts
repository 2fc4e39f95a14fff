/** The rows of the kind `psk`: the pre-shared keys of TLS as logins. */

import type { OptionRow } from '../../../ports/option.ts';

export const pskRows: readonly OptionRow[] = [
  {
    name: 'psk.mismatch',
    type: { kind: 'one-of', values: ['deny', 'ignore'] },
    default: 'deny',
    reloadable: false,
    sentence:
      'What happens to a client that claims another user name than the identity of its key: it is refused, or the next source is asked about the name it claims.',
  },
  {
    name: 'psk.client_id_is_username',
    type: { kind: 'boolean' },
    default: false,
    reloadable: false,
    sentence:
      'Whether the Client Identifier must be that identity too, so that no client can take over the session of another.',
  },
];
