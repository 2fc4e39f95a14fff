/** A MariaDB for one test file. */

import mysql from 'mysql2/promise';
import { ensureCertificates } from '../../src/listeners/certificates.ts';
import { pathOf } from '../clients/programs.ts';
import { freePort, PrivateServer } from './private-server.ts';

/** Whether tests with a real MariaDB have to be skipped. */
export function lacksMariadb(): boolean {
  const missing = process.env['HOOPOE_TEST_MISSING'];
  return missing === undefined ? pathOf('mariadbd') === undefined : missing.split(',').includes('mariadb');
}

export class MariadbServer {
  readonly port: number;
  /** The authority that signed the certificate of the server. */
  readonly ca: string;
  readonly caPath: string;
  readonly #server: PrivateServer;
  readonly #certificateFolder: PrivateServer;
  readonly #more: readonly string[];

  private constructor(
    server: PrivateServer,
    certificates: PrivateServer,
    port: number,
    ca: string,
    caPath: string,
    more: readonly string[],
  ) {
    this.#server = server;
    this.#more = more;
    this.#certificateFolder = certificates;
    this.port = port;
    this.ca = ca;
    this.caPath = caPath;
  }

  get socketPath(): string {
    return this.#server.path('mariadb.sock');
  }

  /**
   * A running server, with and without TLS. Its administrator `root` has no password on the Unix socket.
   * @param clients certificate of an authority whose clients it trusts
   * @param more further arguments
   */
  static async start(clients?: string, more: readonly string[] = []): Promise<MariadbServer> {
    const server = new PrivateServer('mariadb', 'mysql');
    const folder = new PrivateServer('mariadb-tls', 'root');
    server.run(pathOf('mariadb-install-db') ?? 'mariadb-install-db', [
      '--no-defaults',
      `--datadir=${server.path('data')}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
      ...storage,
    ]);
    const { cert, key, ca, caPath } = await ensureCertificates(folder.path('certificates'), Date.now());
    server.write('cert.pem', cert);
    server.write('key.pem', key);
    const trusted = clients === undefined ? [] : [`--ssl-ca=${server.write('clients.pem', clients)}`];
    const started = new MariadbServer(server, folder, await freePort(), ca, caPath, [...trusted, ...more]);
    await started.start();
    // They would come before users for every address.
    await started.sql("DELETE FROM mysql.global_priv WHERE User = '' OR Host <> 'localhost'; FLUSH PRIVILEGES");
    return started;
  }

  async start(): Promise<void> {
    await this.#server.start(
      pathOf('mariadbd') ?? 'mariadbd',
      [
        '--no-defaults',
        `--datadir=${this.#server.path('data')}`,
        `--socket=${this.socketPath}`,
        `--port=${this.port}`,
        '--bind-address=127.0.0.1',
        `--pid-file=${this.#server.path('pid')}`,
        `--ssl-cert=${this.#server.path('cert.pem')}`,
        `--ssl-key=${this.#server.path('key.pem')}`,
        '--max-connections=30',
        '--skip-name-resolve',
        '--skip-log-bin',
        '--skip-performance-schema',
        ...storage,
        ...this.#more,
      ],
      'ready for connections',
    );
  }

  /** Ends all connections and the server; `start` begins it again with its data. */
  async stop(): Promise<void> {
    await this.#server.stop('SIGTERM');
  }

  async remove(): Promise<void> {
    await this.#server.stop('SIGKILL');
    this.#server.remove();
    this.#certificateFolder.remove();
  }

  /** Runs statements as the administrator. */
  async sql(statements: string, database?: string): Promise<void> {
    await this.rows(statements, database);
  }

  /** What such a statement gives. */
  async rows(statements: string, database?: string): Promise<readonly Record<string, unknown>[]> {
    const connection = await mysql.createConnection({
      socketPath: this.socketPath,
      user: 'root',
      multipleStatements: true,
      ...(database !== undefined && { database }),
    });
    try {
      const [results] = await connection.query(statements);
      return [results].flat() as Record<string, unknown>[];
    } finally {
      await connection.end();
    }
  }
}

const storage = [
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-buffer-pool-size=8M',
  '--innodb-log-file-size=4M',
  '--innodb-fast-shutdown=2',
];
