/** Listeners that name their clients by what TLS has shown instead of by what they say: login, rules and sessions. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IClientOptions } from 'mqtt';
import { describe, expect, test } from 'vitest';
import { clientCertificate, folder, until } from '../listeners/listening.ts';
import { mosquittoPub, mosquittoPubStarted } from './mosquitto.ts';
import { connectedJs, jsClient } from './mqttjs.ts';
import { lacks, needing } from './programs.ts';
import { type Started, startIn } from './start-configured.ts';

type Shown = ReturnType<typeof clientCertificate>;

/** A broker with users and rules, which trusts these clients. */
async function serving(listener: string, ...trusted: readonly Shown[]): Promise<Started> {
  const path = folder();
  writeFileSync(join(path, 'clients.pem'), trusted.map(({ cert }) => cert).join(''));
  writeFileSync(join(path, 'keys'), 'pump-7:00112233445566778899aabbccddeeff\n');
  writeFileSync(join(path, 'acl'), 'pattern readwrite dev/%u/%c/#\n');
  const yaml = `
listeners: { mqtts: { port: 0, host: 127.0.0.1, ${listener} } }
access:
  users: { builtin: { bootstrap_users: "pump-7:secret", scram: false } }
  rules: { acl_file: { file: acl } }`;
  return startIn(path, yaml);
}

const options = (shown: Shown | undefined, more: IClientOptions): IClientOptions => ({
  rejectUnauthorized: false,
  protocolVersion: 5,
  ...shown,
  ...more,
});

/** The code that a client is refused with. */
async function refusalOf(port: number, shown: Shown | undefined, more: IClientOptions): Promise<number | undefined> {
  const client = jsClient(`mqtts://127.0.0.1:${port}`, options(shown, more));
  await until(() => client.errors.length > 0 || client.sessionsPresent.length > 0, 'an answer', 10_000);
  return (client.errors[0] as { code?: number } | undefined)?.code;
}

describe.skipIf(lacks('openssl'))(needing('openssl', 'a listener that goes by certificates'), () => {
  const names = 'ca_file: clients.pem, require_certificate: true, username_from: common_name, client_id_from: subject';

  test('puts their names in the place of what clients say, for the login and for the rules', async () => {
    const pump = clientCertificate('/CN=pump-7');
    const { port } = await serving(names, pump);
    const said = { username: 'admin', clientId: 'somebody', password: 'secret' };
    const { client } = await connectedJs(`mqtts://127.0.0.1:${port}`, options(pump, said));
    await client.publishAsync('dev/pump-7/CN=pump-7/up', 'x', { qos: 1 });
    const denied = { code: 0x87 };
    await expect(client.publishAsync('dev/admin/somebody/up', 'x', { qos: 1 })).rejects.toMatchObject(denied);
    await expect(client.publishAsync('dev/pump-7/somebody/up', 'x', { qos: 1 })).rejects.toMatchObject(denied);
    // The name alone is no login: this listener's sources are asked for the password all the same.
    expect(await refusalOf(port, pump, { ...said, password: 'wrong' })).toBe(0x86);
    expect(await refusalOf(port, pump, { protocolVersion: 4, username: 'pump-7', password: 'wrong' })).toBe(4);
  });

  test('refuses a certificate without the name, whatever the client says instead', async () => {
    const nameless = clientCertificate('/O=Pumps');
    const right = { username: 'pump-7', password: 'secret', clientId: 'c' };
    const byUser = await serving('ca_file: clients.pem, username_from: common_name', nameless);
    expect(await refusalOf(byUser.port, nameless, right)).toBe(0x86);
    expect(await refusalOf(byUser.port, nameless, { ...right, protocolVersion: 4 })).toBe(4);
    // Who shows no certificate where none is required has the password to show.
    expect(await refusalOf(byUser.port, undefined, right)).toBeUndefined();
    expect(await refusalOf(byUser.port, undefined, { ...right, password: 'wrong' })).toBe(0x86);
    const byId = await serving('ca_file: clients.pem, client_id_from: common_name', nameless);
    expect(await refusalOf(byId.port, nameless, right)).toBe(0x85);
    expect(await refusalOf(byId.port, nameless, { ...right, protocolVersion: 4 })).toBe(2);
  });

  test('gives a session to who has the name, and throws out the one before', async () => {
    const pump = clientCertificate('/CN=pump-7');
    const { port } = await serving(names, pump);
    const login = { username: 'a', password: 'secret', clientId: 'first' };
    const first = await connectedJs(`mqtts://127.0.0.1:${port}`, options(pump, login));
    await connectedJs(`mqtts://127.0.0.1:${port}`, options(pump, { ...login, clientId: 'second' }));
    await until(() => first.disconnects.length > 0, 'the first one is told', 10_000);
    expect(first.disconnects).toEqual([0x8e]);
  });
});

describe.skipIf(lacks('mosquitto-clients'))(needing('mosquitto-clients', 'a listener that goes by keys'), () => {
  test('puts the identity of the key in the place of the user name', async () => {
    const { port } = await serving('psk_file: keys, username_from: psk_identity');
    const key = ['--psk', '00112233445566778899aabbccddeeff', '--psk-identity', 'pump-7', '-i', 'c'];
    const message = ['-t', 'dev/pump-7/c/up', '-m', 'x', '-q', '1', '-V', 'mqttv5'];
    await mosquittoPub(port, ...key, '-u', 'admin', '-P', 'secret', ...message);
    const wrong = mosquittoPubStarted(port, ...key, '-u', 'pump-7', '-P', 'wrong', ...message);
    expect(await wrong.end()).not.toBe(0);
    expect(wrong.errors).toMatch(/bad user name or password/i);
  });
});
