/** The rows of the kind `mysql`: logins and permissions from MySQL or MariaDB. */

import type { OptionRow } from '../../../ports/option.ts';
import { sqlRows } from './sql.ts';

export const mysqlRows: readonly OptionRow[] = sqlRows({
  kind: 'mysql',
  title: 'MySQL or MariaDB',
  port: 3306,
  username: undefined,
  emqx: 'auth.mysql',
});
