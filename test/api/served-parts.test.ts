/** Plugins of EMQX that stand for something the broker serves: unloading takes it away, loading gives it back. */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as dial } from 'node:tls';
import mqtt from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ScramClient } from '../access/scram-client.ts';
import { type AskHeaders, ManagedBroker } from './managed-broker.ts';

let broker: ManagedBroker;
let bare: ManagedBroker;
let admin: AskHeaders;

const folder = mkdtempSync(join(tmpdir(), 'hoopoe-psk-'));
const key = Buffer.from('0123456789abcdef0123456789abcdef', 'hex');

beforeAll(async () => {
  const keys = join(folder, 'keys.psk');
  writeFileSync(keys, `pump:${key.toString('hex')}\n`, { mode: 0o600 });
  broker = await ManagedBroker.start(`
durability: { mode: memory }
management: { port: 0 }
listeners:
  mqtt: { host: 127.0.0.1, port: 0, allow_anonymous: true }
  psk: { transport: tls, host: 127.0.0.1, port: 0, psk_file: ${keys} }
access: { users: { builtin: { bootstrap_users: "ann:secret" } } }
`);
  bare = await ManagedBroker.start(
    'durability: { mode: memory }\nmanagement: { port: 0 }\nlisteners: { mqtt: { port: 0 } }',
  );
  admin = await broker.key('admin');
});
afterAll(async () => {
  await broker.close();
  await bare.close();
  rmSync(folder, { recursive: true });
});

const statusOf = async (path: string): Promise<number> => (await fetch(broker.url + path)).status;

async function act(name: string, what: 'load' | 'unload'): Promise<number> {
  return (await broker.ask(`POST /plugins/${name}/${what}`, admin)).status;
}

async function stateOf(name: string, of: ManagedBroker = broker): Promise<string> {
  const { items } = (await of.ask('GET /plugins', await of.key('read'))).body;
  return items.find((one: { name: string }) => one.name === name).state;
}

/** Whether an enhanced authentication is begun, or what it is refused with. */
function scram(): Promise<string | number> {
  const client = mqtt.connect(broker.mqttUrl, {
    protocolVersion: 5,
    reconnectPeriod: 0,
    properties: {
      authenticationMethod: 'SCRAM-SHA-256',
      authenticationData: Buffer.from(new ScramClient({ username: 'ann', password: 'secret' }).first),
    },
  });
  return new Promise((resolve) => {
    client.on('error', () => {});
    client.on('packetreceive', (packet) => {
      resolve(packet.cmd === 'connack' ? (packet.reasonCode ?? 0) : packet.cmd);
      client.end(true);
    });
  });
}

/** Whether a handshake with the right key succeeds. */
function handshake(): Promise<boolean> {
  const url = broker.running.listeners.find(({ name }) => name === 'psk')?.urls[0] ?? '';
  const socket = dial({
    host: '127.0.0.1',
    port: Number(new URL(url).port),
    ciphers: 'PSK',
    maxVersion: 'TLSv1.2',
    pskCallback: () => ({ identity: 'pump', psk: key }),
    checkServerIdentity: () => undefined,
  });
  return new Promise((resolve) => {
    socket.on('secureConnect', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}

const hasPages = existsSync(new URL('../../dist/dashboard/index.html', import.meta.url));

test.each([
  ['emqx_prometheus', () => statusOf('/api/v4/emqx_prometheus'), 200, 400],
  ['emqx_dashboard', () => statusOf('/clients'), hasPages ? 200 : 404, 404],
  ['emqx_psk_file', handshake, true, false],
  ['emqx_sasl', scram, 'auth', 0x8c],
] as const)('%s', async (name, look, before, after) => {
  expect([await stateOf(name), await look()]).toEqual(['running', before]);
  expect(await act(name, 'unload')).toBe(204);
  expect([await stateOf(name), await look()]).toEqual(['stopped', after]);
  // What runs beside it still does.
  expect((await broker.ask('GET /overview', admin)).status).toBe(200);
  expect(await act(name, 'load')).toBe(204);
  expect([await stateOf(name), await look()]).toEqual(['running', before]);
});

test.each([
  ['emqx_psk_file', 'psk_file'],
  ['emqx_sasl', 'builtin.scram'],
])('%s is not loaded where there is nothing behind it, and says what is missing', async (name, what) => {
  expect(await stateOf(name, bare)).toBe('stopped');
  const refused = await bare.ask(`POST /plugins/${name}/load`, await bare.key('admin'));
  expect(refused.status).toBe(400);
  expect(refused.body.error.message).toContain(what);
});
