/** A PostgreSQL for one test file. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { ensureCertificates } from '../../src/listeners/certificates.ts';
import { pathOf } from '../clients/programs.ts';
import { freePort, PrivateServer } from './private-server.ts';

const ADMIN_PASSWORD = 'only-for-this-test';

/** Full path of a program of the newest PostgreSQL here; Debian keeps them out of PATH. */
function programOf(name: string): string | undefined {
  try {
    const versions = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a));
    if (versions[0] !== undefined) return join('/usr/lib/postgresql', versions[0], 'bin', name);
  } catch {
    // No Debian: what is in PATH is what there is.
  }
  return pathOf(name);
}

/** Whether tests with a real PostgreSQL have to be skipped. */
export function lacksPostgresql(): boolean {
  const missing = process.env['HOOPOE_TEST_MISSING'];
  return missing === undefined ? programOf('postgres') === undefined : missing.split(',').includes('postgresql');
}

export class PostgresqlServer {
  readonly port: number;
  /** The authority that signed the certificate of the server. */
  readonly ca: string;
  readonly caPath: string;
  readonly #server: PrivateServer;
  readonly #certificateFolder: PrivateServer;

  private constructor(server: PrivateServer, certificates: PrivateServer, port: number, ca: string, caPath: string) {
    this.#server = server;
    this.#certificateFolder = certificates;
    this.port = port;
    this.ca = ca;
    this.caPath = caPath;
  }

  /** Folder of its Unix socket. */
  get socketFolder(): string {
    return this.#server.folder;
  }

  /** A running server: passwords by SCRAM, with and without TLS. */
  static async start(): Promise<PostgresqlServer> {
    const server = new PrivateServer('postgresql', 'postgres');
    const folder = new PrivateServer('postgresql-tls', 'root');
    const passwordFile = server.write('password', ADMIN_PASSWORD);
    const data = server.path('data');
    server.run(programOf('initdb') ?? 'initdb', [
      ...['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`],
      ...['--no-sync', '--locale=C', '-E', 'UTF8'],
    ]);
    const { cert, key, ca, caPath } = await ensureCertificates(folder.path('certificates'), Date.now());
    server.write('cert.pem', cert);
    server.write('key.pem', key);
    const started = new PostgresqlServer(server, folder, await freePort(), ca, caPath);
    await started.start();
    return started;
  }

  async start(): Promise<void> {
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: this.#server.folder,
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      shared_buffers: '16MB',
      max_connections: '30',
      ssl: 'on',
      ssl_cert_file: this.#server.path('cert.pem'),
      ssl_key_file: this.#server.path('key.pem'),
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    await this.#server.start(
      programOf('postgres') ?? 'postgres',
      ['-D', this.#server.path('data'), '-p', String(this.port), ...args],
      'database system is ready to accept connections',
    );
  }

  /** Ends all connections and the server; `start` begins it again with its data. */
  async stop(): Promise<void> {
    await this.#server.stop('SIGINT');
  }

  async remove(): Promise<void> {
    await this.#server.stop('SIGQUIT');
    this.#server.remove();
    this.#certificateFolder.remove();
  }

  /** Trusts client certificates of an authority from now on, and lets a role in by them alone. */
  async trustCertificates(authority: string, role: string): Promise<void> {
    const path = this.#server.write('clients.pem', authority);
    const rules = this.#server.path('data/pg_hba.conf');
    writeFileSync(rules, `hostssl all ${role} 127.0.0.1/32 cert\n${readFileSync(rules, 'utf8')}`);
    await this.sql(`ALTER SYSTEM SET ssl_ca_file = '${path}'`);
    await this.sql('SELECT pg_reload_conf()');
  }

  /** Runs statements as the administrator, in a database. */
  async sql(statements: string, database: string = 'postgres'): Promise<void> {
    await this.rows(statements, database);
  }

  /** What the last of such statements gives. */
  async rows(statements: string, database: string = 'postgres'): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: this.port,
      user: 'postgres',
      password: ADMIN_PASSWORD,
      database,
      ssl: false,
    });
    await client.connect();
    try {
      return [await client.query(statements)].flat().at(-1)?.rows ?? [];
    } finally {
      await client.end();
    }
  }
}
