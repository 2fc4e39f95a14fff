/** A Redis for one test file: alone, watched by a Sentinel, or as the one node of a cluster. */

import { Redis } from 'ioredis';
import { ensureCertificates } from '../../src/listeners/certificates.ts';
import { pathOf } from '../clients/programs.ts';
import { freePort, PrivateServer } from './private-server.ts';

/** Whether tests with a real Redis have to be skipped. */
export function lacksRedis(): boolean {
  const missing = process.env['HOOPOE_TEST_MISSING'];
  return missing === undefined ? pathOf('redis-server') === undefined : missing.split(',').includes('redis');
}

export interface RedisKind {
  readonly tls?: boolean;
  readonly cluster?: boolean;
  /** Certificate of an authority whose clients alone are let in by TLS. */
  readonly clients?: string;
  /** Password of the default user. */
  readonly password?: string;
}

export class RedisPrivateServer {
  readonly port: number;
  /** The authority that signed the certificate of the server; undefined without TLS. */
  readonly caPath: string | undefined;
  readonly #server: PrivateServer;
  readonly #certificateFolder: PrivateServer | undefined;
  readonly #args: readonly string[];
  readonly #ready: string;
  readonly #kind: RedisKind;

  private constructor(
    server: PrivateServer,
    port: number,
    args: readonly string[],
    ready: string,
    kind: RedisKind,
    tls?: { folder: PrivateServer; caPath: string },
  ) {
    this.#server = server;
    this.port = port;
    this.#args = args;
    this.#ready = ready;
    this.#kind = kind;
    this.caPath = tls?.caPath;
    this.#certificateFolder = tls?.folder;
  }

  get socketPath(): string {
    return this.#server.path('socket');
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  static async start(kind: RedisKind = {}): Promise<RedisPrivateServer> {
    const server = new PrivateServer('redis', 'redis');
    const port = await freePort();
    const tls = kind.tls === true ? await tlsOf(server, kind.clients) : undefined;
    const args = [
      ...['--bind', '127.0.0.1', '--dir', server.folder, '--save', '', '--appendonly', 'no'],
      ...['--unixsocket', server.path('socket'), '--daemonize', 'no', '--protected-mode', 'no'],
      ...(tls === undefined ? ['--port', String(port)] : ['--port', '0', '--tls-port', String(port), ...tls.args]),
      ...(kind.cluster === true ? await clusterArgs() : []),
      ...(kind.password === undefined ? [] : ['--requirepass', kind.password]),
    ];
    const started = new RedisPrivateServer(server, port, args, 'Ready to accept connections', kind, tls);
    await started.start();
    if (kind.cluster === true) await started.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    return started;
  }

  /** A Sentinel that watches `master` under the name `mymaster`. */
  static async startSentinel(master: RedisPrivateServer): Promise<RedisPrivateServer> {
    const server = new PrivateServer('sentinel', 'redis');
    const port = await freePort();
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${server.folder}`,
      'protected-mode no',
      `sentinel monitor mymaster 127.0.0.1 ${master.port} 1`,
    ];
    const file = server.write('sentinel.conf', `${lines.join('\n')}\n`);
    const started = new RedisPrivateServer(server, port, [file, '--sentinel'], '+monitor master', {});
    await started.start();
    return started;
  }

  async start(): Promise<void> {
    await this.#server.start(pathOf('redis-server') ?? 'redis-server', [...this.#args], this.#ready);
  }

  /** Ends all connections and the server, whose data are lost. */
  async stop(): Promise<void> {
    await this.#server.stop('SIGKILL');
  }

  async remove(): Promise<void> {
    await this.#server.stop('SIGKILL');
    this.#server.remove();
    this.#certificateFolder?.remove();
  }

  /** Runs a command as the default user. */
  async command(...words: readonly (string | Buffer)[]): Promise<unknown> {
    const { password } = this.#kind;
    const client = new Redis({ path: this.socketPath, ...(password !== undefined && { password }) });
    try {
      const [name = '', ...args] = words;
      return await client.call(name as string, ...args);
    } finally {
      client.disconnect();
    }
  }
}

/** A node that no other has spoken to does not know its own address. */
async function clusterArgs(): Promise<string[]> {
  const port = String(await freePort());
  return ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1', '--cluster-port', port];
}

async function tlsOf(
  server: PrivateServer,
  clients: string | undefined,
): Promise<{ folder: PrivateServer; caPath: string; args: string[] }> {
  const folder = new PrivateServer('redis-tls', 'root');
  const { cert, key, caPath, ca } = await ensureCertificates(folder.path('certificates'), Date.now());
  const paths = [server.write('cert.pem', cert), server.write('key.pem', key), server.write('ca.pem', clients ?? ca)];
  const args = ['--tls-cert-file', paths[0]!, '--tls-key-file', paths[1]!, '--tls-ca-cert-file', paths[2]!];
  return { folder, caPath, args: [...args, '--tls-auth-clients', clients === undefined ? 'no' : 'yes'] };
}
