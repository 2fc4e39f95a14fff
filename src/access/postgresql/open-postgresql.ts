/** Logins and permissions from PostgreSQL. The only file that knows the driver. */

import { Socket } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import type { OpenAccessSource } from '../../ports/access-source.ts';
import type {
  ConnectSettings,
  OpenSqlConnection,
  SqlConnection,
  SqlDialect,
  SqlResult,
  SqlTls,
} from '../sql/connection.ts';
import { openSqlSource } from '../sql/source.ts';
import type { SqlValue } from '../sql/template-values.ts';
import { postgresqlKindOf } from './failure-kinds.ts';

type Driver = typeof import('pg');
type DriverClient = import('pg').Client;
type QueryArrayConfig = import('pg').QueryArrayConfig;

const KEEP_ALIVE_MS = 60_000;

/** @param load gives the driver; another one only in tests */
export function postgresqlDialect(load: () => Promise<Driver> = loadDriver): SqlDialect {
  return {
    kind: 'postgresql',
    title: 'PostgreSQL',
    codePrefix: 'POSTGRESQL',
    defaultPort: 5432,
    syntax: {
      parameter: (number) => `$${number}`,
      hasBackslashes: false,
      hasDollarQuotes: true,
      hasHashComments: false,
    },
    holdsNul: false,
    comparesLoosely: false,
    comparesNamesAlone: false,
    passwordColumns,
    isSuperuser: (value) => value === true || value === 1 || value === '1' || value === 't' || value === 'true',
    kindOf: postgresqlKindOf,
    load: async () => {
      const driver = await load();
      return (settings, signal) => connect(driver, settings, signal);
    },
  };
}

export const openPostgresql: OpenAccessSource = (name, options, dependencies) =>
  openSqlSource(postgresqlDialect(), name, options, dependencies);

async function loadDriver(): Promise<Driver> {
  return (await import('pg')).default as unknown as Driver;
}

/** By name where a column is called so, otherwise the first and the second, as EMQX has it. */
function passwordColumns(columns: readonly string[]): { password: number; salt: number | undefined } | undefined {
  if (columns.length === 0) return undefined;
  const password = Math.max(0, columns.indexOf('password'));
  const salt = columns.indexOf('salt');
  if (salt >= 0 && salt !== password) return { password, salt };
  return { password, salt: password === 0 && columns.length > 1 ? 1 : undefined };
}

const connect: (driver: Driver, ...rest: Parameters<OpenSqlConnection>) => Promise<SqlConnection> = async (
  driver,
  settings,
  signal,
) => {
  const socket = new Socket();
  signal.addEventListener('abort', () => socket.destroy());
  const { server, username, password, database, tls } = settings;
  const client = new driver.Client({
    host: 'path' in server ? server.path : server.host,
    port: server.port,
    user: username ?? '',
    // A function, because the driver would otherwise look for a password in the environment and in ~/.pgpass.
    password: () => password ?? '',
    database,
    ssl: tls === undefined ? false : tlsOptions(tls, settings),
    stream: () => socket,
    client_encoding: 'UTF8',
    application_name: 'hoopoe',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  });
  const connection = new PostgresqlConnection(client, socket);
  try {
    await client.connect();
  } catch (error) {
    connection.destroy();
    throw error;
  }
  return connection;
};

function tlsOptions(tls: SqlTls, { server }: ConnectSettings): import('pg').ClientConfig['ssl'] {
  const { serverName } = tls;
  const expected = serverName ?? ('host' in server ? server.host : '');
  return {
    rejectUnauthorized: tls.verifies,
    minVersion: tls.versionMin,
    ...(tls.ca !== undefined && { ca: tls.ca }),
    ...(tls.cert !== undefined && { cert: tls.cert, key: tls.key }),
    ...(serverName !== undefined && serverName !== 'disable' && { servername: serverName }),
    // The driver asks with the host of the address, which is not always what the certificate is for.
    checkServerIdentity: (_host: string, certificate: PeerCertificate) =>
      serverName === 'disable' ? undefined : checkServerIdentity(expected, certificate),
  };
}

class PostgresqlConnection implements SqlConnection {
  readonly #client: DriverClient;
  readonly #socket: Socket;
  #isLost = false;

  constructor(client: DriverClient, socket: Socket) {
    this.#client = client;
    this.#socket = socket;
    // Whoever asks is told by the failure of the question; between questions nobody has to know.
    client.on('error', () => this.destroy());
    client.on('end', () => this.destroy());
    socket.on('close', () => {
      this.#isLost = true;
    });
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  async query(text: string, values: readonly SqlValue[]): Promise<SqlResult> {
    const config: QueryArrayConfig & { queryMode: 'extended' } = {
      text,
      values: [...values],
      rowMode: 'array',
      // Without parameters the driver would send a text that may be several statements.
      queryMode: 'extended',
    };
    const { fields, rows } = await this.#client.query(config);
    return { columns: fields.map(({ name }) => name), rows };
  }

  async end(): Promise<void> {
    await this.#client.end();
  }

  destroy(): void {
    this.#isLost = true;
    this.#socket.destroy();
  }
}
