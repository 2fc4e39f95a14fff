import { createHash, createHmac, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  clientCertificate,
  dial,
  echo,
  folder,
  ignore,
  type Listening,
  open,
  pause,
  read,
  readToEnd,
  tidy,
  until,
} from '../../test/listeners/listening.ts';
import { type Certificates, ensureCertificates } from './certificates.ts';
import { isSecureListener } from './open.ts';
import type { TlsSettings } from './spec.ts';

// Made once for this file; nothing in the folder is needed afterwards.
let made: Certificates;

beforeAll(async () => {
  const path = mkdtempSync(join(tmpdir(), 'listener-'));
  made = await ensureCertificates(path, Date.now());
  rmSync(path, { recursive: true });
});

async function secure(tls: TlsSettings = {}, onChunk = echo): Promise<Listening> {
  const { cert, key } = made;
  return open({ transport: 'tls', name: 'test', host: '127.0.0.1', port: 0, tls: { cert, key, ...tls } }, onChunk);
}

function dialTls(to: Listening, options: ConnectionOptions = {}): TLSSocket {
  const { ca } = made;
  const socket = connect({ host: '127.0.0.1', port: to.listener.port, servername: 'localhost', ca, ...options });
  tidy(socket);
  return socket;
}

describe('a TLS listener', () => {
  it('speaks TLS with a certificate that is valid for localhost', async () => {
    const listening = await secure();
    const client = dialTls(listening);
    client.write('hello');
    expect((await read(client, 5)).toString()).toBe('hello');
    expect(client.authorized).toBe(true);
    expect(listening.listener.url).toBe(`mqtts://127.0.0.1:${listening.listener.port}`);
    expect(listening.accepted[0]!.connection.peer).toMatchObject({
      transport: 'tls',
      address: '127.0.0.1',
      port: client.localPort,
    });
    expect(listening.accepted[0]!.connection.peer).not.toHaveProperty('certificate');
  });

  it('carries large and small output in order', async () => {
    const listening = await secure();
    const client = dialTls(listening);
    const sent = Array.from({ length: 100 }, (_, i) => Buffer.alloc(1 + ((i * 104_729) % 40_000), i));
    const whole = Buffer.concat(sent);
    const received = read(client, whole.length);
    for (const part of sent) {
      client.write(part);
      if (part.length % 3 === 0) await pause(0);
    }
    expect((await received).equals(whole)).toBe(true);
    await until(() => listening.accepted[0]!.connection.bytesWaiting === 0, 'all was taken');
    expect(listening.accepted[0]!.drains).toBeGreaterThan(0);
  });

  it('holds output for a client that does not read', async () => {
    const listening = await secure({}, ignore);
    const client = dialTls(listening);
    client.pause();
    await until(() => listening.accepted.length === 1, 'it is accepted');
    const { connection } = listening.accepted[0]!;
    let pushed = 0;
    const block = Buffer.alloc(10_000, 7);
    while (connection.bytesWaiting < 1_000_000) {
      connection.output.push(block, 0, block.length);
      pushed += block.length;
      connection.wake();
      await pause(0);
    }
    client.resume();
    expect((await read(client, pushed)).length).toBe(pushed);
    await until(() => connection.bytesWaiting === 0, 'all was taken');
  });

  it('writes the output before it closes', async () => {
    const listening = await secure({}, (connection) => {
      connection.output.push(Buffer.alloc(50_000, 'e'), 0, 50_000);
      connection.end();
    });
    const client = dialTls(listening);
    client.write('x');
    expect(await readToEnd(client)).toHaveLength(50_000);
    await until(() => listening.accepted[0]!.closed, 'it is closed');
  });

  it('tells who a verified client is', async () => {
    const { cert, key } = clientCertificate('/C=DE/O=Pumps, Inc./CN=pump-7');
    const listening = await secure({ ca: cert, requestCert: true });
    const client = dialTls(listening, { cert, key });
    client.write('x');
    await read(client, 1);
    expect(listening.accepted[0]!.connection.peer.certificate).toEqual({
      commonName: 'pump-7',
      subject: 'CN=pump-7,O=Pumps\\, Inc.,C=DE',
      fingerprint256: new X509Certificate(cert).fingerprint256,
      der: new X509Certificate(cert).raw,
    });
  });

  it('closes a client without a certificate when one is required, and counts it', async () => {
    const { cert } = clientCertificate('/CN=pump');
    const listening = await secure({ ca: cert, requestCert: true });
    const client = dialTls(listening, { maxVersion: 'TLSv1.2' });
    await readToEnd(client);
    expect(listening.accepted).toHaveLength(0);
    await until(() => listening.refused.length > 0, 'it is counted');
    expect(listening.refused[0]).toMatchObject({ reason: 'tls-handshake', address: '127.0.0.1' });
  });

  it('closes a client whose certificate nobody vouches for, even where one is only asked for', async () => {
    const trusted = clientCertificate('/CN=pump');
    const other = clientCertificate('/CN=pump');
    const listening = await secure({ ca: trusted.cert, requestCert: true, rejectUnauthorized: false });
    await readToEnd(dialTls(listening, other));
    expect(listening.accepted).toHaveLength(0);
    await until(() => listening.refused.length > 0, 'it is counted');
    expect(listening.refused[0]).toMatchObject({
      reason: 'tls-handshake',
      detail: expect.stringContaining('not believed'),
    });
    const without = dialTls(listening);
    without.write('x');
    await read(without, 1);
    expect(listening.accepted[0]!.connection.peer).not.toHaveProperty('certificate');
  });

  it.each(['', 'no certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'])(
    'refuses to start with authorities that are none, rather than believe everybody: %j',
    async (ca) => {
      await expect(secure({ ca, requestCert: true })).rejects.toThrow(
        "Listener 'test' cannot use its authorities of clients",
      );
    },
  );

  it('ends only the client that does not speak TLS', async () => {
    const listening = await secure();
    const stranger = dial(listening);
    stranger.write('GET / HTTP/1.1\r\n\r\n');
    await readToEnd(stranger);
    await until(() => listening.refused.length === 1, 'it is counted');
    expect(listening.refused[0]).toMatchObject({ reason: 'tls-handshake', address: '127.0.0.1' });
    const client = dialTls(listening);
    client.write('x');
    await read(client, 1);
  });

  it('understands a client whose first bytes come one by one', async () => {
    const listening = await secure();
    const relay = createServer((near) => {
      const far = dial(listening).setNoDelay();
      far.pipe(near);
      let alone = 20;
      near.on('data', async (chunk: Buffer) => {
        near.pause();
        for (; alone > 0 && chunk.length > 0; alone--, chunk = chunk.subarray(1)) {
          far.write(chunk.subarray(0, 1));
          await pause(2);
        }
        far.write(chunk);
        near.resume();
      });
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void relay.close());
    const { port } = relay.address() as AddressInfo;
    const client = dialTls(listening, { port });
    const sent = Buffer.alloc(100_000, 'a client that writes much ');
    client.write(sent);
    expect((await read(client, sent.length)).equals(sent)).toBe(true);
    expect(listening.refused).toEqual([]);
    client.destroy();
  });

  it('tells of clients that leave before they have said anything, once each', async () => {
    const listening = await secure();
    dial(listening).end();
    const reset = dial(listening);
    reset.once('connect', () => reset.resetAndDestroy());
    await until(() => listening.refused.length === 2, 'both are counted');
    expect(listening.refused).toMatchObject([{ reason: 'tls-handshake' }, { reason: 'tls-handshake' }]);
    await pause(50);
    expect(listening.refused).toHaveLength(2);
  });

  it('survives clients that vanish during the handshake', async () => {
    const listening = await secure();
    for (let i = 0; i < 10; i++) {
      const client = dial(listening);
      client.write(Buffer.from('160301', 'hex'), () => client.resetAndDestroy());
    }
    await pause(50);
    const client = dialTls(listening);
    client.write('x');
    await read(client, 1);
    expect(listening.accepted).toHaveLength(1);
  });

  it('counts connections until they close', async () => {
    const { cert, key } = made;
    const listening = await open({
      transport: 'tls',
      name: 'test',
      host: '127.0.0.1',
      port: 0,
      connectionsMax: 1,
      tls: { cert, key },
    });
    for (let round = 0; round < 3; round++) {
      const client = dialTls(listening);
      client.write('x');
      await read(client, 1);
      client.destroy();
      await until(() => listening.accepted[round]!.closed, 'it is closed');
      await pause(5);
    }
    expect(listening.refused).toEqual([]);
  });

  it('cuts a handshake that takes too long', async () => {
    const listening = await secure({ handshakeTimeoutMs: 100 });
    const silent = dial(listening);
    await readToEnd(silent);
    expect(listening.refused).toMatchObject([{ reason: 'tls-handshake', address: '127.0.0.1' }]);
  });

  it('refuses versions below minVersion', async () => {
    const listening = await secure({ minVersion: 'TLSv1.3' });
    const client = dialTls(listening, { maxVersion: 'TLSv1.2' });
    await until(() => client.closed, 'it is closed');
    expect(listening.accepted).toHaveLength(0);
  });

  it('offers protocols by ALPN', async () => {
    const listening = await secure({ alpnProtocols: ['mqtt'] });
    const client = dialTls(listening, { ALPNProtocols: ['x-other', 'mqtt'] });
    await new Promise((resolve) => client.once('secureConnect', resolve));
    expect(client.alpnProtocol).toBe('mqtt');
  });

  it('knows a client by its pre-shared key', async () => {
    const secret = createHash('sha256').update('pump').digest();
    const ciphers = 'PSK+HIGH';
    const listening = await open({
      transport: 'tls',
      name: 'test',
      host: '127.0.0.1',
      port: 0,
      tls: { ciphers, maxVersion: 'TLSv1.2', pskKey: (identity) => (identity === 'pump' ? secret : undefined) },
    });
    const options = { ciphers, maxVersion: 'TLSv1.2', checkServerIdentity: () => undefined } as const;
    const client = dialTls(listening, { ...options, pskCallback: () => ({ identity: 'pump', psk: secret }) });
    client.write('x');
    await read(client, 1);
    expect(listening.accepted[0]!.connection.peer.pskIdentity).toBe('pump');
    const wrong = createHmac('sha256', 'other').digest();
    const stranger = dialTls(listening, { ...options, pskCallback: () => ({ identity: 'pump', psk: wrong }) });
    await until(() => stranger.closed, 'the stranger is closed');
    expect(listening.accepted).toHaveLength(1);
  });

  it('uses new certificates after a reload, and keeps the old ones when the new cannot be used', async () => {
    const listening = await secure();
    const { listener } = listening;
    if (!isSecureListener(listener)) throw new Error('a TLS listener can reload');
    const other = await ensureCertificates(folder(), Date.now());
    expect(() => listener.setSecureContext({ cert: other.cert, key: 'no key' })).toThrow("Listener 'test' cannot use");
    listener.setSecureContext(other);
    const client = dialTls(listening, { ca: other.ca });
    client.write('x');
    await read(client, 1);
    expect(client.authorized).toBe(true);
  });

  it('refuses to start without a certificate, or with a key of another', async () => {
    const other = await ensureCertificates(folder(), Date.now());
    await expect(secure({ cert: undefined })).rejects.toThrow('has no certificate and key');
    await expect(secure({ key: other.key })).rejects.toMatchObject({ name: 'ListenerError', code: 'BAD_SETTING' });
  });
});
