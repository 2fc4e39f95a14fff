/** Opens the socket to the other broker: TCP, TLS with certificates, or TLS with a pre-shared key. */

import { readdir, readFile } from 'node:fs/promises';
import { connect, isIP, type Socket } from 'node:net';
import { join } from 'node:path';
import { type ConnectionOptions, rootCertificates, connect as secureConnect } from 'node:tls';
import { BridgeError } from './bridge-error.ts';
import type { BridgeAddress, BridgeSpec, BridgeTls } from './spec.ts';

/** How long TCP and TLS may take together, in milliseconds. */
const CONNECT_MS_MAX = 20_000;

/** A socket that is open, or a way to give up waiting for it. */
export interface Dialling {
  readonly socket: Promise<Socket>;
  abandon(): void;
}

export function addressText({ host, port }: BridgeAddress): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Rejects with a BridgeError `BRIDGE_UNREACHABLE`, `BRIDGE_TLS` or `BRIDGE_TLS_FILES`. */
export function dial(spec: BridgeSpec, address: BridgeAddress): Dialling {
  let abandoned = false;
  let open: Socket | undefined;
  const socket = (async (): Promise<Socket> => {
    const options = spec.tls === undefined ? undefined : await tlsOptions(spec, spec.tls);
    const place = { host: address.host, port: address.port, noDelay: true };
    const bound = spec.bindAddress === undefined ? place : { ...place, localAddress: spec.bindAddress };
    open = options === undefined ? connect(bound) : secureConnect({ ...bound, ...options, ...serverName(address) });
    if (abandoned) open.destroy();
    await opened(open, spec, address);
    return open;
  })();
  return {
    socket,
    abandon: () => {
      abandoned = true;
      open?.destroy();
    },
  };
}

/** A name is what a server with several certificates chooses by; an address cannot be one. */
function serverName({ host }: BridgeAddress): { servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {};
}

function opened(socket: Socket, spec: BridgeSpec, address: BridgeAddress): Promise<void> {
  const text = addressText(address);
  const label = `Bridge ${spec.name} to ${text}`;
  return new Promise((resolve, reject) => {
    let isConnected = false;
    let cause: Error | undefined;
    const timer = setTimeout(() => {
      const seconds = CONNECT_MS_MAX / 1000;
      const fields = { address: text, reason: 'timeout', seconds };
      cause = new BridgeError('BRIDGE_UNREACHABLE', `${label}: no connection within ${seconds} s`, fields);
      socket.destroy();
    }, CONNECT_MS_MAX);
    timer.unref();
    const done = (): void => {
      clearTimeout(timer);
      socket.off('close', closed);
      resolve();
    };
    const closed = (): void => {
      clearTimeout(timer);
      if (cause instanceof BridgeError) reject(cause);
      else reject(failure(label, text, cause, isConnected && spec.tls !== undefined));
    };
    socket.on('error', (error) => {
      cause ??= error;
    });
    socket.once('connect', () => {
      isConnected = true;
      if (spec.tls === undefined) done();
    });
    socket.once('secureConnect', done);
    socket.once('close', closed);
  });
}

function failure(label: string, address: string, cause: Error | undefined, isTls: boolean): BridgeError {
  const why = cause === undefined ? 'the connection was closed' : (causeText(cause) ?? cause.message);
  const detail = cause === undefined ? {} : { detail: why };
  const reason = cause === undefined ? 'closed' : 'error';
  const fields = { address, reason, ...detail };
  if (isTls) return new BridgeError('BRIDGE_TLS', `${label}: the TLS handshake failed: ${why}`, fields, cause);
  return new BridgeError('BRIDGE_UNREACHABLE', `${label}: it cannot be reached: ${why}`, fields, cause);
}

/** Several addresses of one name that all fail have their messages one level down. */
function causeText(error: Error): string | undefined {
  if (!(error instanceof AggregateError)) return undefined;
  return error.errors.map((one: unknown) => (one instanceof Error ? one.message : String(one))).join('; ');
}

async function tlsOptions(spec: BridgeSpec, tls: BridgeTls): Promise<ConnectionOptions> {
  const { psk, alpn, versionMin, checksHostName } = tls;
  const shared: ConnectionOptions = {
    minVersion: versionMin,
    ...(alpn !== undefined && { ALPNProtocols: [alpn] }),
    ...(!checksHostName && { checkServerIdentity: () => undefined }),
  };
  if (psk !== undefined) {
    const key = Buffer.from(psk.keyHex, 'hex');
    return {
      ...shared,
      // Without those that encrypt nothing, which the bare word would bring along.
      ciphers: 'PSK+HIGH',
      // Pre-shared keys of this kind belong to TLS 1.2.
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.2',
      checkServerIdentity: () => undefined,
      pskCallback: () => ({ identity: psk.identity, psk: key }),
    };
  }
  try {
    const ca = await authorities(tls);
    const cert = tls.certificateFile === undefined ? undefined : await readFile(tls.certificateFile);
    const key = tls.keyFile === undefined ? undefined : await readFile(tls.keyFile);
    return { ...shared, ca, ...(cert && { cert }), ...(key && { key }) };
  } catch (error) {
    const { message } = error as Error;
    const text = `Bridge ${spec.name}: a file for TLS cannot be read: ${message}`;
    throw new BridgeError('BRIDGE_TLS_FILES', text, { detail: message }, error);
  }
}

async function authorities({ caFile, caFolder }: BridgeTls): Promise<(string | Buffer)[]> {
  if (caFile === undefined && caFolder === undefined) return [...rootCertificates];
  const found: Buffer[] = [];
  if (caFile !== undefined) found.push(await readFile(caFile));
  if (caFolder !== undefined) {
    for (const entry of await readdir(caFolder, { withFileTypes: true })) {
      if (entry.isDirectory()) continue;
      const bytes = await readFile(join(caFolder, entry.name));
      // Such folders hold other files and several links to one certificate.
      if (bytes.includes('BEGIN CERTIFICATE') || bytes.includes('BEGIN TRUSTED CERTIFICATE')) found.push(bytes);
    }
  }
  return found;
}

/** Whether somebody accepts connections there. */
export function answers(address: BridgeAddress, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address.host, port: address.port });
    const tell = (yes: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(yes);
    };
    const timer = setTimeout(() => tell(false), withinMs);
    timer.unref();
    socket.once('connect', () => tell(true));
    socket.once('error', () => tell(false));
  });
}
