/** The server as strangers, proxies, supervisors and slow clients see it, and the copies that it gives out. */

import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { httpServer, listen, readTls } from '../../src/api/http-server.ts';
import { ApiClient } from '../../src/cli/control/api-client.ts';
import {
  readManagementFile,
  removeManagementFile,
  writeManagementFile,
} from '../../src/cli/control/management-file.ts';
import { silentLog } from '../../src/ports/log.ts';
import { readStore, restoreStore } from '../../src/stores/store-files.ts';
import { lacks, needing } from '../clients/programs.ts';
import { clientCertificate, folder } from '../listeners/listening.ts';
import { ManagedBroker } from './managed-broker.ts';

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function start(yaml?: string): Promise<ManagedBroker> {
  const broker = await ManagedBroker.start(yaml);
  opened.push(broker);
  return broker;
}

/** Asks with headers that `fetch` does not let one choose. */
function get(url: string, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('pages beside the API', () => {
  test('health and metrics need no login here', async () => {
    const { url } = await start();
    expect(await get(`${url}/healthz`)).toEqual({ status: 200, text: 'ok\n' });
    expect(await get(`${url}/readyz`)).toEqual({ status: 200, text: 'ready\n' });
    expect((await get(`${url}/metrics`)).text).toContain('mqtt_');
  });

  test('is not ready while it does not listen, or a source of logins does not answer', async () => {
    const broker = await start(`
durability: { mode: memory }
management: { port: 0 }
listeners: { mqtt: { host: 127.0.0.1, port: 0 } }
access: { gone: { redis: { server: ['127.0.0.1:1'] } } }
`);
    const ready = () => get(`${broker.url}/readyz`);
    // No client has asked it.
    await expect.poll(ready).toMatchObject({ status: 503, text: expect.stringContaining('gone cannot answer') });
    const forwarded = await get(`${broker.url}/readyz`, { 'x-forwarded-for': '10.0.0.1' });
    expect(forwarded).toEqual({ status: 503, text: 'not ready\n' });
    expect((await get(`${broker.url}/healthz`)).status).toBe(200);

    const without = await start(`
durability: { mode: memory }
management: { port: 0 }
listeners: { mqtt: { host: 127.0.0.1, port: 0 } }
access: { gone: { on_failure: ignore, redis: { server: ['127.0.0.1:1'] } } }
`);
    const reader = await without.key('read');
    const states = async () => (await without.ask('GET /access/sources', reader)).body.items[0].state;
    await expect.poll(states).toBe('failing');
    expect((await get(`${without.url}/readyz`)).status).toBe(200);

    const other = await start();
    const operator = await other.key('admin');
    await other.ask('POST /listeners/mqtt/stop', operator);
    expect(await get(`${other.url}/readyz`)).toEqual({ status: 503, text: 'No listener is open\n' });
    await other.ask('POST /listeners/mqtt/start', operator);
    expect((await get(`${other.url}/readyz`)).status).toBe(200);
  });

  test('metrics want an API key from whoever comes through a proxy, unless they are public', async () => {
    const broker = await start();
    const forwarded = { 'x-forwarded-for': '10.0.0.1' };
    expect((await get(`${broker.url}/metrics`, forwarded)).status).toBe(401);
    const { authorization = '' } = await broker.key('read');
    expect((await get(`${broker.url}/metrics`, { ...forwarded, authorization })).status).toBe(200);
    const open = await start(`
durability: { mode: memory }
management: { port: 0, metrics_public: true }
listeners: { mqtt: { host: 127.0.0.1, port: 0 } }
`);
    expect((await get(`${open.url}/metrics`, forwarded)).status).toBe(200);
  });

  test('the API can be browsed, without a script of anybody else', async () => {
    const { url } = await start();
    const { text } = await get(`${url}/api/docs`);
    expect([...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, one]) => one)).toEqual([
      '/api/docs.css',
      '/api/v1/openapi.json',
      '/api/docs.js',
    ]);
    expect(text).not.toMatch(/<script>|style=|onload=/);
    expect((await get(`${url}/api/docs.js`)).text).not.toMatch(/innerHTML|https?:/);
  });
});

describe('the default login', () => {
  test.each([
    ['x-forwarded-for', '127.0.0.1'],
    ['forwarded', 'for=127.0.0.1'],
    ['via', '1.1 proxy'],
    ['x-real-ip', '127.0.0.1'],
    ['host', '10.1.2.3'],
  ])('does not come through a proxy on this machine (%s: %s)', async (name, value) => {
    const { url } = await start();
    const status = await new Promise<number>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', [name]: value };
      const asked = request(`${url}/api/v1/session`, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asked.on('error', reject);
      asked.end(JSON.stringify({ name: 'admin', password: 'public' }));
    });
    expect(status).toBe(401);
  });
});

describe('bounds', () => {
  test('a head that never ends is cut off', async () => {
    const options = { host: '127.0.0.1', port: 0, hosts: [], log: silentLog, headMsMax: 200 };
    const server = httpServer(options);
    opened.push(await listen(server, options));
    const { port } = server.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n');
    const drip = setInterval(() => socket.write('X-A: b\r\n'), 50);
    const text = await new Promise<string>((resolve) => {
      let said = '';
      socket.on('data', (chunk) => {
        said += chunk.toString();
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(said));
    });
    clearInterval(drip);
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('too long a head and too large a body are refused', async () => {
    const broker = await start();
    expect((await get(`${broker.url}/healthz`, { 'x-long': 'x'.repeat(70_000) })).status).toBe(431);
    const admin = await broker.key('admin');
    const text = 'x'.repeat(5 * 1024 * 1024);
    expect((await broker.ask('POST /settings/validate', admin, { text })).status).toBe(400);
  });

  test('event streams are counted, and one that ended makes room', async () => {
    const broker = await start();
    const headers = await broker.key('read');
    const ends: AbortController[] = [];
    const stream = async (): Promise<number> => {
      const end = new AbortController();
      ends.push(end);
      return (await fetch(`${broker.url}/api/v1/events?streams=alarms`, { headers, signal: end.signal })).status;
    };
    for (let number = 0; number < 128; number++) expect(await stream()).toBe(200);
    expect(await stream()).toBe(503);
    ends[0]?.abort();
    await expect.poll(stream).toBe(200);
    for (const end of ends) end.abort();
  });
});

describe('the file by which commands find the broker', () => {
  test('is gone when the broker has stopped', async () => {
    const broker = await ManagedBroker.start();
    const file = join(broker.folder, 'data', 'management.json');
    expect(existsSync(file)).toBe(true);
    await broker.running.close();
    expect(existsSync(file)).toBe(false);
    await broker.close();
  });

  test('says nothing when its broker has ended without removing it', () => {
    const data = folder();
    writeManagementFile(data, { url: 'http://127.0.0.1:1', token: 'old', pid: 2 ** 22 + 1 });
    expect(readManagementFile(data)).toBeUndefined();
  });

  test('of another broker is left alone, and a link in its place is not followed', () => {
    const data = folder();
    const elsewhere = join(data, 'elsewhere');
    mkdirSync(join(data, 'd'));
    writeFileSync(elsewhere, 'precious');
    symlinkSync(elsewhere, join(data, 'management.json'));
    writeManagementFile(data, { url: 'http://127.0.0.1:1', token: 'mine', pid: process.pid });
    removeManagementFile(data, 'another');
    expect(readManagementFile(data)?.token).toBe('mine');
    removeManagementFile(data, 'mine');
    expect(readManagementFile(data)).toBeUndefined();
    expect(existsSync(elsewhere)).toBe(true);
  });
});

describe.skipIf(lacks('openssl'))(needing('openssl', 'with TLS'), () => {
  test('commands on this machine know the broker by its certificate, and nobody else gets their token', async () => {
    const { cert, key } = clientCertificate('/CN=broker.example.org');
    const data = folder();
    writeFileSync(join(data, 'cert.pem'), cert);
    writeFileSync(join(data, 'key.pem'), key);
    const broker = await start(`
durability: { mode: memory }
management: { port: 0, certificate_file: ${join(data, 'cert.pem')}, key_file: ${join(data, 'key.pem')} }
listeners: { mqtt: { host: 127.0.0.1, port: 0 } }
`);
    const found = readManagementFile(join(broker.folder, 'data'));
    if (found === undefined) throw new TypeError('The broker has left no file');
    expect(found.url).toMatch(/^https:/);
    const client = new ApiClient(found, found.token);
    expect(await client.ask('GET', '/node')).toMatchObject({ nodeVersion: process.version });
    expect(await client.ask('POST', '/publish', { topic: 'a', payload: 'ü' })).toEqual({ receivers: 0 });
    await expect(client.ask('DELETE', '/clients/nobody')).rejects.toMatchObject({ status: 404 });
    const other = new ApiClient({ ...found, fingerprint: found.fingerprint?.replace(/^../, '00') ?? '' }, found.token);
    await expect(other.ask('GET', '/node')).rejects.toThrow(/somebody else/);
  });

  test('a certificate that is none stops the start', async () => {
    const file = join(folder(), 'cert.pem');
    writeFileSync(file, 'nonsense');
    expect(() => readTls(file, file)).toThrow(/certificate of the management interface cannot be used/);
  });
});

test('a backup is a whole store, and leaves nothing behind', async () => {
  const broker = await start('management: { port: 0 }\nlisteners: { mqtt: { host: 127.0.0.1, port: 0 } }\n');
  const admin = await broker.key('admin');
  for (let number = 0; number < 50; number++) {
    await broker.ask('POST /publish', admin, { topic: `kept/${number}`, payload: 'x'.repeat(1000), retain: true });
  }
  expect((await broker.ask('POST /backup', await broker.key('operate'))).status).toBe(403);
  const response = await fetch(`${broker.url}/api/v1/backup`, { method: 'POST', headers: admin });
  expect(response.headers.get('content-disposition')).toMatch(/filename="hoopoe-[\d-]+\.backup"/);
  const copy = Buffer.from(await response.arrayBuffer());
  expect(copy.length).toBe(Number(response.headers.get('content-length')));
  expect(readdirSync(join(broker.folder, 'data')).filter((name) => name.startsWith('.hoopoe-backup'))).toEqual([]);
  const target = folder();
  writeFileSync(join(target, 'copy'), copy);
  await restoreStore(join(target, 'store'), join(target, 'copy'), false);
  const retained = await readStore(join(target, 'store'), async (store) => [...store.range('')].length);
  expect(retained).toBeGreaterThanOrEqual(50);
  // One that nobody reads must not be in the way of the next for ever.
  const left = new AbortController();
  await fetch(`${broker.url}/api/v1/backup`, { method: 'POST', headers: admin, signal: left.signal });
  left.abort();
  await expect
    .poll(async () => (await fetch(`${broker.url}/api/v1/backup`, { method: 'POST', headers: admin })).status)
    .toBe(200);
});
