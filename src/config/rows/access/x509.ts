/** The rows of the kind `x509`: client certificates as logins. */

import type { OptionRow } from '../../../ports/option.ts';

export const x509Rows: readonly OptionRow[] = [
  {
    name: 'x509.username',
    type: { kind: 'one-of', values: ['common_name', 'subject', 'fingerprint'] },
    default: 'common_name',
    reloadable: false,
    sentence:
      'What of a verified client certificate is the user name: its Common Name, its subject (RFC 2253), or its SHA-256 fingerprint.',
    mosquitto: 'use_subject_as_username',
  },
  {
    name: 'x509.mismatch',
    type: { kind: 'one-of', values: ['deny', 'ignore'] },
    default: 'deny',
    reloadable: false,
    sentence:
      'What happens to a client that claims another user name than that of its certificate: it is refused, or the next source is asked about the name it claims.',
  },
  {
    name: 'x509.client_id_is_username',
    type: { kind: 'boolean' },
    default: false,
    reloadable: false,
    sentence:
      'Whether the Client Identifier must be that name too, so that no client can take over the session of another.',
  },
];
