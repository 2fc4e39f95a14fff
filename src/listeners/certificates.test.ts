import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkServerIdentity, connect, createServer } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { clientCertificate, folder } from '../../test/listeners/listening.ts';
import { silentLog } from '../ports/log.ts';
import { ensureCertificates } from './certificates.ts';
import { issueAuthority, issueServer } from './issue-certificate.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const now = Date.now();
const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
const mode = (path: string): number => statSync(path).mode & 0o777;

describe('the certificates of the broker', () => {
  it('are made at the first start, for this machine, readable by their owner only', async () => {
    const directory = join(folder(), 'data', 'certs');
    const made = await ensureCertificates(directory, now);
    expect(made).toMatchObject({ made: true, caPath: join(directory, 'ca.pem') });
    expect(readdirSync(directory).sort()).toEqual(['ca.key', 'ca.pem', 'server.key', 'server.pem']);
    expect(mode(directory)).toBe(0o700);
    for (const name of readdirSync(directory)) expect(mode(join(directory, name))).toBe(0o600);
    const server = new X509Certificate(made.cert);
    const authority = new X509Certificate(made.ca);
    expect(server.subjectAltName).toMatch(/^DNS:localhost, IP Address:127\.0\.0\.1, IP Address:0:0:0:0:0:0:0:1/);
    expect(server.checkIssued(authority)).toBe(true);
    expect(server.verify(authority.publicKey)).toBe(true);
    expect([authority.ca, server.ca]).toEqual([true, false]);
    expect(made.validToMs).toBe(Math.floor((now + 397 * DAY_MS) / 1000) * 1000);
    expect(Date.parse(authority.validTo)).toBe(Math.floor((now + 3650 * DAY_MS) / 1000) * 1000);
    expect(Date.parse(server.validFrom)).toBeLessThan(now);
  });

  it.each(['localhost', '127.0.0.1', '::1'])(
    'are believed for %s by a client that trusts the authority',
    async (name) => {
      const { ca, cert, key } = await ensureCertificates(folder(), now);
      const server = createServer({ cert, key }, (socket) => socket.end());
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      onTestFinished(() => {
        server.close();
      });
      const { port } = server.address() as { port: number };
      const client = connect({
        host: '127.0.0.1',
        port,
        ca,
        checkServerIdentity: (_, peer) => checkServerIdentity(name, peer),
      });
      await new Promise((resolve, reject) => {
        client.once('secureConnect', resolve);
        client.once('error', reject);
      });
      expect(client.authorized).toBe(true);
      client.destroy();
    },
  );

  it('are kept as long as they serve', async () => {
    const directory = folder();
    const first = await ensureCertificates(directory, now);
    const second = await ensureCertificates(directory, now + 366 * DAY_MS);
    expect(second).toEqual({ ...first, made: false });
  });

  it('are renewed by the same authority when less than 30 days remain', async () => {
    const directory = folder();
    const first = await ensureCertificates(directory, now);
    const second = await ensureCertificates(directory, now + 368 * DAY_MS);
    expect(second.made).toBe(true);
    expect(second.ca).toBe(first.ca);
    expect(second.cert).not.toBe(first.cert);
    expect(second.validToMs).toBeGreaterThan(first.validToMs);
  });

  it('are all made anew when the authority expires', async () => {
    const directory = folder();
    const first = await ensureCertificates(directory, now);
    const late = now + 3640 * DAY_MS;
    const second = await ensureCertificates(directory, late);
    expect(second.ca).not.toBe(first.ca);
    expect(new X509Certificate(second.cert).verify(new X509Certificate(second.ca).publicKey)).toBe(true);
    expect((await ensureCertificates(directory, late)).made).toBe(false);
  });

  it('never outlive their authority', async () => {
    const directory = folder();
    const { ca } = await ensureCertificates(directory, now);
    const { validToMs } = await ensureCertificates(directory, now + 3500 * DAY_MS);
    expect(validToMs).toBe(Date.parse(new X509Certificate(ca).validTo));
  });

  it.each(['server.key', 'server.pem'])('are repaired when %s is missing or broken', async (name) => {
    const directory = folder();
    const reasons: unknown[] = [];
    const log = { ...silentLog, info: (_: string, fields?: object) => reasons.push(fields) };
    const { ca } = await ensureCertificates(directory, now);
    rmSync(join(directory, name));
    expect(await ensureCertificates(directory, now, log)).toMatchObject({ made: true, ca });
    writeFileSync(join(directory, name), 'half-writ', { mode: 0o600 });
    expect(await ensureCertificates(directory, now, log)).toMatchObject({ made: true, ca });
    expect(reasons).toMatchObject([
      { why: `${name} is missing` },
      { why: `the ${name === 'server.key' ? 'key' : 'certificate'} cannot be read` },
    ]);
    expect((await ensureCertificates(directory, now)).made).toBe(false);
  });

  it('are repaired when the server certificate is of another authority', async () => {
    const directory = folder();
    const other = folder();
    const { ca } = await ensureCertificates(directory, now);
    const foreign = await ensureCertificates(other, now);
    writeFileSync(join(directory, 'server.pem'), foreign.cert);
    writeFileSync(join(directory, 'server.key'), foreign.key);
    const repaired = await ensureCertificates(directory, now);
    expect(repaired).toMatchObject({ made: true, ca });
    expect(new X509Certificate(repaired.cert).verify(new X509Certificate(ca).publicKey)).toBe(true);
  });

  it('are made when the first start was interrupted after the key of the authority', async () => {
    const directory = folder();
    await ensureCertificates(directory, now);
    for (const name of ['ca.pem', 'server.key', 'server.pem']) rmSync(join(directory, name));
    expect((await ensureCertificates(directory, now)).made).toBe(true);
  });

  it('are repaired when the replacement of an expired authority was interrupted', async () => {
    const directory = folder();
    await ensureCertificates(directory, now);
    const late = now + 3640 * DAY_MS;
    const { key } = issueAuthority('Hoopoe 00000000', { fromMs: late, toMs: late + DAY_MS });
    writeFileSync(join(directory, 'ca.key'), key);
    const repaired = await ensureCertificates(directory, late);
    expect(repaired.made).toBe(true);
    expect((await ensureCertificates(directory, late)).made).toBe(false);
  });

  it.each([
    ['ca.pem', 'half-writ', 'ca.pem: the certificate cannot be read'],
    ['ca.key', 'half-writ', 'ca.pem: the key cannot be read'],
    ['ca.key', otherKey, 'ca.key: it is not the key of ca.pem'],
    ['ca.pem', undefined, 'ca.pem: it is missing'],
  ])('are not replaced when %s is broken: clients trust them', async (name, text, message) => {
    const directory = folder();
    await ensureCertificates(directory, now);
    if (text === undefined) rmSync(join(directory, name));
    else writeFileSync(join(directory, name), text);
    const before = readFileSync(join(directory, 'server.pem'), 'utf8');
    await expect(ensureCertificates(directory, now)).rejects.toMatchObject({
      code: 'BAD_CERTIFICATES',
      message: expect.stringContaining(message),
    });
    expect(readFileSync(join(directory, 'server.pem'), 'utf8')).toBe(before);
  });

  it('serve without the key of the authority until the server certificate must be renewed', async () => {
    const directory = folder();
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (message: string) => warnings.push(message) };
    const { cert } = await ensureCertificates(directory, now);
    rmSync(join(directory, 'ca.key'));
    expect(await ensureCertificates(directory, now + DAY_MS, log)).toMatchObject({ made: false, cert });
    expect(warnings).toEqual([]);
    expect(await ensureCertificates(directory, now + 380 * DAY_MS, log)).toMatchObject({ made: false, cert });
    expect(warnings).toEqual(['server certificate expires soon and cannot be renewed without ca.key']);
    await expect(ensureCertificates(directory, now + 400 * DAY_MS)).rejects.toThrow('ca.key: it is missing');
  });

  it('are not signed by an authority that somebody else made', async () => {
    const directory = folder();
    const { cert, key } = clientCertificate('/CN=Somebody');
    writeFileSync(join(directory, 'ca.pem'), cert);
    writeFileSync(join(directory, 'ca.key'), key, { mode: 0o600 });
    // openssl made it for two days, which would count as expiring.
    await expect(ensureCertificates(directory, now - 60 * DAY_MS)).rejects.toThrow('this program did not make it');
    expect(existsSync(join(directory, 'server.pem'))).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('are closed to other users, with a warning', async () => {
    const directory = folder();
    await ensureCertificates(directory, now);
    chmodSync(directory, 0o755);
    chmodSync(join(directory, 'server.key'), 0o644);
    const warnings: unknown[] = [];
    const log = { ...silentLog, warn: (_: string, fields?: object) => warnings.push(fields) };
    await ensureCertificates(directory, now, log);
    expect(mode(directory)).toBe(0o700);
    expect(mode(join(directory, 'server.key'))).toBe(0o600);
    expect(warnings).toMatchObject([{ modeBefore: '755' }, { modeBefore: '644' }]);
  });
});

describe('issueServer', () => {
  it('names hosts of every kind', () => {
    const authority = issueAuthority('Test', { fromMs: now, toMs: now + DAY_MS });
    const hosts = ['broker.example.org', '192.0.2.1', '2001:db8::1', '::'];
    const key = new X509Certificate(authority.certificate);
    const issued = issueServer(hosts, 'Test', createPrivateKey(authority.key), { fromMs: now, toMs: now + DAY_MS });
    const certificate = new X509Certificate(issued.certificate);
    expect(certificate.subjectAltName).toBe(
      'DNS:broker.example.org, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1, IP Address:0:0:0:0:0:0:0:0',
    );
    expect(certificate.checkIssued(key)).toBe(true);
  });

  it('writes years after 2049 in the long form', () => {
    const toMs = Date.UTC(2061, 4, 6, 7, 8, 9);
    const { certificate } = issueAuthority('Test', { fromMs: now, toMs });
    expect(Date.parse(new X509Certificate(certificate).validTo)).toBe(toMs);
  });
});
