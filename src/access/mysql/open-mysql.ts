/** Logins and permissions from MySQL and MariaDB. The only file that knows the driver. */

import { connect as connectSocket, type Socket } from 'node:net';
import type { OpenAccessSource } from '../../ports/access-source.ts';
import type { OpenSqlConnection, SqlConnection, SqlDialect, SqlResult, SqlTls } from '../sql/connection.ts';
import { openSqlSource } from '../sql/source.ts';
import type { SqlValue } from '../sql/template-values.ts';
import { mysqlKindOf } from './failure-kinds.ts';

type Driver = typeof import('mysql2');
type DriverConnection = import('mysql2').Connection;

const KEEP_ALIVE_MS = 60_000;

/** One for each query of a section; the driver would keep thousands. */
const STATEMENTS_MAX = 8;

/** @param load gives the driver; another one only in tests */
export function mysqlDialect(load: () => Promise<Driver> = loadDriver): SqlDialect {
  return {
    kind: 'mysql',
    title: 'MySQL',
    codePrefix: 'MYSQL',
    defaultPort: 3306,
    syntax: { parameter: () => '?', hasBackslashes: true, hasDollarQuotes: false, hasHashComments: true },
    holdsNul: true,
    comparesLoosely: true,
    comparesNamesAlone: true,
    passwordColumns,
    isSuperuser: (value) => value === 1 || value === '1' || (Buffer.isBuffer(value) && value.equals(Buffer.from([1]))),
    kindOf: mysqlKindOf,
    load: async () => {
      const driver = await load();
      return (settings, signal) => connect(driver, settings, signal);
    },
  };
}

export const openMysql: OpenAccessSource = (name, options, dependencies) =>
  openSqlSource(mysqlDialect(), name, options, dependencies);

async function loadDriver(): Promise<Driver> {
  return (await import('mysql2')).default as unknown as Driver;
}

/** By name alone, so that `AS` decides. */
function passwordColumns(columns: readonly string[]): { password: number; salt: number | undefined } | undefined {
  const names = columns.map((column) => column.toLowerCase());
  const [password, salt] = [names.indexOf('password'), names.indexOf('salt')];
  return password < 0 ? undefined : { password, salt: salt < 0 ? undefined : salt };
}

const connect: (driver: Driver, ...rest: Parameters<OpenSqlConnection>) => Promise<SqlConnection> = async (
  driver,
  { server, username, password, database, tls },
  signal,
) => {
  const host = 'path' in server ? 'localhost' : server.host;
  const ssl = tls === undefined ? undefined : tlsOptions(tls, host);
  const socket = 'path' in server ? connectSocket(server.path) : connectSocket(server.port, server.host);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  signal.addEventListener('abort', () => socket.destroy());
  const connection = driver.createConnection({
    // The name that the certificate is compared with; where to connect to is known to the socket alone.
    host: ssl?.name ?? host,
    stream: socket,
    user: username ?? '',
    password: password ?? '',
    database,
    ...(ssl !== undefined && { ssl: ssl.options }),
    // The signal ends an attempt that takes too long.
    connectTimeout: 0,
    charset: 'utf8mb4',
    // No file of this machine is ever sent to a server that asks for it, and no statement comes after another.
    flags: ['-LOCAL_FILES'],
    multipleStatements: false,
    // Code that is made of the names of columns is a risk, and a row is small.
    disableEval: true,
    rowsAsArray: true,
    maxPreparedStatements: STATEMENTS_MAX,
    trace: false,
  });
  const opened = new MysqlConnection(connection, socket);
  await new Promise<void>((resolve, reject) => {
    connection.once('connect', () => resolve());
    connection.once('error', reject);
  });
  return opened;
};

function tlsOptions(
  tls: SqlTls,
  host: string,
): { name: string; options: { [name: string]: string | boolean | undefined } } {
  const { serverName } = tls;
  const name = serverName === undefined || serverName === 'disable' ? host : serverName;
  return {
    name,
    options: {
      rejectUnauthorized: tls.verifies,
      verifyIdentity: tls.verifies && serverName !== 'disable',
      minVersion: tls.versionMin,
      ...(tls.ca !== undefined && { ca: tls.ca }),
      ...(tls.cert !== undefined && { cert: tls.cert, key: tls.key }),
    },
  };
}

class MysqlConnection implements SqlConnection {
  readonly #connection: DriverConnection;
  readonly #socket: Socket;
  #isLost = false;

  constructor(connection: DriverConnection, socket: Socket) {
    this.#connection = connection;
    this.#socket = socket;
    // Whoever asks is told by the failure of the question; between questions nobody has to know.
    connection.on('error', () => this.destroy());
    socket.on('close', () => {
      this.#isLost = true;
    });
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  async query(text: string, values: readonly SqlValue[]): Promise<SqlResult> {
    try {
      const [rows, fields] = await this.#connection.promise().execute({ sql: text, rowsAsArray: true }, [...values]);
      // A statement that gives no rows at all, such as UPDATE, has no columns.
      if (!Array.isArray(rows)) return { columns: [], rows: [] };
      return { columns: fields.map(({ name }) => name), rows: rows as unknown[][] };
    } catch (error) {
      if ((error as { fatal?: boolean }).fatal === true) this.destroy();
      throw error;
    }
  }

  async end(): Promise<void> {
    await this.#connection.promise().end();
  }

  destroy(): void {
    this.#isLost = true;
    this.#socket.destroy();
  }
}
