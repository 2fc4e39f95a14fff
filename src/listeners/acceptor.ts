/**
 * Listens on one endpoint, which may be several sockets (both loopbacks) or a path, and hands on what was accepted
 * and let in together with what is known of its peer. Everything before the transport's own handshake is here: the
 * gate, PROXY protocol, and the errors of listening and accepting. No protocol or transport is known here.
 */

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { ByteConnection, Listener, Peer, Transport } from '../ports/listener.ts';
import { hostInUrl, isLoopback, normaliseAddress } from './address.ts';
import { ListenerError, listenError } from './error.ts';
import { Gate } from './gate.ts';
import { ProxyStage } from './proxy/proxy-stage.ts';
import { type SocketOptions, setOnServer, setOnSocket } from './socket-options.ts';
import type { ListenerDeps, PortSettings } from './spec.ts';

const BACKLOG = 1024;
const KEEP_ALIVE_MS = 60_000;
const FREE_PORT_ATTEMPTS_MAX = 8;
/** What says that a loopback does not exist here, rather than that it cannot be had. */
const NO_SUCH_ADDRESS: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EPROTONOSUPPORT', 'EINVAL']);

/** Where a server listens, and whether what it accepts has its TCP options already. */
interface Bound {
  /** Empty where the sockets must say it: a server on every address does not know which of them a client chose. */
  address: string;
  port: number;
  isInherited: boolean;
}

/** Events that a handshake listens to beside the connection that follows it. */
const CROWDED = ['close', 'end', 'error'];

const kUnready = Symbol('unready');

type UnreadySocket = Socket & { [kUnready]: Set<Socket> };

export type OnConnection = (connection: ByteConnection) => void;

/** What a transport does with a socket that was let in: its handshake, and then `onConnection`. */
export type Upgrade = (socket: Socket, peer: Peer, gate: Gate, onConnection: OnConnection) => void;

/** Where the sockets of a listener come from. */
export interface Binding {
  readonly loopback: boolean;
  /** Opens all sockets or none. `adopt` makes the servers. Throws `ListenerError`. */
  open(adopt: () => Server): Promise<{ servers: Server[]; url: string; port: number }>;
}

/** The listener of every transport; they differ in `binding` and `upgrade`. */
export class AcceptingListener implements Listener {
  readonly name: string;
  readonly transport: Transport;
  readonly loopback: boolean;
  url = '';
  port = 0;

  readonly #binding: Binding;
  readonly #upgrade: Upgrade;
  readonly #gate: Gate;
  readonly #proxy: ProxyStage | undefined;
  readonly #handshakes: boolean;
  readonly #socketOptions: SocketOptions;
  /** Sockets in a handshake: nobody else would end them when the listener closes. */
  readonly #unready = new Set<Socket>();
  #servers: Server[] = [];
  #onConnection: OnConnection | undefined;

  /** Throws when an address rule or a trusted network cannot be read. */
  constructor(
    spec: Omit<PortSettings, 'port'> & { readonly transport: Transport },
    deps: ListenerDeps,
    binding: Binding,
    upgrade: Upgrade,
  ) {
    this.name = spec.name;
    this.transport = spec.transport;
    this.loopback = binding.loopback;
    this.#binding = binding;
    this.#upgrade = upgrade;
    this.#gate = new Gate(spec, deps.onRefused);
    this.#proxy = spec.proxyProtocol === true ? new ProxyStage(spec, this.#gate, deps) : undefined;
    this.#handshakes = this.#proxy !== undefined || (spec.transport !== 'tcp' && spec.transport !== 'unix');
    this.#socketOptions = { noDelay: spec.noDelay ?? true, keepAliveMs: spec.keepAliveMs ?? KEEP_ALIVE_MS };
  }

  async open(onConnection: OnConnection): Promise<void> {
    this.#onConnection = onConnection;
    const { servers, url, port } = await this.#binding.open(() => this.#createServer());
    this.#servers = servers;
    this.url = url;
    this.port = port;
  }

  async close(): Promise<void> {
    this.#onConnection = undefined;
    const servers = this.#servers;
    this.#servers = [];
    // The callback of `close` would wait for open connections; the socket itself is closed by the next turn.
    for (const server of servers) server.close();
    for (const socket of this.#unready) socket.destroy();
    await new Promise((resolve) => setImmediate(resolve));
  }

  #createServer(): Server {
    const bound: Bound = { address: '', port: 0, isInherited: false };
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket, bound));
    server.once('listening', () => {
      Object.assign(bound, addressOf(server));
      bound.isInherited = setOnServer(server, this.#socketOptions);
    });
    // Errors of accepting, such as too many open files, must not end the process. Those of listening are told by `open`.
    server.on('error', (error) => {
      if (server.listening) this.#gate.tell('accept-failed', '', error.message);
    });
    return server;
  }

  #accept(socket: Socket, bound: Bound): void {
    if (!bound.isInherited) setOnSocket(socket, this.#socketOptions);
    const peer: Peer = {
      address: normaliseAddress(socket.remoteAddress),
      port: socket.remotePort ?? 0,
      localAddress: bound.address === '' ? normaliseAddress(socket.localAddress) : bound.address,
      localPort: bound.port,
      listener: this.name,
      transport: this.transport,
    };
    if (!this.#gate.enter(socket, peer.address)) return;
    // Until a connection owns the socket, its errors only mean that it closes. A plain socket is owned at once.
    if (this.#handshakes) {
      socket.on('error', ignoreError);
      this.#unready.add(socket);
      (socket as UnreadySocket)[kUnready] = this.#unready;
      socket.on('close', forgetUnready);
    }
    if (this.#proxy === undefined) this.#onPeer(socket, peer);
    else this.#proxy.take(socket, peer, (ready, told) => this.#onPeer(ready, told));
  }

  /** The handshake is over, and a connection owns the socket. */
  #ready(socket: Socket): void {
    this.#unready.delete(socket);
    (socket as { [kUnready]?: Set<Socket> | undefined })[kUnready] = undefined;
    socket.off('close', forgetUnready);
    // Below TLS there is nobody else who listens.
    if (socket.listenerCount('error') > 1) socket.off('error', ignoreError);
    for (const event of CROWDED) registerAnew(socket, event);
  }

  #onPeer(socket: Socket, peer: Peer): void {
    if (!this.#gate.pass(socket, peer.address)) return;
    this.#upgrade(socket, peer, this.#gate, (connection) => {
      if (this.#handshakes) this.#ready(socket);
      // A handshake may finish after the listener was closed.
      if (this.#onConnection === undefined) connection.destroy();
      else this.#onConnection(connection);
    });
  }
}

function ignoreError(): void {}

/**
 * A list that has once held three listeners keeps room for nineteen, which is 144 bytes for each connection and event.
 * With one listener there is no list, and that of two is as long as it has to be.
 */
function registerAnew(socket: Socket, event: string): void {
  const listeners = socket.rawListeners(event) as (() => void)[];
  if (listeners.length !== 2) return;
  socket.off(event, listeners[1]!);
  socket.on(event, listeners[1]!);
}

function forgetUnready(this: Socket): void {
  (this as UnreadySocket)[kUnready].delete(this);
}

/** A path has no port. */
function addressOf(server: Server): { address: string; port: number } {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return { address: '', port: 0 };
  const { address, port } = bound;
  return { address: address === '::' || address === '0.0.0.0' ? '' : normaliseAddress(address), port };
}

/** A port on one host, on both loopbacks for `localhost`, or on every address for `*`. */
export class PortBinding implements Binding {
  readonly loopback: boolean;
  readonly #spec: PortSettings;
  readonly #scheme: string;
  readonly #path: string;

  constructor(spec: PortSettings, scheme: string, path: string = '') {
    this.#spec = spec;
    this.#scheme = scheme;
    this.#path = path;
    this.loopback = isLoopback(spec.host ?? 'localhost');
  }

  async open(adopt: () => Server): Promise<{ servers: Server[]; url: string; port: number }> {
    const host = this.#spec.host ?? 'localhost';
    const servers = host === 'localhost' ? await this.#openLoopbacks(adopt) : [await this.#listen(adopt, host)];
    const { port } = servers[0]!.address() as AddressInfo;
    const shown = host === 'localhost' ? '127.0.0.1' : hostInUrl(host);
    return { servers, port, url: `${this.#scheme}://${shown}:${port}${this.#path}` };
  }

  /** A free port of the first may be taken on the second: then another one is tried. */
  async #openLoopbacks(adopt: () => Server): Promise<Server[]> {
    for (let attempt = 1; ; attempt++) {
      const first = await this.#listen(adopt, '127.0.0.1');
      const { port } = first.address() as AddressInfo;
      try {
        return [first, await this.#listen(adopt, '::1', port)];
      } catch (error) {
        if (!(error instanceof ListenerError)) throw error;
        if (NO_SUCH_ADDRESS.has(error.code)) return [first];
        first.close();
        const another = this.#spec.port === 0 && error.code === 'EADDRINUSE' && attempt < FREE_PORT_ATTEMPTS_MAX;
        if (!another) throw error;
      }
    }
  }

  async #listen(adopt: () => Server, host: string, port: number = this.#spec.port): Promise<Server> {
    const server = adopt();
    // Without a host Node takes :: for both families or, where there is no IPv6, 0.0.0.0.
    const options = { ...(host !== '*' && { host }), port, backlog: this.#spec.backlog ?? BACKLOG };
    await listen(server, options, this.#spec.name, `Port ${port} on ${host === '*' ? 'every address' : host}`);
    return server;
  }
}

/** Resolves when `server` listens. Throws `ListenerError`. */
export function listen(
  server: Server,
  options: { host?: string; port: number; backlog: number } | { path: string; backlog: number },
  listener: string,
  where: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void => reject(listenError(listener, where, cause));
    server.once('error', onError);
    server.listen(options, () => {
      server.off('error', onError);
      resolve();
    });
  });
}
