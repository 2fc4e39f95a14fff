/** Whom a TLS listener believes, through its real handshakes. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { Authority } from '../../../test/listeners/authority.ts';
import { type Listening, open, read, tidy, until } from '../../../test/listeners/listening.ts';
import { type Certificates, ensureCertificates } from '../certificates.ts';
import { isSecureListener } from '../open.ts';
import type { TlsSettings } from '../spec.ts';

// Made once for this file; nothing in the folder is needed afterwards.
let made: Certificates;

beforeAll(async () => {
  const path = mkdtempSync(join(tmpdir(), 'listener-'));
  made = await ensureCertificates(path, Date.now());
  rmSync(path, { recursive: true });
});

async function secure(tls: TlsSettings): Promise<Listening> {
  const { cert, key } = made;
  return open({ transport: 'tls', name: 'test', host: '127.0.0.1', port: 0, tls: { cert, key, ...tls } });
}

function dialTls(to: Listening, options: ConnectionOptions = {}): TLSSocket {
  const { ca } = made;
  const socket = connect({ host: '127.0.0.1', port: to.listener.port, servername: 'localhost', ca, ...options });
  tidy(socket);
  return socket;
}

/** Whether the listener takes the client. */
async function isTaken(client: TLSSocket): Promise<boolean> {
  client.write('x');
  return await read(client, 1).then(
    () => true,
    () => false,
  );
}

function reload({ listener }: Listening, tls: TlsSettings): void {
  if (!isSecureListener(listener)) throw new Error('a TLS listener can reload');
  listener.setSecureContext({ cert: made.cert, key: made.key, ...tls });
}

describe('a listener with a revocation list', () => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`closes who was revoked, from the reload on, with ${maxVersion}`, async () => {
      const authority = new Authority();
      const [good, bad] = [authority.issue('good'), authority.issue('bad')];
      const tls = { ca: authority.cert, requestCert: true };
      const listening = await secure({ ...tls, crl: authority.list() });
      const session: { last?: Buffer } = {};
      const first = dialTls(listening, { ...bad, maxVersion });
      first.on('session', (ticket) => {
        session.last = ticket;
      });
      expect(await isTaken(first)).toBe(true);
      await until(() => session.last !== undefined, 'a session that can be resumed');
      authority.revoke('bad');
      reload(listening, { ...tls, crl: authority.list() });
      expect(await isTaken(dialTls(listening, { ...bad, maxVersion }))).toBe(false);
      expect(await isTaken(dialTls(listening, { ...bad, maxVersion, session: session.last }))).toBe(false);
      expect(await isTaken(dialTls(listening, { ...good, maxVersion }))).toBe(true);
      expect(await isTaken(first)).toBe(true);
      expect(listening.refused).toContainEqual(
        expect.objectContaining({ reason: 'tls-handshake', detail: 'its certificate has been revoked' }),
      );
    });
  }

  it('keeps the old list when the new one cannot be used', async () => {
    const authority = new Authority();
    const bad = authority.issue('bad');
    authority.revoke('bad');
    const tls = { ca: authority.cert, requestCert: true };
    const listening = await secure({ ...tls, crl: authority.list() });
    expect(() => reload(listening, { ...tls, crl: 'half-writ' })).toThrow(
      "Listener 'test' cannot use its revocation list",
    );
    expect(await isTaken(dialTls(listening, bad))).toBe(false);
  });
});

describe('a listener with several certificates', () => {
  const names = ['one.example.org', 'ONE.example.org', 'x.example.org', 'two.example.net', 'elsewhere.test'];

  it('shows the one that fits the name which a client asks for, the first to everybody else', async () => {
    const authority = new Authority();
    const certificates = [
      authority.issue('any', 'DNS:*.example.org'),
      authority.issue('one', 'DNS:one.example.org'),
      authority.issue('two.example.net'),
    ];
    const listening = await secure({ certificates, ca: authority.cert, requestCert: true });
    const client = authority.issue('client');
    const stranger = new Authority({ subject: '/CN=Other' }).issue('stranger');
    const shown: string[] = [];
    for (const servername of names) {
      const ca = [authority.cert, made.ca];
      const options = { servername, ca, checkServerIdentity: () => undefined };
      const trusted = dialTls(listening, { ...options, ...client });
      expect(await isTaken(trusted)).toBe(true);
      shown.push(String(trusted.getPeerCertificate().subject.CN));
      // Whoever asks for another name is not believed more than others.
      expect(await isTaken(dialTls(listening, { ...options, ...stranger }))).toBe(false);
      expect(await isTaken(dialTls(listening, options))).toBe(false);
    }
    expect(shown).toEqual(['one', 'one', 'any', 'two.example.net', 'localhost']);
  });

  it('takes new ones at a reload', async () => {
    const authority = new Authority();
    const listening = await secure({ certificates: [] });
    const shown = async (): Promise<string> => {
      const client = dialTls(listening, { servername: 'a.example.org', rejectUnauthorized: false });
      expect(await isTaken(client)).toBe(true);
      return String(client.getPeerCertificate().subject.CN);
    };
    expect(await shown()).toBe('localhost');
    reload(listening, { certificates: [authority.issue('a.example.org')] });
    expect(await shown()).toBe('a.example.org');
    const other = authority.issue('b.example.org');
    expect(() => reload(listening, { certificates: [{ ...other, key: made.key }] })).toThrow(
      "Listener 'test' cannot use",
    );
    expect(await shown()).toBe('a.example.org');
  });
});

describe('a listener with pre-shared keys', () => {
  const ciphers = 'PSK+HIGH';
  const bare = { cert: undefined, key: undefined, ciphers, maxVersion: 'TLSv1.2' } as const;

  function dialAs(to: Listening, identity: string, psk: Buffer): TLSSocket {
    const options = { ciphers, maxVersion: 'TLSv1.2', checkServerIdentity: () => undefined } as const;
    return dialTls(to, { ...options, pskCallback: () => ({ identity, psk }) });
  }

  it('lets nobody find out which identities there are', async () => {
    const pskKey = (identity: string): Buffer | undefined => (identity === 'pump' ? Buffer.alloc(32, 1) : undefined);
    const listening = await secure({ ...bare, pskKey });
    const codes: unknown[] = [];
    for (const identity of ['pump', 'nobody']) {
      const stranger = dialAs(listening, identity, Buffer.alloc(32, 2));
      stranger.on('error', (error) => codes.push((error as NodeJS.ErrnoException).code));
      await until(() => stranger.closed, 'the stranger is closed');
    }
    expect(codes).toEqual([codes[0], codes[0]]);
    expect(listening.accepted).toHaveLength(0);
  });

  it('takes keys back at a reload, and leaves the connections open that have them', async () => {
    const psk = Buffer.alloc(32, 1);
    const only = (name: string): TlsSettings => ({
      ...bare,
      pskKey: (identity) => (identity === name ? psk : undefined),
    });
    const listening = await secure(only('pump'));
    const first = dialAs(listening, 'pump', psk);
    expect(await isTaken(first)).toBe(true);
    reload(listening, only('valve'));
    expect(await isTaken(dialAs(listening, 'pump', psk))).toBe(false);
    expect(await isTaken(dialAs(listening, 'valve', psk))).toBe(true);
    expect(await isTaken(first)).toBe(true);
  });

  it('beside a certificate serves both kinds of clients', async () => {
    const psk = Buffer.alloc(32, 1);
    const both = { ciphers: 'PSK+HIGH:ECDHE+AESGCM', maxVersion: 'TLSv1.2' } as const;
    const listening = await secure({ ...both, pskKey: () => psk });
    expect(await isTaken(dialAs(listening, 'pump', psk))).toBe(true);
    expect(await isTaken(dialTls(listening))).toBe(true);
    const peers = listening.accepted.map(({ connection }) => connection.peer.pskIdentity);
    expect(peers).toEqual(['pump', undefined]);
  });
});
