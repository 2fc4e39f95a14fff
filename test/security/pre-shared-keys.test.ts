/** Who names the identity of a pre-shared key without having the key is not taken for it, whatever else is offered. */

import { type ConnectionOptions, connect } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { createBroker } from '../../src/index.ts';
import type { TlsSettings } from '../../src/listeners/spec.ts';
import { clientCertificate, tidy, until } from '../listeners/listening.ts';

const host = '127.0.0.1';
const right = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const connectPacket = Buffer.from('101000044d5154540402000000046c617374', 'hex');

interface Serving {
  readonly port: number;
  readonly identities: (string | undefined)[];
}

async function serving(tls: TlsSettings): Promise<Serving> {
  const identities: (string | undefined)[] = [];
  const broker = await createBroker({
    authenticate: ({ peer }) => {
      identities.push(peer.pskIdentity);
      return true;
    },
  });
  onTestFinished(() => broker.close());
  const pskKey = (identity: string): Buffer | undefined => (identity === 'admin' ? right : undefined);
  const { port } = await broker.listen({ transport: 'tls', host, port: 0, tls: { ...tls, pskKey } });
  return { port, identities };
}

/** What a client is known as that offers a key; `refused` when its handshake fails. */
async function knownAs({ port, identities }: Serving, psk: Buffer, options: ConnectionOptions): Promise<unknown> {
  const before = identities.length;
  const socket = connect({
    port,
    host,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    pskCallback: () => ({ psk, identity: 'admin' }),
    ...options,
  });
  tidy(socket).resume();
  socket.write(connectPacket);
  await until(() => socket.closed || identities.length > before, 'an answer', 10_000);
  return identities.length > before ? identities.at(-1) : 'refused';
}

/** With every version and cipher that a client may choose. */
const offers: readonly ConnectionOptions[] = [
  {},
  { ciphers: 'PSK-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' },
  { ciphers: 'DEFAULT:PSK+HIGH', maxVersion: 'TLSv1.2' },
  { ciphers: 'DEFAULT:PSK+HIGH' },
  { ciphers: 'TLS_AES_256_GCM_SHA384', minVersion: 'TLSv1.3' },
  { ciphers: 'TLS_AES_128_GCM_SHA256', minVersion: 'TLSv1.3' },
  { ciphers: 'TLS_CHACHA20_POLY1305_SHA256', minVersion: 'TLSv1.3' },
  { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384', maxVersion: 'TLSv1.2' },
];

test.each([
  ['a certificate beside its keys', true],
  ['keys alone', false],
])('a listener with %s', async (_title, hasCertificate) => {
  const ciphers = `PSK+HIGH${hasCertificate ? ':DEFAULT' : ''}`;
  const serve = await serving({ ...(hasCertificate && clientCertificate('/CN=localhost')), ciphers });
  for (const offer of offers) {
    expect([undefined, 'refused'], JSON.stringify(offer)).toContain(await knownAs(serve, Buffer.alloc(16, 1), offer));
  }
  const byKey = { ciphers: 'PSK-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' } as const;
  expect(await knownAs(serve, right, byKey)).toBe('admin');
});

test('keys and TLS 1.3 do not go together', async () => {
  for (const tls of [{ maxVersion: 'TLSv1.3' }, { minVersion: 'TLSv1.3' }] as const) {
    await expect(serving({ ...clientCertificate('/CN=localhost'), ...tls })).rejects.toThrow(/cannot speak TLS 1\.3/);
  }
});

test('a client that resumes its session is still known by its key', async () => {
  const { port, identities } = await serving({ ciphers: 'PSK+HIGH' });
  let session: Buffer | undefined;
  for (const count of [1, 2]) {
    const options = { ciphers: 'PSK-AES128-GCM-SHA256', maxVersion: 'TLSv1.2', ...(session && { session }) } as const;
    const pskCallback = () => ({ psk: right, identity: 'admin' });
    const socket = connect({ port, host, checkServerIdentity: () => undefined, pskCallback, ...options });
    tidy(socket).resume();
    socket.once('secureConnect', () => (session = socket.getSession()));
    socket.write(connectPacket);
    await until(() => identities.length === count, 'it is in', 10_000);
    expect(session).toBeDefined();
    socket.destroy();
  }
  expect(identities).toEqual(['admin', 'admin']);
});
