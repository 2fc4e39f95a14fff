/** The options of TLS in a configuration, through real files, to real handshakes. */

import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../src/config/load.ts';
import { ensureCertificates } from '../../src/listeners/certificates.ts';
import { type Log, silentLog } from '../../src/ports/log.ts';
import { tlsSettings } from '../../src/tls-files.ts';
import { Authority } from './authority.ts';
import { folder, type Listening, open, read, tidy } from './listening.ts';

const never = (): Promise<never> => Promise.reject(new Error('the own certificates were made'));

/** Opens what a configuration says about one listener; paths begin at `path`. */
async function openConfigured(
  path: string,
  options: string,
  isOwnMade: boolean = false,
  log: Log = silentLog,
): Promise<Listening> {
  const file = join(path, 'hoopoe.yaml');
  writeFileSync(file, `listeners: { mqtts: { port: 0, ${options} } }`);
  const machine = { platform: 'linux', environment: {}, homeDirectory: path, workingDirectory: path, root: false };
  const { listeners } = await loadSettings({ file, flags: [], ports: [], machine });
  const own = isOwnMade ? () => ensureCertificates(join(path, 'own'), Date.now()) : never;
  const tls = await tlsSettings(listeners[0]!, own, log);
  return await open({ transport: 'tls', name: 'mqtts', host: '127.0.0.1', port: 0, tls: tls! });
}

/** A folder with a server certificate of the authority: `server.pem` and `server.key`. */
function folderWithServer(authority: Authority): string {
  const path = folder();
  const { cert, key } = authority.issue('localhost', 'DNS:localhost');
  writeFileSync(join(path, 'server.pem'), cert);
  writeFileSync(join(path, 'server.key'), key);
  writeFileSync(join(path, 'ca.pem'), authority.cert);
  return path;
}

const server = 'certificate_file: server.pem, key_file: server.key';

function dialTls(to: Listening, options: ConnectionOptions): TLSSocket {
  const socket = connect({ host: '127.0.0.1', port: to.listener.port, servername: 'localhost', ...options });
  tidy(socket);
  return socket;
}

async function isTaken(client: TLSSocket): Promise<boolean> {
  client.write('x');
  return await read(client, 1).then(
    () => true,
    () => false,
  );
}

describe('certificates of clients', () => {
  it('are asked for where there is an authority, and required where that is said', async () => {
    const authority = new Authority();
    const path = folderWithServer(authority);
    const client = authority.issue('pump');
    const stranger = new Authority({ subject: '/CN=Other' }).issue('pump');
    const ca = authority.cert;
    const taken: Record<string, boolean[]> = {};
    for (const options of ['', ', require_certificate: true', ', request_certificate: false']) {
      const listening = await openConfigured(path, `${server}, ca_file: ca.pem${options}`);
      taken[options] = [
        await isTaken(dialTls(listening, { ca, ...client })),
        await isTaken(dialTls(listening, { ca })),
        await isTaken(dialTls(listening, { ca, ...stranger })),
      ];
      const names = listening.accepted.map(({ connection }) => connection.peer.certificate?.commonName);
      expect(names[0]).toBe(options.includes('false') ? undefined : 'pump');
    }
    expect(taken).toEqual({
      '': [true, true, false],
      ', require_certificate: true': [true, false, false],
      // As Mosquitto does with an authority and without require_certificate.
      ', request_certificate: false': [true, true, true],
    });
  });

  it('are believed of every authority in a folder, whatever else lies there', async () => {
    const [one, two, other] = ['One', 'Two', 'Other'].map((name) => new Authority({ subject: `/CN=${name}` }));
    const path = folderWithServer(one!);
    mkdirSync(join(path, 'trusted'));
    writeFileSync(join(path, 'trusted', 'one.pem'), one!.cert);
    writeFileSync(join(path, 'trusted', 'two.CRT'), two!.cert);
    symlinkSync('two.CRT', join(path, 'trusted', '0a1b2c3d.0'));
    writeFileSync(join(path, 'trusted', 'README'), 'not a certificate');
    writeFileSync(join(path, 'trusted', 'one-key.pem'), one!.issue('x').key);
    const listening = await openConfigured(path, `${server}, ca_path: trusted, require_certificate: true`);
    const taken = [];
    for (const authority of [one!, two!, other!]) {
      taken.push(await isTaken(dialTls(listening, { ca: one!.cert, ...authority.issue('pump') })));
    }
    expect(taken).toEqual([true, true, false]);
  });

  it('are looked up in the list of those that were taken back', async () => {
    const authority = new Authority();
    const path = folderWithServer(authority);
    const client = authority.issue('pump');
    authority.revoke('pump');
    writeFileSync(join(path, 'crl.pem'), authority.list());
    const listening = await openConfigured(
      path,
      `${server}, ca_file: ca.pem, crl_file: crl.pem, require_certificate: true`,
    );
    expect(await isTaken(dialTls(listening, { ca: authority.cert, ...client }))).toBe(false);
    expect(await isTaken(dialTls(listening, { ca: authority.cert, ...authority.issue('valve') }))).toBe(true);
  });
});

describe('files of TLS that cannot be used', () => {
  it.each([
    [`${server}, ca_file: empty.pem`, 'empty.pem): they hold no certificate'],
    [`${server}, ca_file: missing.pem`, 'listeners.mqtts.ca_file: cannot be read'],
    [`${server}, ca_path: empty`, 'listeners.mqtts.ca_path: the folder holds no certificate'],
    [`${server}, ca_path: bad`, 'listeners.mqtts.ca_path: der.crt holds no certificate in PEM'],
    [`${server}, ca_file: ca.pem, crl_file: empty.pem`, 'empty.pem): it holds no revocation list'],
    [server.replace('server.pem', 'half.pem'), 'half.pem, '],
    [`${server}, dh_file: half.pem`, 'half.pem holds no parameters'],
    [
      `${server}, crl_file: ca.pem`,
      'listeners.mqtts.crl_file needs listeners.mqtts.ca_file or listeners.mqtts.ca_path as well',
    ],
    [
      `${server}, certificate_folder: lonely`,
      'listeners.mqtts.certificate_folder: a.pem has no key beside it; it would be a.key',
    ],
    ['psk_file: keys', 'keys:2: the key is not an even number of hexadecimal digits'],
    ['psk_file: good-keys, tls_version_min: 1.3', 'got 1.3, but the newest version accepted is 1.2'],
    ['psk_hint: x', 'listeners.mqtts.psk_hint needs listeners.mqtts.psk_file as well'],
    [`${server}, ciphers: NONSENSE`, 'cannot use its TLS certificate, key or ciphers'],
  ])('keep the listener from opening: %s', async (options, message) => {
    const authority = new Authority();
    const path = folderWithServer(authority);
    for (const name of ['empty', 'bad', 'lonely']) mkdirSync(join(path, name));
    writeFileSync(join(path, 'empty.pem'), '');
    writeFileSync(join(path, 'half.pem'), authority.cert.slice(0, 300));
    writeFileSync(join(path, 'bad', 'der.crt'), Buffer.from([0x30, 0x82]));
    writeFileSync(join(path, 'lonely', 'a.pem'), authority.cert);
    writeFileSync(join(path, 'keys'), 'a:00\nb:secret\n');
    writeFileSync(join(path, 'good-keys'), 'a:00\n');
    await expect(openConfigured(path, options)).rejects.toThrow(message);
  });
});

describe('a listener of the configuration', () => {
  it('knows clients by pre-shared keys, and then needs no certificate', async () => {
    const path = folder();
    writeFileSync(join(path, 'keys'), 'pump:00112233445566778899aabbccddeeff\n');
    const psk = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
    for (const [form, key] of [
      ['hex', psk],
      ['text', Buffer.from('00112233445566778899aabbccddeeff')],
    ] as const) {
      const listening = await openConfigured(path, `psk_file: keys, psk_form: ${form}, psk_hint: devices`);
      const hints: unknown[] = [];
      const client = dialTls(listening, {
        ciphers: 'PSK+HIGH',
        maxVersion: 'TLSv1.2',
        checkServerIdentity: () => undefined,
        pskCallback: (hint) => {
          hints.push(hint);
          return { identity: 'pump', psk: key };
        },
      });
      expect(await isTaken(client)).toBe(true);
      expect(hints).toEqual(['devices']);
      expect(listening.accepted[0]!.connection.peer.pskIdentity).toBe('pump');
    }
  });

  it('offers the versions, ciphers and protocols that are configured', async () => {
    const authority = new Authority();
    const path = folderWithServer(authority);
    const { cert: ca } = authority;
    const newest = await openConfigured(
      path,
      `${server}, ciphers_tls13: TLS_CHACHA20_POLY1305_SHA256, tls_version_min: "1.3", alpn_protocols: [mqtt]`,
    );
    const client = dialTls(newest, { ca, ALPNProtocols: ['mqtt'] });
    expect(await isTaken(client)).toBe(true);
    expect([client.getCipher().name, client.alpnProtocol]).toEqual(['TLS_CHACHA20_POLY1305_SHA256', 'mqtt']);
    expect(await isTaken(dialTls(newest, { ca, maxVersion: 'TLSv1.2' }))).toBe(false);
    expect(await isTaken(dialTls(newest, { ca, ALPNProtocols: ['h2'] }))).toBe(false);
    expect(await isTaken(dialTls(newest, { ca }))).toBe(true);
    const older = await openConfigured(
      path,
      `${server}, ciphers: ECDHE-ECDSA-AES256-GCM-SHA384, tls_version_max: "1.2"`,
    );
    const old = dialTls(older, { ca });
    expect(await isTaken(old)).toBe(true);
    expect([old.getProtocol(), old.getCipher().name]).toEqual(['TLSv1.2', 'ECDHE-ECDSA-AES256-GCM-SHA384']);
    // Suites of TLS 1.3 alone leave those of 1.2 as they are.
    const mixed = await openConfigured(path, `${server}, ciphers_tls13: TLS_AES_256_GCM_SHA384`);
    expect(await isTaken(dialTls(mixed, { ca, maxVersion: 'TLSv1.2' }))).toBe(true);
    expect(await isTaken(dialTls(mixed, { ca, ciphers: 'TLS_AES_128_GCM_SHA256', minVersion: 'TLSv1.3' }))).toBe(false);
  });

  it('shows the certificates of a folder beside its own', async () => {
    const authority = new Authority();
    const path = folder();
    mkdirSync(join(path, 'names'));
    const { cert, key } = authority.issue('a.example.org');
    writeFileSync(join(path, 'names', 'a.crt'), cert);
    writeFileSync(join(path, 'names', 'a.key'), key);
    const listening = await openConfigured(path, 'certificate_folder: names', true);
    for (const [servername, name] of [
      ['a.example.org', 'a.example.org'],
      ['b.example.org', 'localhost'],
    ] as const) {
      const client = dialTls(listening, { servername, rejectUnauthorized: false });
      expect(await isTaken(client)).toBe(true);
      expect(client.getPeerCertificate().subject.CN).toBe(name);
    }
  });
});

describe.skipIf(process.platform === 'win32')('keys that everybody on the machine may read', () => {
  it.each([
    [0o644, ['server.key', 'keys']],
    [0o640, []],
    [0o600, []],
  ] as const)('are told of with the rights %o: %j', async (mode, expected) => {
    const path = folderWithServer(new Authority());
    writeFileSync(join(path, 'keys'), 'pump-7:deadbeefdeadbeefdeadbeefdeadbeef\n');
    for (const name of ['server.key', 'keys']) chmodSync(join(path, name), mode);
    const told: unknown[] = [];
    const log: Log = { ...silentLog, warn: (message, fields) => told.push(`${message} ${fields?.['file']}`) };
    await openConfigured(path, `${server}, psk_file: keys`, false, log);
    expect(told).toHaveLength(expected.length);
    for (const name of expected) expect(told).toContainEqual(expect.stringMatching(`chmod o-r .*/${name}$`));
  });
});
