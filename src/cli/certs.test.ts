import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientCertificate } from '../../test/listeners/listening.ts';
import { issueAuthority } from '../listeners/issue-certificate.ts';
import { parseArguments, UsageError } from './arguments.ts';
import { certs } from './certs.ts';
import { commandRows } from './commands.ts';
import type { CommandContext, Terminal } from './program.ts';
import { StartError } from './start-error.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoopoe-certs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs `hoopoe certs …` in the folder. */
async function typed(line: string): Promise<{ code: number | undefined; out: string }> {
  let out = '';
  const terminal = {
    machine: { platform: 'linux', environment: {}, homeDirectory: folder, workingDirectory: folder, root: false },
    out: (text: string) => {
      out += text;
    },
  } as unknown as Terminal;
  const context = { arguments: parseArguments(`certs ${line}`.split(' ')), terminal } as unknown as CommandContext;
  return { code: await certs(context), out };
}

const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const certificate = (name: string): X509Certificate => new X509Certificate(read(name));
const names = (): string[] => readdirSync(join(folder, 'certs')).sort();

describe('certs make', () => {
  it('makes an authority, a server and clients, for their owner alone, and says what to do with them', async () => {
    const { code, out } = await typed(
      'make --host broker.example.org --host 192.0.2.1 --client pump-7 --client pump-8',
    );
    expect(code).toBe(0);
    const files = ['ca', 'pump-7', 'pump-8', 'server'].flatMap((name) => [`${name}.key`, `${name}.pem`]);
    expect(names()).toEqual(files);
    expect(statSync(join(folder, 'certs')).mode & 0o777).toBe(0o700);
    for (const name of files) expect(statSync(join(folder, 'certs', name)).mode & 0o777).toBe(0o600);
    const authority = certificate('certs/ca.pem');
    const [server, client] = [certificate('certs/server.pem'), certificate('certs/pump-7.pem')];
    expect(server.verify(authority.publicKey) && client.verify(authority.publicKey)).toBe(true);
    expect(server.subjectAltName).toBe(
      'DNS:broker.example.org, IP Address:192.0.2.1, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    );
    expect([client.subject, client.subjectAltName]).toEqual(['CN=pump-7', undefined]);
    // Purposes: a client's certificate makes nobody a server.
    expect([server.keyUsage, client.keyUsage]).toEqual([['1.3.6.1.5.5.7.3.1'], ['1.3.6.1.5.5.7.3.2']]);
    expect(out).toContain(`certificate_file: ${join(folder, 'certs', 'server.pem')}`);
    expect(out).toContain('require_certificate: true\n  access:\n    certificates: { type: x509 }\n');
    expect(out).toContain(
      'mosquitto_pub -h broker.example.org -p 8883 --cafile certs/ca.pem --cert certs/pump-7.pem --key certs/pump-7.key',
    );
    expect(out).not.toContain('PRIVATE KEY');
  });

  it('adds clients to what is there, and replaces nothing unless it is told to', async () => {
    await typed('make --client a');
    const before = ['ca.pem', 'ca.key', 'server.pem', 'a.pem'].map((name) => read(`certs/${name}`));
    const { out } = await typed('make --client b');
    expect(out).toContain(': b.key b.pem\n');
    expect(out).toContain('Made in');
    await expect(typed('make --client a')).rejects.toThrow('a.key is there already.\n  To replace it: --force');
    await expect(typed('make --host x.example.org')).rejects.toThrow('server.key is there already');
    expect(['ca.pem', 'ca.key', 'server.pem', 'a.pem'].map((name) => read(`certs/${name}`))).toEqual(before);
    await typed('make --host x.example.org --client a --force');
    expect(certificate('certs/server.pem').subject).toBe('CN=x.example.org');
    expect(read('certs/a.pem')).not.toBe(before[3]);
    expect([read('certs/ca.pem'), read('certs/ca.key')]).toEqual(before.slice(0, 2));
    const again = (await typed('make')).out;
    expect(again).toContain('Everything is there already');
    expect(again).toContain('--cafile certs/ca.pem -u NAME -P PASSWORD -t test');
  });

  it('has as many days as it is told, but none after those of the authority', async () => {
    await typed('make --dir d --days 10');
    const days = (Date.parse(certificate('d/server.pem').validTo) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(9.9);
    expect(days).toBeLessThanOrEqual(10);
    await typed('make --dir d --client a --days 3650');
    expect(certificate('d/a.pem').validTo).toBe(certificate('d/ca.pem').validTo);
  });

  it('does not sign with the authority of somebody else, or with half of one', async () => {
    const { cert, key } = clientCertificate('/CN=Somebody');
    writeFileSync(join(folder, 'ca.pem'), cert);
    writeFileSync(join(folder, 'ca.key'), key);
    await expect(typed('make --dir .')).rejects.toThrow('this program did not make it');
    await typed('make');
    writeFileSync(join(folder, 'certs', 'ca.key'), key);
    await expect(typed('make --client a')).rejects.toThrow('ca.key is not its key');
    rmSync(join(folder, 'certs', 'ca.pem'));
    await expect(typed('make --client a')).rejects.toThrow('ca.key is there already');
    rmSync(join(folder, 'certs', 'ca.key'));
    writeFileSync(join(folder, 'certs', 'ca.pem'), 'half-writ');
    await expect(typed('make --client a')).rejects.toThrow(StartError);
    expect(existsSync(join(folder, 'certs', 'a.pem'))).toBe(false);
  });

  it.each([
    'make --client ../a',
    'make --client ca',
    'make --client Server',
    'make --client a/b',
    'make --host a_b/c',
    'make --host ',
    'make --days 0',
    'make --days x',
    'make more',
    'sign',
    'show',
    'show a b',
  ])('refuses %j', async (line) => {
    await expect(typed(line)).rejects.toThrow(UsageError);
    expect(existsSync(join(folder, 'certs'))).toBe(false);
  });
});

describe('certs show', () => {
  it('says whose a certificate is, for which names, and how long', async () => {
    await typed('make --host broker.example.org --days 30');
    const { code, out } = await typed('show certs/server.pem');
    expect(code).toBe(0);
    expect(out).toMatch(/^Subject +CN=broker\.example\.org$/m);
    expect(out).toMatch(/^Signed by +CN=Hoopoe [0-9a-f]{8}$/m);
    expect(out).toMatch(/^Names +DNS:broker\.example\.org, /m);
    expect(out).toMatch(/\((29|30) days left\)$/m);
    expect((await typed('show certs/ca.pem')).out).toMatch(/\(an authority\)\nSigned by +itself$/m);
  });

  it('exits with 1 when one has expired, and says what is no certificate', async () => {
    await typed('make --client a');
    const ended = read('certs/a.pem');
    writeFileSync(join(folder, 'both.pem'), ended + read('certs/ca.pem'));
    const both = await typed('show both.pem');
    expect([both.code, both.out.match(/^Subject/gm)?.length]).toEqual([0, 2]);
    const { certificate: old } = issueAuthority('Old', { fromMs: 0, toMs: 1_000_000_000_000 });
    writeFileSync(join(folder, 'old.pem'), ended + old);
    const expired = await typed('show old.pem');
    expect(expired.code).toBe(1);
    expect(expired.out).toMatch(/GMT \(expired\)$/m);
    await expect(typed('show certs/a.key')).rejects.toThrow('holds no certificate');
    await expect(typed('show missing')).rejects.toThrow('cannot be shown');
    writeFileSync(join(folder, 'cut.pem'), ended.slice(0, 100));
    await expect(typed('show cut.pem')).rejects.toThrow(StartError);
  });
});

describe('the command', () => {
  it('is one of the commands, with flags of its own', () => {
    expect(commandRows.some(({ name }) => name === 'certs')).toBe(true);
    expect(() => parseArguments(['run', '--host', 'x'])).toThrow('--host belongs to "hoopoe certs"');
    expect(() => parseArguments(['run', '--client', 'x'])).toThrow(
      '--client belongs to "hoopoe explain" and "hoopoe tap" and "hoopoe certs"',
    );
  });
});
