/** The socket under a tool's MQTT: TCP, Unix, TLS with certificates or a pre-shared key, directly or through SOCKS5. */

import { readdirSync, readFileSync } from 'node:fs';
import { connect, isIP } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  type PeerCertificate,
  rootCertificates,
  connect as secureConnect,
} from 'node:tls';
import type { ClientOptions } from './options/client-options.ts';
import { socksConnect } from './socks.ts';

/** The tool cannot go on with these options; the text is for the user. */
export class ToolFailure extends Error {
  override readonly name = 'ToolFailure';
}

export function usesTls({ tls, psk }: ClientOptions): boolean {
  return tls.caFile !== undefined || tls.caFolder !== undefined || tls.usesSystemAuthorities || psk !== undefined;
}

function portOf(options: ClientOptions): number {
  return options.port ?? (usesTls(options) ? 8883 : 1883);
}

/** @throws ToolFailure when a file cannot be used; nothing is connected yet */
export function streamBuilder(options: ClientOptions): () => Duplex {
  const secure = usesTls(options) ? tlsOptions(options) : undefined;
  return () => {
    if (secure === undefined) return plain(options);
    const name = isIP(options.host) === 0 ? { servername: options.host } : {};
    return secureConnect({ ...secure, ...name, host: options.host, socket: plain(options) });
  };
}

function plain(options: ClientOptions): Duplex {
  const { socketPath, host, bindAddress, proxy } = options;
  if (socketPath !== undefined) return connect({ path: socketPath });
  const bound = bindAddress === undefined ? {} : { localAddress: bindAddress };
  if (proxy !== undefined) return socksConnect(proxy, host, portOf(options), bound);
  return connect({ host, port: portOf(options), noDelay: true, ...bound });
}

const versions: ReadonlyMap<string, 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'> = new Map([
  ['tlsv1.3', 'TLSv1.3'],
  ['tlsv1.2', 'TLSv1.2'],
  ['tlsv1.1', 'TLSv1.1'],
] as const);

function tlsOptions(options: ClientOptions): ConnectionOptions {
  const { tls, psk, pskIdentity = '' } = options;
  if (psk !== undefined) {
    if (!/^([0-9a-f]{2})+$/i.test(psk)) throw new ToolFailure('Error: Problem setting TLS-PSK options.');
    const key = Buffer.from(psk, 'hex');
    return {
      // Pre-shared keys of this kind belong to TLS 1.2.
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.2',
      // Without those that encrypt nothing, which the bare word would bring along.
      ciphers: tls.ciphers ?? 'PSK+HIGH',
      checkServerIdentity: () => undefined,
      pskCallback: () => ({ identity: pskIdentity, psk: key }),
    };
  }
  if (tls.keyForm !== undefined && tls.keyForm !== 'pem') {
    throw new ToolFailure('Error: Problem setting key form, it must be one of pem.');
  }
  const version = tls.version === undefined ? undefined : versions.get(tls.version);
  if (tls.version !== undefined && version === undefined) {
    throw new ToolFailure('Error: Problem setting TLS options: Invalid function arguments provided.');
  }
  const built: ConnectionOptions = {
    ...authorities(options),
    ...(tls.certificate !== undefined && { cert: read(tls.certificate), key: read(tls.key ?? '') }),
    ...(tls.ciphers !== undefined && { ciphers: tls.ciphers }),
    ...(version !== undefined && { minVersion: version, maxVersion: version }),
    ...(tls.alpn !== undefined && { ALPNProtocols: [tls.alpn] }),
    checkServerIdentity: tls.isInsecure ? () => undefined : identityProblem,
  };
  try {
    createSecureContext(built);
  } catch (error) {
    throw new ToolFailure(`Error: Problem setting TLS options: ${(error as Error).message}`);
  }
  return built;
}

/**
 * What speaks against a certificate for this host. One without alternative names counts for the address that its Common
 * Name is, as in Mosquitto's tools: certificates of documents and of small networks often name an address so.
 */
function identityProblem(host: string, certificate: PeerCertificate): Error | undefined {
  const isNamed = certificate.subjectaltname === undefined && isIP(host) !== 0 && certificate.subject?.CN === host;
  return isNamed ? undefined : checkServerIdentity(host, certificate);
}

function authorities({ tls }: ClientOptions): { ca?: (string | Buffer)[] } {
  const { caFile, caFolder, usesSystemAuthorities } = tls;
  const found: (string | Buffer)[] = [];
  if (caFile !== undefined) found.push(read(caFile));
  if (caFolder !== undefined) {
    for (const name of listed(caFolder)) {
      const bytes = read(join(caFolder, name));
      if (bytes.includes('BEGIN CERTIFICATE')) found.push(bytes);
    }
  }
  if (usesSystemAuthorities) found.push(...rootCertificates, ...systemAuthorities());
  return { ca: found };
}

/** Where systems keep what they trust, beside what Node trusts. */
const systemFiles: readonly string[] = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt'];

function systemAuthorities(): Buffer[] {
  return systemFiles.flatMap((file) => {
    try {
      return [readFileSync(file)];
    } catch {
      return [];
    }
  });
}

function listed(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  } catch {
    throw new ToolFailure('Error: Problem setting TLS options: File not found.');
  }
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw new ToolFailure('Error: Problem setting TLS options: File not found.');
  }
}
