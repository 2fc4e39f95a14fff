/** The rows that the kinds `postgresql` and `mysql` share, with what differs between them. */

import type { OptionRow, TextRule } from '../../../ports/option.ts';

export interface SqlRowDifferences {
  readonly kind: 'postgresql' | 'mysql';
  /** For people. */
  readonly title: string;
  readonly port: number;
  readonly username: string | undefined;
  /** How EMQX 4 begins the names of the options. */
  readonly emqx: string;
}

const LOGIN_QUERY = "select password from mqtt_user where username = '%u' limit 1";
const SUPERUSER_QUERY = "select is_superuser from mqtt_user where username = '%u' limit 1";

const serverRule: TextRule = {
  allowed: 'a port, a host, host:port, [::1]:port, or the path of a Unix socket',
  test: (text) =>
    /^(?:\/.{0,107}|\d{1,5}|[A-Za-z0-9_.-]{1,253}(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?|[0-9A-Fa-f:.]+)$/.test(
      text,
    ),
};

const databaseRule: TextRule = { allowed: 'the name of a database', test: (text) => text !== '' };

export function sqlRows(differences: SqlRowDifferences): readonly OptionRow[] {
  return [
    ...connectionRows(differences),
    ...queryRows(differences),
    ...boundRows(differences),
    ...tlsRows(differences),
  ];
}

function connectionRows({ kind, title, port, username, emqx }: SqlRowDifferences): readonly OptionRow[] {
  return [
    {
      name: `${kind}.server`,
      type: { kind: 'string', rule: serverRule },
      default: `127.0.0.1:${port}`,
      reloadable: false,
      sentence: `Where ${title} is: host and port, or the path of its Unix socket.`,
      emqx: `${emqx}.server`,
    },
    {
      name: `${kind}.username`,
      type: { kind: 'string' },
      default: username,
      ...(username === undefined && { unset: 'no name is given' }),
      reloadable: false,
      sentence: 'User of the database; it needs no more than SELECT on the tables of the queries.',
      emqx: `${emqx}.username`,
    },
    {
      name: `${kind}.password`,
      type: { kind: 'secret' },
      default: undefined,
      unset: 'none is given',
      reloadable: false,
      sentence: 'Password of that user.',
      emqx: `${emqx}.password`,
    },
    {
      name: `${kind}.database`,
      type: { kind: 'string', rule: databaseRule },
      default: 'mqtt',
      reloadable: false,
      sentence: 'Name of the database.',
      emqx: `${emqx}.database`,
    },
  ];
}

function queryRows({ kind, emqx }: SqlRowDifferences): readonly OptionRow[] {
  const loginColumns =
    kind === 'mysql'
      ? 'with a column named password and, where password_hash needs one, a column named salt'
      : 'in the first column or the one named password, with the salt in the second or the one named salt';
  return [
    {
      name: `${kind}.auth_query`,
      type: { kind: 'string' },
      default: LOGIN_QUERY,
      reloadable: false,
      sentence:
        `Query that gives the stored password of a client ${loginColumns}; the first row counts, no row means that ` +
        "the client is not known here (where the query asks about '%P', that it is refused), and '%u', '%c', '%P', " +
        "'%a', '%C' and '%d' stand for user name, client id, password, address, and common name and subject of the " +
        'certificate; empty for no logins.',
      emqx: `${emqx}.auth_query`,
    },
    {
      name: `${kind}.password_hash`,
      type: { kind: 'string' },
      default: 'sha256',
      reloadable: false,
      sentence:
        'How passwords are stored: plain, md5, sha, sha256, sha512, any of these with "salt," before or ",salt" after ' +
        'it, bcrypt, or "pbkdf2, sha256, 1000, 20" with digest, iterations and bytes.',
      emqx: `${emqx}.password_hash`,
    },
    {
      name: `${kind}.super_query`,
      type: { kind: 'string' },
      default: SUPERUSER_QUERY,
      reloadable: false,
      sentence:
        'Query that gives true or 1 for a client that may do everything; where it fails nobody is a superuser, ' +
        'and empty asks nothing.',
      emqx: `${emqx}.super_query`,
    },
    {
      name: `${kind}.acl_query`,
      type: { kind: 'string' },
      default: undefined,
      unset: 'no permissions are read',
      reloadable: false,
      sentence:
        'Query that gives the permissions of a client in the columns allow, ipaddr, username, clientid, access and ' +
        'topic; the last row that speaks of a request decides.',
      emqx: `${emqx}.acl_query`,
    },
  ];
}

function boundRows({ kind, title, emqx }: SqlRowDifferences): readonly OptionRow[] {
  return [
    {
      name: `${kind}.connections_max`,
      type: { kind: 'integer', min: 1, max: 1000 },
      default: 8,
      reloadable: false,
      sentence: `Connections to ${title}, opened when they are needed.`,
      emqx: `${emqx}.pool`,
    },
    {
      name: `${kind}.waiting_max`,
      type: { kind: 'integer', min: 1, max: 1_000_000 },
      default: 10_000,
      reloadable: false,
      sentence: 'Questions that may wait for a connection; what comes beyond fails.',
    },
    {
      name: `${kind}.connect_seconds_max`,
      type: { kind: 'duration', min: 0.1, max: 300 },
      default: 5,
      reloadable: false,
      sentence: 'Time until a connection must be there, login and TLS included.',
    },
    {
      name: `${kind}.query_seconds_max`,
      type: { kind: 'duration', min: 0.1, max: 300 },
      default: 5,
      reloadable: false,
      sentence: 'Time until a question must be answered, waiting included.',
      ...(kind === 'mysql' && { emqx: `${emqx}.query_timeout` }),
    },
    {
      name: `${kind}.reconnect_seconds_max`,
      type: { kind: 'duration', min: 0.1, max: 3600 },
      default: 5,
      reloadable: false,
      sentence: `Longest pause between two attempts to reach ${title} while it is down; the first are shorter.`,
    },
  ];
}

function tlsRows({ kind, title, emqx }: SqlRowDifferences): readonly OptionRow[] {
  const address = kind === 'mysql' ? '; for a server that is given by its address it is needed' : '';
  return [
    {
      name: `${kind}.ssl`,
      type: { kind: 'boolean' },
      default: false,
      reloadable: false,
      sentence: `Whether connections to ${title} are encrypted; a server that does not encrypt is then not asked.`,
      emqx: `${emqx}.ssl`,
    },
    {
      name: `${kind}.ssl_ca_file`,
      type: { kind: 'path' },
      default: undefined,
      unset: 'the authorities that Node.js brings',
      reloadable: false,
      sentence: 'Authorities that sign the certificate of the server, as PEM; the file is read again at SIGHUP.',
      emqx: `${emqx}.ssl.cacertfile`,
    },
    {
      name: `${kind}.ssl_certificate_file`,
      type: { kind: 'path' },
      default: undefined,
      unset: 'none is shown',
      reloadable: false,
      sentence: 'Certificate that the broker shows to the server, as PEM; the file is read again at SIGHUP.',
      emqx: `${emqx}.ssl.certfile`,
    },
    {
      name: `${kind}.ssl_key_file`,
      type: { kind: 'path' },
      default: undefined,
      unset: 'none',
      reloadable: false,
      sentence: 'Private key of that certificate, as PEM; the file is read again at SIGHUP.',
      emqx: `${emqx}.ssl.keyfile`,
    },
    {
      name: `${kind}.ssl_verify`,
      type: { kind: 'boolean' },
      default: true,
      reloadable: false,
      sentence: 'Whether the certificate of the server must be signed by one of the authorities and have its name.',
      emqx: `${emqx}.ssl.verify`,
    },
    {
      name: `${kind}.ssl_server_name`,
      type: { kind: 'string' },
      default: undefined,
      unset: 'the host of the server',
      reloadable: false,
      sentence: `Name that the certificate must have, or disable to accept any name${address}.`,
      emqx: `${emqx}.ssl.server_name_indication`,
    },
    {
      name: `${kind}.ssl_version_min`,
      type: { kind: 'one-of', values: ['1.2', '1.3'] },
      default: '1.2',
      reloadable: false,
      sentence: `Oldest version of TLS that is spoken with ${title}.`,
    },
  ];
}
