import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunningBroker } from './cli/program.ts';
import { StartError } from './cli/start-error.ts';
import { loadSettings } from './config/load.ts';
import { silentLog } from './ports/log.ts';
import { startBroker } from './start-broker.ts';

let folder = '';
let broker: RunningBroker | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoopoe-start-'));
  mkdirSync(join(folder, 'data'));
});

afterEach(async () => {
  await broker?.close();
  broker = undefined;
  rmSync(folder, { recursive: true });
});

async function start(yaml: string): Promise<RunningBroker> {
  const file = join(folder, 'hoopoe.yaml');
  writeFileSync(file, yaml);
  const environment = { HOOPOE_DATA_DIR: join(folder, 'data') };
  const machine = { platform: 'linux', environment, homeDirectory: folder, workingDirectory: folder, root: false };
  broker = await startBroker(await loadSettings({ file, flags: [], ports: [], machine }), silentLog);
  return broker;
}

function portOf(name: string): number {
  const url = broker?.listeners.find((listener) => listener.name === name)?.urls[0] ?? '';
  return Number(/:(\d+)/.exec(url)?.[1]);
}

/** The certificate that a listener shows. */
function fingerprint(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

function occupy(): Promise<{ server: Server; port: number }> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      resolve({ server, port: (server.address() as { port: number }).port });
    });
  });
}

describe('startBroker', () => {
  it('opens every transport and tells the real ports', async () => {
    const socket = join(folder, 's.sock');
    const ports = ['tcp', 'tls', 'ws', 'wss'].map((name) => `${name}: { port: 0 }`).join(', ');
    const { listeners } = await start(`listeners: { ${ports}, unix: { socket: ${socket} } }`);
    expect(listeners.flatMap(({ urls }) => urls)).toEqual([
      expect.stringMatching(/^mqtt:\/\/127\.0\.0\.1:[1-9]\d*$/),
      expect.stringMatching(/^mqtts:\/\/127\.0\.0\.1:[1-9]\d*$/),
      expect.stringMatching(/^ws:\/\/127\.0\.0\.1:[1-9]\d*\/mqtt$/),
      expect.stringMatching(/^wss:\/\/127\.0\.0\.1:[1-9]\d*\/mqtt$/),
      `unix:${socket}`,
    ]);
  });

  it('makes no certificates where nobody needs them', async () => {
    await start('listeners: { tcp: { port: 0 } }');
    expect(() => readFileSync(join(folder, 'data', 'certificates', 'ca.pem'))).toThrow('ENOENT');
  });

  it('leaves nothing open when one listener cannot be opened', async () => {
    const taken = await occupy();
    const free = await occupy();
    await new Promise((resolve) => free.server.close(resolve));
    const listeners = `a: { host: 127.0.0.1, port: ${free.port} }, b: { host: 127.0.0.1, port: ${taken.port} }`;
    await expect(start(`listeners: { ${listeners} }`)).rejects.toThrow(StartError);
    await new Promise((resolve) => taken.server.close(resolve));
    await start(`listeners: { ${listeners} }`);
  });

  it('says which file of TLS cannot be read', async () => {
    await expect(start('listeners: { tls: { port: 0, certificate_file: c.pem, key_file: k.pem } }')).rejects.toThrow(
      `listeners.tls.certificate_file: cannot be read: ENOENT`,
    );
  });

  it('takes over replaced certificates, each listener for itself, and keeps an old one where the new is broken', async () => {
    await start('listeners: { tls: { port: 0 } }');
    const made = join(folder, 'data', 'certificates');
    const copy = (): void => {
      for (const [from, to] of [
        ['server.pem', 'c.pem'],
        ['server.key', 'k.pem'],
      ] as const) {
        writeFileSync(join(folder, to), readFileSync(join(made, from)));
      }
    };
    copy();
    await broker?.close();
    const secure = '{ port: 0, certificate_file: c.pem, key_file: k.pem }';
    await start(`listeners: { first: { transport: wss, port: 0 }, second: { transport: tls, ${secure.slice(1)} }`);
    const before = await fingerprint(portOf('second'));
    expect(await fingerprint(portOf('first'))).toBe(before);

    rmSync(made, { recursive: true });
    writeFileSync(join(folder, 'k.pem'), 'broken');
    expect(await broker?.reload()).toMatchObject([expect.stringContaining('listeners.second keeps')]);
    expect(await fingerprint(portOf('first'))).not.toBe(before);
    expect(await fingerprint(portOf('second'))).toBe(before);

    copy();
    await broker?.reload();
    const after = await fingerprint(portOf('first'));
    expect(after).not.toBe(before);
    expect(await fingerprint(portOf('second'))).toBe(after);
    expect(await broker?.reload()).toEqual([]);
  });
});
