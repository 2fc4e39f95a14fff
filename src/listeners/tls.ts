/**
 * TLS in front of a protocol: certificates, client certificates, pre-shared keys, ALPN. The handshake runs on a
 * `tls.Server` that never listens itself: it is given sockets that were accepted and let in before, so PROXY protocol
 * and the gate work the same for every transport. A client's failure ends that client only.
 */

import { constants, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  createSecureContext,
  createServer,
  type SecureContext,
  type SecureContextOptions,
  type Server,
  type TLSSocket,
} from 'node:tls';
import type { Listener, Peer } from '../ports/listener.ts';
import { AcceptingListener, PortBinding } from './acceptor.ts';
import type { DeadlineSweep, Expiring } from './deadline-sweep.ts';
import { ListenerError } from './error.ts';
import type { Gate } from './gate.ts';
import { peerCertificate } from './peer-certificate.ts';
import { SocketConnection } from './socket-connection.ts';
import type { ListenerDeps, TlsListenerSpec, TlsSettings } from './spec.ts';
import { certificatesIn } from './trust/pem.ts';
import { RevocationProblem, Revocations } from './trust/revocations.ts';
import { ServerNames } from './trust/server-names.ts';

const HANDSHAKE_TIMEOUT_MS = 15_000;
/** Any length does; OpenSSL's own is at most 256. */
const UNKNOWN_KEY_BYTES = 32;

/** A listener whose certificates can be replaced while it is open. */
export interface SecureListener extends Listener {
  /**
   * Certificates, keys, authorities, revocation lists and pre-shared keys for handshakes from now on. Throws, changing
   * nothing, when key and certificate do not fit or something cannot be read.
   */
  setSecureContext(tls: TlsSettings): void;
}

/** Throws when the TLS settings, an address rule or a trusted network cannot be used. */
export function tlsListener(spec: TlsListenerSpec, deps: ListenerDeps): SecureListener {
  const stage = new TlsStage(spec.tls, spec.name, deps.flusher.deadlines);
  const listener = new AcceptingListener(
    spec,
    deps,
    new PortBinding(spec, 'mqtts'),
    (socket, peer, gate, onConnection) =>
      stage.take(socket, peer, gate, (secured, known) =>
        onConnection(new SocketConnection(secured, known, deps.flusher)),
      ),
  );
  return withSecureContext(listener, stage);
}

/** Adds the reload of certificates to a listener that uses `stage`. */
export function withSecureContext(listener: Listener, stage: TlsStage): SecureListener {
  return Object.assign(listener, { setSecureContext: (tls: TlsSettings) => stage.setSecureContext(tls) });
}

type OnSecured = (socket: TLSSocket, peer: Peer) => void;

const kHandshake = Symbol('handshake');

type HandshakingSocket = Socket & { [kHandshake]: Handshake | undefined };

/** From accept until the connection is secured or gone; nothing of it is left in the connection. */
class Handshake implements Expiring {
  readonly socket: Socket;
  readonly peer: Peer;
  readonly gate: Gate;
  readonly next: OnSecured;
  readonly stage: TlsStage;
  /** Node reads the addresses from the socket, which has none when it is closed. */
  readonly key: string;
  deadlineMs = 0;
  pskIdentity: string | undefined = undefined;

  constructor(socket: Socket, peer: Peer, gate: Gate, next: OnSecured, stage: TlsStage) {
    this.socket = socket;
    this.peer = peer;
    this.gate = gate;
    this.next = next;
    this.stage = stage;
    this.key = keyOf(socket);
  }

  expire(): void {
    this.stage.refused(this, 'The handshake took too long');
  }
}

/** The authorities of clients cannot be used. */
class TrustProblem extends Error {}

/** What a reload replaces as a whole. */
interface Trust {
  readonly options: SecureContextOptions;
  readonly names: ServerNames | undefined;
  readonly revocations: Revocations | undefined;
  readonly pskKey: TlsSettings['pskKey'];
}

/** The handshakes of one listener. */
export class TlsStage {
  readonly #server: Server;
  readonly #name: string;
  #trust: Trust;
  /** By the socket's own addresses, since TLS makes a new socket object around the accepted one. */
  readonly #handshakes = new Map<string, Handshake>();
  readonly #deadlines: DeadlineSweep;
  readonly #handshakeTimeoutMs: number;

  constructor(settings: TlsSettings, listenerName: string, deadlines: DeadlineSweep) {
    this.#name = listenerName;
    this.#deadlines = deadlines;
    this.#handshakeTimeoutMs = settings.handshakeTimeoutMs ?? HANDSHAKE_TIMEOUT_MS;
    const { pskKey } = settings;
    if (pskKey === undefined && (settings.cert === undefined || settings.key === undefined)) {
      throw new ListenerError(
        'BAD_SETTING',
        `Listener '${listenerName}' speaks TLS but has no certificate and key: give both.`,
      );
    }
    if (pskKey !== undefined && (settings.minVersion === 'TLSv1.3' || settings.maxVersion === 'TLSv1.3')) {
      throw new ListenerError(
        'BAD_SETTING',
        `Listener '${listenerName}' cannot speak TLS 1.3 with pre-shared keys: 1.2 is the newest for them.`,
      );
    }
    this.#trust = this.#checked(settings);
    this.#server = createServer({
      ...this.#trust.options,
      requestCert: settings.requestCert ?? false,
      rejectUnauthorized: settings.rejectUnauthorized ?? true,
      handshakeTimeout: this.#handshakeTimeoutMs,
      ...(settings.alpnProtocols?.length && { ALPNProtocols: [...settings.alpnProtocols] }),
      ...(settings.pskIdentityHint !== undefined && { pskIdentityHint: settings.pskIdentityHint }),
      ...(settings.certificates !== undefined && {
        SNICallback: (name: string, found: (error: Error | null, context?: SecureContext) => void) =>
          found(null, this.#trust.names?.find(name)),
      }),
      ...(pskKey && { pskCallback: (socket: TLSSocket, identity: string) => this.#keyOf(socket, identity) }),
    });
    this.#server.on('secureConnection', (socket) => this.#secured(socket));
    this.#server.on('tlsClientError', (error, socket) => this.#failed(error, socket));
  }

  /**
   * Runs the handshake on an accepted socket; `next` is called only if it succeeds. TLS begins when the client's first
   * bytes are there, and is given them: a connection that reads for itself before it has anything to read takes a block
   * of 64 KB for what comes and keeps it. Begun with bytes it has a block of 1 KB until a read brings more, which is
   * 7 KB less of resident memory for each idle connection.
   */
  take(socket: Socket, peer: Peer, gate: Gate, next: OnSecured): void {
    const handshake = new Handshake(socket, peer, gate, next, this);
    (socket as HandshakingSocket)[kHandshake] = handshake;
    this.#handshakes.set(handshake.key, handshake);
    this.#deadlines.add(handshake, this.#handshakeTimeoutMs);
    socket.on('close', onClose);
    socket.on('end', onEnd);
    socket.on('readable', onReadable);
  }

  /** For the shared handlers below, as are `refused` and `ended`. */
  begin(socket: Socket): void {
    this.#server.emit('connection', socket);
  }

  refused(handshake: Handshake, why: string): void {
    this.ended(handshake);
    handshake.gate.refuse(handshake.socket, 'tls-handshake', handshake.peer.address, why);
  }

  /** Leaves nothing behind on the socket. */
  ended(handshake: Handshake): void {
    const { socket, key } = handshake;
    this.#handshakes.delete(key);
    this.#deadlines.delete(handshake);
    (socket as HandshakingSocket)[kHandshake] = undefined;
    socket.off('close', onClose);
    socket.off('end', onEnd);
    socket.off('readable', onReadable);
    // TLS waits for every socket to connect, and an accepted one has done so: its two closures would stay.
    socket.removeAllListeners('connect');
  }

  setSecureContext(settings: TlsSettings): void {
    const trust = this.#checked(settings);
    this.#server.setSecureContext(trust.options);
    this.#trust = trust;
  }

  /** Node tells of a bad key only deep inside OpenSSL's words, so it is tried here where the listener is known. */
  #checked(settings: TlsSettings): Trust {
    const options = contextOptions(settings);
    const { certificates, pskKey, crl, ca } = settings;
    try {
      // Node would trust every authority that it knows instead.
      checkAuthorities(ca);
      createSecureContext(options);
      const names =
        certificates && new ServerNames(certificates, (pair) => createSecureContext({ ...options, ...pair }));
      const revocations =
        crl === undefined ? undefined : new Revocations(texts(crl), ca === undefined ? [] : texts(ca));
      return { options, names, revocations, pskKey };
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const [what, files] =
        cause instanceof RevocationProblem
          ? ['revocation list', settings.files?.revocations]
          : cause instanceof TrustProblem
            ? ['authorities of clients', settings.files?.authorities]
            : ['TLS certificate, key or ciphers', settings.files?.identity];
      const where = files === undefined || files.length === 0 ? '' : ` (${files.join(', ')})`;
      throw new ListenerError('BAD_SETTING', `Listener '${this.#name}' cannot use its ${what}${where}: ${why}.`, cause);
    }
  }

  /** Who is unknown fails as late as who has the wrong key, so that nobody can ask which identities there are. */
  #keyOf(socket: TLSSocket, identity: string): Buffer {
    const key = this.#trust.pskKey?.(identity);
    const handshake = this.#handshakes.get(keyOf(socket));
    if (handshake === undefined || key === undefined) return randomBytes(UNKNOWN_KEY_BYTES);
    handshake.pskIdentity = identity;
    return key;
  }

  #secured(socket: TLSSocket): void {
    const handshake = this.#finished(socket);
    const problem = this.#problemOf(socket);
    if (handshake === undefined || problem !== undefined) {
      handshake?.gate.tell('tls-handshake', handshake.peer.address, problem ?? '');
      socket.destroy();
      return;
    }
    const { peer, pskIdentity, next } = handshake;
    // A renegotiation costs a client nothing and us a handshake, and TLS 1.3 has done away with it.
    socket.disableRenegotiation();
    const certificate = peerCertificate(socket);
    // Whoever speaks TLS with the client itself knows better than a proxy in front of it.
    const { certificate: _told, ...plain } = peer;
    next(socket, {
      ...plain,
      ...(certificate && { certificate }),
      ...(pskIdentity !== undefined && isByKey(socket) && { pskIdentity }),
    });
  }

  /** Why a certificate that the client gave cannot be believed. Where none is required, giving a bad one is no way in. */
  #problemOf(socket: TLSSocket): string | undefined {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return undefined;
    if (!socket.authorized) return `its certificate is not believed: ${String(socket.authorizationError)}`;
    return this.#trust.revocations?.problemOf(certificate, Date.now());
  }

  #failed(error: Error, socket: TLSSocket): void {
    const handshake = this.#finished(socket);
    handshake?.gate.tell('tls-handshake', handshake.peer.address, error.message);
    socket.destroy();
  }

  #finished(socket: TLSSocket): Handshake | undefined {
    const handshake = this.#handshakes.get(keyOf(socket));
    if (handshake !== undefined) this.ended(handshake);
    return handshake;
  }
}

/** The first bytes, or the end before any. */
function onReadable(this: Socket): void {
  const handshake = (this as HandshakingSocket)[kHandshake];
  const bytes: Buffer | null = this.read();
  if (bytes === null || handshake === undefined) return;
  this.off('readable', onReadable);
  this.off('end', onEnd);
  this.unshift(bytes);
  handshake.stage.begin(this);
}

function onEnd(this: Socket): void {
  const handshake = (this as HandshakingSocket)[kHandshake];
  handshake?.stage.refused(handshake, 'The client closed before it began');
}

function onClose(this: Socket): void {
  const handshake = (this as HandshakingSocket)[kHandshake];
  handshake?.stage.refused(handshake, 'The client closed before the handshake was over');
}

/** Whether the client has shown the key of the identity that it named, and not come in by the server's certificate alone. */
function isByKey(socket: TLSSocket): boolean {
  return socket.getProtocol() === 'TLSv1.2' && socket.getCipher().name.includes('PSK');
}

function keyOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress}`;
}

/** Throws a TrustProblem unless there are some, or where one cannot be read: it would be left out without a word. */
function checkAuthorities(ca: TlsSettings['ca']): void {
  if (ca === undefined) return;
  let count = 0;
  try {
    for (const text of texts(ca)) count += certificatesIn(text).length;
  } catch (cause) {
    throw new TrustProblem(`a certificate cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  if (count === 0) throw new TrustProblem('they hold no certificate in PEM');
}

function texts(given: string | Buffer | readonly (string | Buffer)[]): string[] {
  return (Array.isArray(given) ? given : [given]).map(String);
}

function contextOptions(settings: TlsSettings): SecureContextOptions {
  const { cert, key, passphrase, ca, ciphers, dhparam, minVersion = 'TLSv1.2', pskKey } = settings;
  // By TLS 1.3 a client can name an identity whose key it does not have, and go on by the server's certificate.
  const maxVersion = settings.maxVersion ?? (pskKey === undefined ? undefined : 'TLSv1.2');
  return {
    minVersion,
    ...(maxVersion && { maxVersion }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(passphrase !== undefined && { passphrase }),
    ...(ca !== undefined && { ca: typeof ca === 'string' || Buffer.isBuffer(ca) ? ca : [...ca] }),
    ...(ciphers !== undefined && { ciphers }),
    ...(dhparam !== undefined && { dhparam }),
    // A session that is resumed names no identity, and nobody would ask whether its key still holds.
    ...(pskKey !== undefined && { secureOptions: constants.SSL_OP_NO_TICKET }),
  };
}
