/** The kinds of access sources: what each is for, and its rows. `registry.ts` has a line for each of them as well. */

import type { OptionReader, OptionRow } from '../../../ports/option.ts';
import { aclConfRows } from './acl-conf.ts';
import { aclFileRows } from './acl-file.ts';
import { builtinRows } from './builtin.ts';
import { dynamicSecurityRows } from './dynamic-security.ts';
import { httpRows } from './http.ts';
import { jwtRows } from './jwt.ts';
import { mysqlRows } from './mysql.ts';
import { passwordFileRows } from './password-file.ts';
import { postgresqlRows } from './postgresql.ts';
import { pskRows } from './psk.ts';
import { redisRows } from './redis.ts';
import { x509Rows } from './x509.ts';

export interface AccessKind {
  readonly kind: string;
  /** What it is, for operators, in one sentence. */
  readonly sentence: string;
  /** Whether a source with these values decides about logins, so that who has none is no longer let in by default. */
  readonly checksLogins: (options: OptionReader) => boolean;
  /** Their names begin with the kind and a dot. */
  readonly rows: readonly OptionRow[];
}

const always = (): boolean => true;
const never = (): boolean => false;

/** Whether a text is set and not empty: a query that is not asked decides nothing. */
const where =
  (name: string) =>
  (options: OptionReader): boolean =>
    (options.optionalText(name) ?? '') !== '';

/** In the order in which they are documented. */
export const accessKinds: readonly AccessKind[] = [
  {
    kind: 'builtin',
    sentence: "Users and permissions in the broker's own store, changed while it runs; SCRAM over the same users.",
    checksLogins: always,
    rows: builtinRows,
  },
  {
    kind: 'password_file',
    sentence: "Users from a password file in Mosquitto's format.",
    checksLogins: always,
    rows: passwordFileRows,
  },
  {
    kind: 'acl_conf',
    sentence: "Permissions from a file in the language of EMQX's acl.conf.",
    checksLogins: never,
    rows: aclConfRows,
  },
  {
    kind: 'acl_file',
    sentence: "Permissions from a file in the language of Mosquitto's acl_file.",
    checksLogins: never,
    rows: aclFileRows,
  },
  {
    kind: 'dynamic_security',
    sentence: "Logins and permissions from the file of Mosquitto's dynamic security plugin, changed by commands.",
    checksLogins: always,
    rows: dynamicSecurityRows,
  },
  {
    kind: 'postgresql',
    sentence: 'Logins and permissions from PostgreSQL.',
    checksLogins: where('auth_query'),
    rows: postgresqlRows,
  },
  {
    kind: 'mysql',
    sentence: 'Logins and permissions from MySQL or MariaDB.',
    checksLogins: where('auth_query'),
    rows: mysqlRows,
  },
  {
    kind: 'redis',
    sentence: 'Logins and permissions from Redis.',
    checksLogins: where('auth_cmd'),
    rows: redisRows,
  },
  {
    kind: 'http',
    sentence: 'Logins and permissions from an HTTP service of your own.',
    checksLogins: where('auth_url'),
    rows: httpRows,
  },
  {
    kind: 'jwt',
    sentence: 'Logins, and permissions with them, from signed tokens (JSON Web Tokens).',
    checksLogins: always,
    rows: jwtRows,
  },
  {
    kind: 'x509',
    sentence: 'Logins by client certificates that TLS has verified.',
    checksLogins: always,
    rows: x509Rows,
  },
  {
    kind: 'psk',
    sentence: 'Logins by the identity of a TLS handshake with a pre-shared key.',
    checksLogins: always,
    rows: pskRows,
  },
];
