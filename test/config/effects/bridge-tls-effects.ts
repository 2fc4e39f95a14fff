/** Effects of the options of mosquitto.conf that a bridge over TLS has: what the other broker's socket sees. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import { Authority } from '../../listeners/authority.ts';
import { HEAD, type Look, row } from './bridge-effects.ts';
import { type Effect, refusedBecause } from './effect.ts';
import type { Place } from './running.ts';

const CONF = `${HEAD}address 127.0.0.1:{other}\ntopic t\nLINE\n`;
const TRUSTING = `${CONF}bridge_cafile {dir}/ca.pem\n`;

/** @param names those of the other broker's certificate */
function certificates({ path }: Place, names: string): void {
  const authority = new Authority({ subject: '/CN=Effects' });
  for (const [name, itsNames] of [
    ['server', names],
    ['bridge', ''],
  ] as const) {
    const issued = authority.issue(name, itsNames);
    writeFileSync(join(path, `${name}.pem`), issued.cert);
    writeFileSync(join(path, `${name}.key`), issued.key, { mode: 0o600 });
  }
  mkdirSync(join(path, 'authorities'));
  for (const file of ['ca.pem', 'authorities/ca.pem']) writeFileSync(join(path, file), authority.cert);
}

function serverOf({ path }: Place): TlsOptions {
  const text = (name: string): string => readFileSync(join(path, name), 'utf8');
  const shared = { requestCert: true, rejectUnauthorized: false, ALPNProtocols: ['mqtt'] };
  return { cert: text('server.pem'), key: text('server.key'), ca: text('ca.pem'), ...shared };
}

/** What is seen of the first connection; `nobody` where none gets as far as CONNECT. */
const seen =
  (look: (remote: Parameters<Look>[0]) => unknown): Look =>
  async (remote) =>
    (await remote.connectsWithin(600)) === 0 ? 'nobody' : look(remote);

const comes = seen(() => 'somebody');
const certificate = seen((remote) => {
  const { subject } = remote.socket.getPeerCertificate();
  return (subject as { CN?: string } | undefined)?.CN ?? 'none';
});

function tlsRow(line: string, see: Look, expected: { with: unknown; without: unknown }, more: Partial<Effect> = {}) {
  return row(line, see, expected, {
    conf: TRUSTING,
    prepare: (place) => certificates(place, 'DNS:localhost,IP:127.0.0.1'),
    tls: serverOf,
    ...more,
  });
}

const KEY = '00ff00ff';
const pskServer = (): TlsOptions => ({
  ciphers: 'PSK',
  maxVersion: 'TLSv1.2',
  pskCallback: (_socket, identity) => (identity === 'bridge' ? Buffer.from(KEY, 'hex') : null),
});

export const bridgeTlsEffects: readonly Effect[] = [
  tlsRow('bridge_cafile {dir}/ca.pem', comes, { with: 'somebody', without: 'nobody' }, { conf: CONF }),
  tlsRow('bridge_capath {dir}/authorities', comes, { with: 'somebody', without: 'nobody' }, { conf: CONF }),
  tlsRow(
    'bridge_certfile {dir}/bridge.pem',
    certificate,
    { with: 'bridge', without: refusedBecause('bridge_keyfile needs bridge_certfile as well') },
    { conf: `${TRUSTING}bridge_keyfile {dir}/bridge.key\n` },
  ),
  tlsRow(
    'bridge_keyfile {dir}/bridge.key',
    certificate,
    { with: 'bridge', without: refusedBecause('bridge_certfile needs bridge_keyfile as well') },
    { conf: `${TRUSTING}bridge_certfile {dir}/bridge.pem\n` },
  ),
  tlsRow(
    'bridge_alpn mqtt',
    seen((remote) => remote.socket.alpnProtocol),
    { with: 'mqtt', without: false },
  ),
  tlsRow(
    'bridge_insecure true',
    comes,
    { with: 'somebody', without: 'nobody' },
    { prepare: (place) => certificates(place, 'DNS:elsewhere.example') },
  ),
  tlsRow('bridge_tls_version tlsv1.3', comes, { with: 'nobody', without: 'somebody' }, {
    tls: (place: Place) => ({ ...serverOf(place), maxVersion: 'TLSv1.2' }),
  } as Partial<Effect>),
  row(
    'bridge_identity bridge',
    comes,
    { with: 'somebody', without: 'nobody' },
    { conf: `${CONF}bridge_psk ${KEY}\n`, otherwise: 'bridge_identity stranger', tls: pskServer },
  ),
  row(
    `bridge_psk ${KEY}`,
    comes,
    { with: 'somebody', without: 'nobody' },
    { conf: `${CONF}bridge_identity bridge\n`, otherwise: 'bridge_psk 11111111', tls: pskServer },
  ),
];
