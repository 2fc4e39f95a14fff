/** The rows of the kind `builtin`: users and permissions in the broker's own store. */

import type { OptionRow } from '../../../ports/option.ts';

const LINES = 'one in a line, NAME:PASSWORD or ["NAME", "PASSWORD"]; what is stored already is never overwritten';

export const builtinRows: readonly OptionRow[] = [
  {
    name: 'builtin.password_hash',
    type: { kind: 'one-of', values: ['scrypt', 'pbkdf2', 'plain', 'md5', 'sha', 'sha256', 'sha512'] },
    default: 'scrypt',
    reloadable: false,
    sentence: 'How new passwords are stored; passwords that are stored already are read whatever they are.',
    emqx: 'auth.mnesia.password_hash',
  },
  {
    name: 'builtin.pbkdf2_iterations',
    type: { kind: 'integer', min: 1000, max: 10_000_000 },
    default: 210_000,
    unit: 'rounds of HMAC-SHA512',
    reloadable: false,
    sentence: 'The cost of new passwords where password_hash is pbkdf2.',
  },
  {
    name: 'builtin.scram',
    type: { kind: 'boolean' },
    default: true,
    reloadable: false,
    sentence:
      'Whether users may log in with SCRAM-SHA-256 and SCRAM-SHA-512 (MQTT 5), and new passwords are stored for that too.',
  },
  {
    name: 'builtin.scram_iterations',
    type: { kind: 'integer', min: 4096, max: 1_000_000 },
    default: 4096,
    unit: 'rounds, which the client has to make',
    reloadable: false,
    sentence: 'The cost of new passwords for SCRAM; small devices need seconds for many thousands.',
  },
  {
    name: 'builtin.records_checked',
    type: { kind: 'one-of', values: ['all', 'any'] },
    default: 'all',
    reloadable: false,
    sentence:
      "Whether the password of a client that is known by its user name and by its Client Identifier must be that of both, or of any of them as in EMQX 4.3: each then stands for names that are somebody else's.",
  },
  {
    name: 'builtin.end_connections',
    type: { kind: 'boolean' },
    default: true,
    reloadable: false,
    sentence:
      'Whether the connections of a user end when it is removed, gets another password or is a superuser no more; otherwise they stay until they end by themselves, as with EMQX 4.3.',
  },
  {
    name: 'builtin.hide_unknown_users',
    type: { kind: 'boolean' },
    default: true,
    reloadable: false,
    sentence:
      'Whether a password of an unknown user takes as long as a wrong one; turn it off where most clients are known to a later source only.',
  },
  {
    name: 'builtin.bootstrap_users',
    type: { kind: 'secret' },
    default: undefined,
    unset: 'none',
    reloadable: false,
    sentence: `Users by user name that must exist, ${LINES}.`,
    emqx: 'auth.user.$id.username',
  },
  {
    name: 'builtin.bootstrap_superusers',
    type: { kind: 'secret' },
    default: undefined,
    unset: 'none',
    reloadable: false,
    sentence: `Users by user name that must exist and skip every check of permissions, ${LINES}.`,
  },
  {
    name: 'builtin.bootstrap_client_ids',
    type: { kind: 'secret' },
    default: undefined,
    unset: 'none',
    reloadable: false,
    sentence: `Users by Client Identifier that must exist, ${LINES}.`,
    emqx: 'auth.client.$id.clientid',
  },
];
