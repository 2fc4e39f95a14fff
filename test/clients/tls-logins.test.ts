/** Devices that log in by what TLS has shown, with the certificates of `hoopoe certs make` and with pre-shared keys. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IClientOptions } from 'mqtt';
import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../src/cli/arguments.ts';
import { certs } from '../../src/cli/certs.ts';
import type { CommandContext } from '../../src/cli/program.ts';
import { folder } from '../listeners/listening.ts';
import { mosquittoPub, mosquittoPubStarted } from './mosquitto.ts';
import { connectedJs } from './mqttjs.ts';
import { lacks, needing } from './programs.ts';
import { startIn } from './start-configured.ts';

const rules = 'pattern readwrite dev/%u/#\n';
const access = (source: string): string => `access: { devices: ${source}, rules: { acl_file: { file: acl } } }\n`;

/** A folder with the certificates of a server and two clients, and what the command says to put into the configuration. */
async function certified(): Promise<{ path: string; listeners: string; access: string; command: string[] }> {
  const path = folder();
  writeFileSync(join(path, 'acl'), rules);
  let out = '';
  const terminal = { machine: { workingDirectory: path }, out: (text: string) => (out += text) };
  const line = ['certs', 'make', '--client', 'pump-7', '--client', 'pump-8'];
  await certs({ arguments: parseArguments(line), terminal } as unknown as CommandContext);
  const listeners = /^ {2}listeners:\n(?: {4}.*\n)+/m.exec(out)?.[0] ?? '';
  const command = /^ {2}mosquitto_pub (.*)$/m.exec(out)?.[1]?.split(' ') ?? [];
  const login = /^ {2}access:\n(?: {4}.*\n)+/m.exec(out)?.[0] ?? '';
  return { path, listeners: listeners.replace(/^ {2}/gm, ''), access: login.replace(/^ {2}/gm, ''), command };
}

const local = (listeners: string): string => listeners.replace("host: '*'", 'host: localhost');

describe.skipIf(lacks('mosquitto-clients'))(needing('mosquitto-clients', 'logins by TLS'), () => {
  let made: Awaited<ReturnType<typeof certified>>;
  const file = (name: string): string => join(made.path, 'certs', name);
  const shown = (name: string): string[] => ['--cert', file(`${name}.pem`), '--key', file(`${name}.key`)];

  test('the certificates of hoopoe certs make work as the command says', async () => {
    made = await certified();
    expect(made.listeners).toContain('require_certificate: true');
    // Where others can reach it, as it is printed, nobody comes in who is not known.
    const config = `${local(made.listeners)}    port: 0\n${made.access}allow_anonymous: false\n`;
    const { port } = await startIn(made.path, config);
    const args = made.command.map((word) =>
      word === '8883' ? String(port) : word.startsWith('certs/') ? join(made.path, word) : word,
    );
    await mosquittoPub(port, ...args, '-q', '1');
    const refused = mosquittoPubStarted(port, '-h', 'localhost', '--cafile', file('ca.pem'), '-t', 'a', '-m', 'x');
    expect(await refused.end()).not.toBe(0);
  });

  test('a certificate is a login, and its name decides what is allowed', async () => {
    made = await certified();
    const { port } = await startIn(made.path, `${local(made.listeners)}    port: 0\n${access('{ type: x509 }')}`);
    const trusting = ['-h', 'localhost', '--cafile', file('ca.pem')];
    await mosquittoPub(port, ...trusting, ...shown('pump-7'), '-u', 'pump-7', '-t', 'dev/pump-7', '-m', 'x', '-q', '1');
    const options = (name: string): IClientOptions => ({
      ca: readFileSync(file('ca.pem')),
      cert: readFileSync(file(`${name}.pem`)),
      key: readFileSync(file(`${name}.key`)),
      protocolVersion: 5,
    });
    const pump = await connectedJs(`mqtts://localhost:${port}`, options('pump-8'));
    await expect(pump.client.publishAsync('dev/pump-8/up', 'x', { qos: 1 })).resolves.toBeDefined();
    await expect(pump.client.publishAsync('dev/pump-7/up', 'x', { qos: 1 })).rejects.toMatchObject({ code: 0x87 });
  });

  test('the identity of a pre-shared key is a login', async () => {
    const path = folder();
    writeFileSync(join(path, 'acl'), rules);
    writeFileSync(join(path, 'keys'), 'pump-7:00112233445566778899aabbccddeeff\n');
    const listener = 'listeners: { mqtts: { port: 0, host: 127.0.0.1, psk_file: keys } }\n';
    const { port } = await startIn(path, listener + access('{ type: psk }'));
    const key = ['--psk', '00112233445566778899aabbccddeeff', '--psk-identity', 'pump-7', '-m', 'x', '-q', '1'];
    await mosquittoPub(port, ...key, '-t', 'dev/pump-7/up');
    const other = mosquittoPubStarted(port, ...key, '-u', 'pump-8', '-t', 'dev/pump-8/up');
    expect(await other.end()).not.toBe(0);
    expect(other.errors).toContain('Connection Refused: bad user name or password');
  });
});
