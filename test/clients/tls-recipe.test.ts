/**
 * The recipe for TLS that tutorials give: one authority for both sides, made with openssl, certificates without
 * alternative names. It works in both directions, with the clients of Mosquitto and with openssl's own.
 */

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folder, until } from '../listeners/listening.ts';
import { mosquittoPub, mosquittoPubStarted, mosquittoSub } from './mosquitto.ts';
import { lacks, needing, pathOf, RunningProgram } from './programs.ts';
import { type Started, startIn } from './start-configured.ts';
import { recipe } from './tls-recipe.ts';
import { runTool } from './tool-runs.ts';

const oneWay = 'certificate_file: server.pem, key_file: server.key';
const twoWay = `${oneWay}, ca_file: ca.pem, request_certificate: true, require_certificate: true`;

const CONNECT = Buffer.from('100f00044d5154540402003c0003617070', 'hex');
const CONNACK = '20020000';

const listener = (options: string): string => `listeners: { mqtts: { port: 0, host: 127.0.0.1, ${options} } }`;

function cooked(): string {
  const path = folder();
  execFileSync('sh', ['-e', '-c', recipe], { cwd: path, stdio: 'ignore' });
  return path;
}

/** What openssl receives after a CONNECT; empty when the connection is refused. */
async function answerTo({ path, port }: Started, ...args: readonly string[]): Promise<string> {
  const fixed = [
    's_client',
    '-connect',
    `127.0.0.1:${port}`,
    '-quiet',
    '-verify_return_error',
    '-CAfile',
    join(path, 'ca.pem'),
  ];
  const program = new RunningProgram(pathOf('openssl')!, [...fixed, ...args], { input: CONNECT });
  const isDone = (): boolean => program.bytes.length >= CONNACK.length / 2 || program.ended !== undefined;
  await until(isDone, 'an answer to openssl', 10_000);
  return program.bytes.toString('hex');
}

const missing = lacks('mosquitto-clients') ? 'mosquitto-clients' : 'openssl';

describe.skipIf(lacks(missing))(needing(missing, 'the recipe for TLS'), () => {
  test('works one way: clients check the server', async () => {
    const started = await startIn(cooked(), listener(oneWay));
    const trusting = ['--cafile', join(started.path, 'ca.pem')];
    const sub = mosquittoSub(started.port, ...trusting, '-t', 'a', '-E');
    expect(await sub.end()).toBe(0);
    await mosquittoPub(started.port, ...trusting, '-t', 'a', '-m', 'x', '-q', '1');
    expect(await answerTo(started)).toBe(CONNACK);
    const other = folder();
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=Other', '-keyout', 'k', '-out', 'o'],
      {
        cwd: other,
        stdio: 'ignore',
      },
    );
    const distrusting = mosquittoPubStarted(started.port, '--cafile', join(other, 'o'), '-t', 'a', '-m', 'x');
    expect(await distrusting.end()).not.toBe(0);
  });

  test('works with the tools of ours, which take the Common Name for the address where there are no other names', async () => {
    const started = await startIn(cooked(), listener(twoWay));
    const own = ['--cert', join(started.path, 'client.pem'), '--key', join(started.path, 'client.key')];
    const words = ['-p', String(started.port), '--cafile', join(started.path, 'ca.pem'), ...own, '-t', 'a', '-m', 'x'];
    expect(await runTool(['mosquitto_pub', '-h', '127.0.0.1', ...words])).toMatchObject({ code: 0, err: '' });
    const elsewhere = await runTool(['mosquitto_pub', '-h', 'localhost', ...words]);
    expect(elsewhere.code).toBe(8);
    expect(elsewhere.err).toContain('Hostname/IP does not match');
    expect(await runTool(['mosquitto_pub', '-h', 'localhost', '--insecure', ...words])).toMatchObject({ code: 0 });
  });

  test('works two ways: the server checks clients as well', async () => {
    const path = cooked();
    const started = await startIn(path, listener(twoWay));
    const trusting = ['--cafile', join(path, 'ca.pem')];
    const certified = ['--cert', join(path, 'client.pem'), '--key', join(path, 'client.key')];
    await mosquittoPub(started.port, ...trusting, ...certified, '-t', 'a', '-m', 'x', '-q', '1');
    expect(await answerTo(started, '-cert', join(path, 'client.pem'), '-key', join(path, 'client.key'))).toBe(CONNACK);
    expect(await mosquittoPubStarted(started.port, ...trusting, '-t', 'a', '-m', 'x').end()).not.toBe(0);
    expect(await answerTo(started)).toBe('');
    // A certificate of somebody else's authority is none.
    execFileSync(
      'openssl',
      ['req', '-x509', '-new', '-key', 'client.key', '-subj', '/CN=127.0.0.1', '-out', 'self.pem'],
      { cwd: path },
    );
    const forged = ['--cert', join(path, 'self.pem'), '--key', join(path, 'client.key')];
    expect(await mosquittoPubStarted(started.port, ...trusting, ...forged, '-t', 'a', '-m', 'x').end()).not.toBe(0);
  });

  test('can be taken again for another server certificate without closing anything', async () => {
    const path = cooked();
    const started = await startIn(path, listener(oneWay));
    const trusting = ['--cafile', join(path, 'ca.pem')];
    const publish = ['-t', 'a', '-q', '1', '-r'];
    await mosquittoPub(started.port, ...trusting, ...publish, '-m', 'before');
    const sub = mosquittoSub(started.port, ...trusting, '-t', 'a', '-q', '1');
    expect(await sub.said(1)).toEqual(['before']);
    execFileSync('sh', ['-e', '-c', recipe], { cwd: path, stdio: 'ignore' });
    await started.broker.reload();
    // The old authority is gone from the folder, so this handshake shows the new certificate.
    await mosquittoPub(started.port, ...trusting, ...publish, '-m', 'after');
    expect(await sub.said(2)).toEqual(['before', 'after']);
  });
});

describe.skipIf(lacks('mosquitto-clients'))(needing('mosquitto-clients', 'pre-shared keys of Mosquitto'), () => {
  test('let in who has the key of an identity, and nobody else', async () => {
    const path = folder();
    writeFileSync(join(path, 'keys'), 'pump-7:deadbeefdeadbeefdeadbeefdeadbeef\n');
    const { port } = await startIn(path, listener('psk_file: keys, psk_hint: devices'));
    const as = (identity: string, key: string): string[] => [
      '--psk',
      key,
      '--psk-identity',
      identity,
      '-t',
      'a',
      '-m',
      'x',
    ];
    await mosquittoPub(port, ...as('pump-7', 'deadbeefdeadbeefdeadbeefdeadbeef'), '-q', '1');
    expect(await mosquittoPubStarted(port, ...as('pump-7', 'deadbeefdeadbeefdeadbeefdeadbee0')).end()).not.toBe(0);
    expect(await mosquittoPubStarted(port, ...as('pump-8', 'deadbeefdeadbeefdeadbeefdeadbeef')).end()).not.toBe(0);
  });
});
