/**
 * What a listener can be told, one type per transport. These are plain data with defaults; files, names of options and
 * their readers belong to the configuration. `openListener` turns a `ListenerSpec` into a `Listener`.
 */

import type { AddressRule } from './address-rules.ts';
import type { Flusher } from './flusher.ts';
import type { CertifiedKey } from './trust/server-names.ts';

/** Why a connection was closed before it was handed to the broker. Stable: counters and logs are named by it. */
export type RefusalReason =
  | 'accept-failed'
  | 'connections-max'
  | 'connection-rate'
  | 'address-denied'
  | 'proxy-untrusted'
  | 'proxy-header'
  | 'proxy-timeout'
  | 'tls-handshake'
  | 'http-request'
  | 'websocket-path'
  | 'websocket-origin'
  | 'websocket-subprotocol'
  | 'websocket-handshake'
  | 'websocket-timeout';

/** What listeners need from the one who opens them. */
export interface ListenerDeps {
  /** One per broker, shared by all its listeners. */
  readonly flusher: Flusher;
  /**
   * Called for each connection that was closed before the broker saw it. `address` is the peer's, empty where it is
   * not known (any more); `detail` says more where there is more to say. Must not throw.
   */
  readonly onRefused?:
    | ((reason: RefusalReason, address: string, listener: string, detail: string | undefined) => void)
    | undefined;
}

export const connectionsMaxDefault = 1_000_000;

/** Limits that every listener has. */
export interface ListenerLimits {
  /** Shown in logs, events and `Peer.listener`. */
  readonly name: string;
  /** Connections that may be open at a time, handshakes included; further ones are closed at accept. Default 1,000,000. */
  readonly connectionsMax?: number | undefined;
  /** Connections accepted in a second, with bursts of as many; further ones are closed at accept. Default 0: no limit. */
  readonly connectionRatePerSecond?: number | undefined;
  /** The first match decides; no match allows. Applied to the address that PROXY protocol told, where it is on. Default none. */
  readonly addressRules?: readonly AddressRule[] | undefined;
}

/** Options of PROXY protocol (versions 1 and 2), which tells the client's address behind a load balancer. */
export interface ProxySettings {
  /** Every connection must begin with the header; one without it is closed. Default false. */
  readonly proxyProtocol?: boolean | undefined;
  /** Milliseconds until the whole header must be there. Default 5,000. */
  readonly proxyTimeoutMs?: number | undefined;
  /** Networks whose header is believed; others are closed. Default `['all']`, since the header is off unless switched on. */
  readonly proxyTrustedAddresses?: readonly string[] | undefined;
  /**
   * Believes the Common Name of a client certificate that the proxy has verified (version 2) and makes it
   * `peer.certificate`. Ignored where this listener speaks TLS itself. Default false.
   */
  readonly proxyCertificates?: boolean | undefined;
}

/** Options of every listener on a port. */
export interface PortSettings extends ListenerLimits, ProxySettings {
  /** Address or host name to listen on. Default `localhost`, which is both 127.0.0.1 and, where it exists, ::1; `*` is every address. */
  readonly host?: string | undefined;
  /** 0 takes a free one. */
  readonly port: number;
  /** Connections that may wait for being accepted. Default 1024; the system may allow fewer. */
  readonly backlog?: number | undefined;
  /** Sends small packets without delay (TCP_NODELAY). Default true. */
  readonly noDelay?: boolean | undefined;
  /** Milliseconds of silence after which TCP asks whether the peer is alive; 0 never asks. Default 60,000. */
  readonly keepAliveMs?: number | undefined;
}

/** Options of TLS. Certificates and keys are PEM texts. */
export interface TlsSettings {
  /** The server's certificate, followed by intermediate ones. Needed unless `pskKey` is given. */
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  readonly passphrase?: string | undefined;
  /** Whom to believe client certificates of. Default: the authorities that Node knows. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[] | undefined;
  /**
   * Further certificates: the one whose names fit the server name that a client asks for (SNI) is shown, `cert` to
   * everybody else. Default none.
   */
  readonly certificates?: readonly CertifiedKey[] | undefined;
  /**
   * Revocation lists for client certificates, signed by one of `ca`. The client's own certificate is looked up, not
   * those of the authorities above it; without a valid list of who signed it, the client is closed.
   */
  readonly crl?: string | Buffer | readonly (string | Buffer)[] | undefined;
  /** Asks clients for a certificate. Default false. */
  readonly requestCert?: boolean | undefined;
  /**
   * With `requestCert`: closes clients without a certificate. Default true. One that `ca` does not vouch for closes the
   * client either way.
   */
  readonly rejectUnauthorized?: boolean | undefined;
  /** OpenSSL's cipher list. Default: Node's. */
  readonly ciphers?: string | undefined;
  /** Parameters of ephemeral Diffie-Hellman in PEM, or `auto` for well-known ones. Default: no such ciphers. */
  readonly dhparam?: string | Buffer | undefined;
  /** Oldest version accepted. Default `TLSv1.2`. */
  readonly minVersion?: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3' | undefined;
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  /** Protocols offered by ALPN, such as `['mqtt']`; a client that asks for others only is closed. Default none. */
  readonly alpnProtocols?: readonly string[] | undefined;
  /** Milliseconds for the handshake. Default 15,000. */
  readonly handshakeTimeoutMs?: number | undefined;
  /**
   * Finds the key of a pre-shared key identity, undefined for one that is unknown. Switches PSK on, which
   * needs `ciphers` with PSK suites; TLS 1.2 is the newest version then.
   */
  readonly pskKey?: ((identity: string) => Buffer | undefined) | undefined;
  /** Told to PSK clients so that they can choose an identity. */
  readonly pskIdentityHint?: string | undefined;
  /** The files that texts come from, as errors name them. Default: they are not named. */
  readonly files?: TlsFiles | undefined;
}

export interface TlsFiles {
  /** Of `cert`, `key` and `certificates`. */
  readonly identity: readonly string[];
  /** Of `ca`. */
  readonly authorities: readonly string[];
  /** Of `crl`. */
  readonly revocations: readonly string[];
}

/** Options of WebSocket. */
export interface WebSocketSettings {
  /** Path of the request, compared without its query; `*` is any. Default `/mqtt`. */
  readonly path?: string | undefined;
  /** A folder whose files answer requests that are no WebSocket handshakes. Default: none. */
  readonly folder?: string | undefined;
  /**
   * Origins of web pages that may connect, compared exactly; `*` is any, `local` stands for pages that this machine
   * serves. Default `local` on a loopback host, which any page in a browser of this machine could reach otherwise,
   * and `*` elsewhere. A request without Origin is always allowed: it does not come from a browser.
   */
  readonly origins?: readonly string[] | undefined;
  /** Largest message of a client in bytes, all fragments together; larger closes with 1009. Default 2 MiB. */
  readonly frameBytesMax?: number | undefined;
  /** Largest request header in bytes. Default 8,192. */
  readonly headerBytesMax?: number | undefined;
  /** Most header lines of a request. Default 64. */
  readonly headersMax?: number | undefined;
  /** Milliseconds from accept (with TLS: from its handshake) until the request must be there. Default 10,000. */
  readonly requestTimeoutMs?: number | undefined;
}

export interface TcpListenerSpec extends PortSettings {
  readonly transport: 'tcp';
}

export interface TlsListenerSpec extends PortSettings {
  readonly transport: 'tls';
  readonly tls: TlsSettings;
}

export interface WsListenerSpec extends PortSettings, WebSocketSettings {
  readonly transport: 'ws';
}

export interface WssListenerSpec extends PortSettings, WebSocketSettings {
  readonly transport: 'wss';
  readonly tls: TlsSettings;
}

export interface UnixListenerSpec extends ListenerLimits {
  readonly transport: 'unix';
  /** Where the socket is made. A socket left behind there is removed when nobody listens on it. */
  readonly path: string;
  /** Permission bits of the socket. Default 0o660. */
  readonly mode?: number | undefined;
  /** Default 1024. */
  readonly backlog?: number | undefined;
}

export type ListenerSpec = TcpListenerSpec | TlsListenerSpec | WsListenerSpec | WssListenerSpec | UnixListenerSpec;
