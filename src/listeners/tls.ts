/**
 * TLS in front of a protocol: certificates, client certificates, pre-shared keys, ALPN. The handshake runs on a
 * `tls.Server` that never listens itself: it is given sockets that were accepted and let in before, so PROXY protocol
 * and the gate work the same for every transport. A client's failure ends that client only.
 */

import type { Socket } from 'node:net';
import { createSecureContext, createServer, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls';
import type { Listener, Peer } from '../ports/listener.ts';
import { AcceptingListener, PortBinding } from './acceptor.ts';
import { ListenerError } from './error.ts';
import type { Gate } from './gate.ts';
import { peerCertificate } from './peer-certificate.ts';
import { SocketConnection } from './socket-connection.ts';
import type { ListenerDeps, TlsListenerSpec, TlsSettings } from './spec.ts';

const HANDSHAKE_TIMEOUT_MS = 15_000;

/** A listener whose certificates can be replaced while it is open. */
export interface SecureListener extends Listener {
  /** Used for handshakes from now on. Throws, changing nothing, when key and certificate do not fit or cannot be read. */
  setSecureContext(tls: TlsSettings): void;
}

/** Throws when the TLS settings, an address rule or a trusted network cannot be used. */
export function tlsListener(spec: TlsListenerSpec, deps: ListenerDeps): SecureListener {
  const stage = new TlsStage(spec.tls, spec.name);
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

interface Handshake {
  readonly peer: Peer;
  readonly gate: Gate;
  readonly next: OnSecured;
  pskIdentity: string | undefined;
}

/** The handshakes of one listener. */
export class TlsStage {
  readonly #server: Server;
  readonly #name: string;
  /** By the socket's own addresses, since TLS makes a new socket object around the accepted one. */
  readonly #handshakes = new Map<string, Handshake>();

  constructor(settings: TlsSettings, listenerName: string) {
    this.#name = listenerName;
    const { pskKey } = settings;
    if (pskKey === undefined && (settings.cert === undefined || settings.key === undefined)) {
      throw new ListenerError(
        'BAD_SETTING',
        `Listener '${listenerName}' speaks TLS but has no certificate and key: give both.`,
      );
    }
    const context = this.#checked(settings);
    this.#server = createServer({
      ...context,
      requestCert: settings.requestCert ?? false,
      rejectUnauthorized: settings.rejectUnauthorized ?? true,
      handshakeTimeout: settings.handshakeTimeoutMs ?? HANDSHAKE_TIMEOUT_MS,
      ...(settings.alpnProtocols && { ALPNProtocols: [...settings.alpnProtocols] }),
      ...(settings.pskIdentityHint !== undefined && { pskIdentityHint: settings.pskIdentityHint }),
      ...(pskKey && {
        pskCallback: (socket: TLSSocket, identity: string) => {
          const handshake = this.#handshakes.get(keyOf(socket));
          if (handshake !== undefined) handshake.pskIdentity = identity;
          return pskKey(identity) ?? null;
        },
      }),
    });
    this.#server.on('secureConnection', (socket) => this.#secured(socket));
    this.#server.on('tlsClientError', (error, socket) => this.#failed(error, socket));
  }

  /** Runs the handshake on an accepted socket; `next` is called only if it succeeds. */
  take(socket: Socket, peer: Peer, gate: Gate, next: OnSecured): void {
    const key = keyOf(socket);
    this.#handshakes.set(key, { peer, gate, next, pskIdentity: undefined });
    socket.once('close', () => this.#handshakes.delete(key));
    this.#server.emit('connection', socket);
  }

  setSecureContext(settings: TlsSettings): void {
    this.#server.setSecureContext(this.#checked(settings));
  }

  /** Node tells of a bad key only deep inside OpenSSL's words, so it is tried here where the listener is known. */
  #checked(settings: TlsSettings): SecureContextOptions {
    const options = contextOptions(settings);
    try {
      createSecureContext(options);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ListenerError(
        'BAD_SETTING',
        `Listener '${this.#name}' cannot use its TLS certificate, key or ciphers: ${why}.`,
        cause,
      );
    }
    return options;
  }

  #secured(socket: TLSSocket): void {
    const handshake = this.#finished(socket);
    if (handshake === undefined) {
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
      ...(pskIdentity !== undefined && { pskIdentity }),
    });
  }

  #failed(error: Error, socket: TLSSocket): void {
    const handshake = this.#finished(socket);
    handshake?.gate.tell('tls-handshake', handshake.peer.address, error.message);
    socket.destroy();
  }

  #finished(socket: TLSSocket): Handshake | undefined {
    const key = keyOf(socket);
    const handshake = this.#handshakes.get(key);
    this.#handshakes.delete(key);
    return handshake;
  }
}

function keyOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress}`;
}

function contextOptions(settings: TlsSettings): SecureContextOptions {
  const { cert, key, passphrase, ca, crl, ciphers, minVersion = 'TLSv1.2', maxVersion } = settings;
  return {
    minVersion,
    ...(maxVersion && { maxVersion }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(passphrase !== undefined && { passphrase }),
    ...(ca !== undefined && { ca: typeof ca === 'string' || Buffer.isBuffer(ca) ? ca : [...ca] }),
    ...(crl !== undefined && { crl: typeof crl === 'string' || Buffer.isBuffer(crl) ? crl : [...crl] }),
    ...(ciphers !== undefined && { ciphers }),
  };
}
