/** The rows of the kind `postgresql`: logins and permissions from PostgreSQL. */

import type { OptionRow } from '../../../ports/option.ts';
import { sqlRows } from './sql.ts';

export const postgresqlRows: readonly OptionRow[] = [
  ...sqlRows({ kind: 'postgresql', title: 'PostgreSQL', port: 5432, username: 'root', emqx: 'auth.pgsql' }),
  {
    name: 'postgresql.encoding',
    type: { kind: 'one-of', values: ['utf8'] },
    default: 'utf8',
    reloadable: false,
    sentence: 'How texts travel between the broker and PostgreSQL, which converts them; MQTT knows UTF-8 alone.',
    emqx: 'auth.pgsql.encoding',
  },
];
