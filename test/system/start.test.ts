/** `hoopoe` as a newcomer starts it: without configuration, with ports, in the background, beside another program. */

import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connectedJs } from '../clients/mqttjs.ts';
import { folder, until } from '../listeners/listening.ts';
import { root } from '../structure/source-tree.ts';
import { fourListeners, hoopoe, startHoopoe } from './executable.ts';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** `undefined` when the port could be connected to, otherwise the code of the error. */
function refusal(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 2_000 }, () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once('timeout', () => {
      socket.destroy();
      resolve('timeout');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
  });
}

function otherAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}

/** Paths below a folder with their permission bits. */
function modesBelow(path: string): [string, string][] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => {
    const stats = lstatSync(join(path, name));
    return [`${stats.isDirectory() ? 'd' : 'f'} ${name}`, (stats.mode & 0o777).toString(8)];
  });
}

test('without configuration it listens on four ports of the loopback, and every client can connect', async (context) => {
  for (const port of [1883, 8883, 8083, 8084, 18083]) {
    // Somebody else's broker is no reason to fail.
    if ((await refusal(port, '127.0.0.1')) !== 'ECONNREFUSED') context.skip(`port ${port} is taken`);
  }
  const { ports, program, startMs, dataDirectory } = await startHoopoe([], { standardPorts: true });
  // How long it takes is the machine's affair; what it takes is counted in loaded-files.test.ts.
  console.info(`From the start of the process to listening, with new certificates: ${Math.round(startMs)} ms`);
  expect(startMs).toBeLessThan(2_000);
  expect([...ports.values()].sort()).toEqual([1883, 8083, 8084, 8883]);
  const urls = [
    'mqtt://localhost:1883',
    'mqtts://localhost:8883',
    'ws://localhost:8083/mqtt',
    'wss://localhost:8084/mqtt',
  ];
  const ca = readFileSync(join(dataDirectory, 'certificates/ca.pem'), 'utf8');
  for (const url of urls) {
    const { client } = await connectedJs(url, { ca });
    await client.publishAsync('hello', 'world', { qos: 1 });
  }
  const address = otherAddress();
  for (const port of ports.values()) {
    if (address !== undefined) expect(await refusal(port, address)).toBe('ECONNREFUSED');
  }
  expect(program.errors).not.toMatch(/error|warn/);
});

test('the start says version, listeners, data folder, logins, a line to try, and no more', async () => {
  const { program, dataDirectory, ports } = await startHoopoe([], { yaml: fourListeners });
  const { lines } = program;
  expect(lines[0]).toBe(`Hoopoe ${version}`);
  for (const [scheme, name, path] of [
    ['mqtt', 'tcp', ''],
    ['mqtts', 'tls', ''],
    ['ws', 'ws', '/mqtt'],
    ['wss', 'wss', '/mqtt'],
  ] as const) {
    expect(program.text).toContain(`${scheme}://127.0.0.1:${ports.get(name)}${path}`);
  }
  expect(program.text).toContain(dataDirectory);
  expect(program.text).toContain('not required from this machine');
  expect(program.text).toContain(`mosquitto_pub -h localhost -p ${ports.get('tcp')} -t hello -m world`);
  expect(lines.length).toBeLessThanOrEqual(12);
});

test('what it writes is for its owner alone, and certificates are kept from start to start', async () => {
  const dataDirectory = join(folder(), 'data');
  const first = await startHoopoe([], { yaml: fourListeners, dataDirectory });
  expect((lstatSync(dataDirectory).mode & 0o777).toString(8)).toBe('700');
  // It is the last to come, under another name until it is whole.
  await until(() => existsSync(join(dataDirectory, 'process.json')), 'the file of the process');
  const modes = modesBelow(dataDirectory);
  expect(modes.length).toBeGreaterThan(0);
  for (const [path, mode] of modes) expect([path, mode]).toEqual([path, path.startsWith('d') ? '700' : '600']);
  const files = ['ca.pem', 'ca.key', 'server.pem', 'server.key'].map((name) =>
    join(dataDirectory, 'certificates', name),
  );
  const before = files.map((file) => readFileSync(file, 'utf8'));
  first.program.kill('SIGTERM');
  expect(await first.program.end()).toBe(0);
  const second = await startHoopoe([], { yaml: fourListeners, dataDirectory });
  console.info(
    `From the start of the process to listening, certificates being there: ${Math.round(second.startMs)} ms`,
  );
  expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(before);
  const { client } = await connectedJs(`mqtts://localhost:${second.ports.get('tls')}`, { ca: before[0]! });
  expect(client.connected).toBe(true);
});

test('-p twice opens two plain ports and nothing else, and writes no certificates', async () => {
  const { program, dataDirectory } = await startHoopoe(['-p', '0', '-p', '0']);
  const ports = [...program.text.matchAll(/mqtt:\/\/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
  expect(new Set(ports).size).toBe(2);
  for (const port of ports) await connectedJs(`mqtt://127.0.0.1:${port}`);
  expect(program.text).not.toMatch(/mqtts:|wss?:/);
  expect(readdirSync(dataDirectory)).not.toContain('certificates');
});

test('-v logs what clients do', async () => {
  const { program } = await startHoopoe(['-v', '-p', '0']);
  const port = Number(/mqtt:\/\/127\.0\.0\.1:(\d+)/.exec(program.text)?.[1]);
  await connectedJs(`mqtt://127.0.0.1:${port}`, { clientId: 'seen-in-the-log' });
  await until(() => program.errors.includes('seen-in-the-log'), 'the line of the log');
});

test('--help and --version answer and end', async () => {
  const help = hoopoe(['--help']).program;
  expect(await help.end()).toBe(0);
  for (const flag of ['-c', '-p', '-v', '-d', '--help', '--version']) expect(help.text).toContain(flag);
  const told = hoopoe(['--version']).program;
  expect(await told.end()).toBe(0);
  expect(told.text).toBe(`hoopoe ${version}\n`);
});

test('-d returns when the broker listens, which then runs in the background until it is told to stop', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const { program, dataDirectory } = hoopoe(['-d', '-p', String(port)]);
  expect(`${await program.end()} ${program.errors}`).toBe('0 ');
  const pid = Number(/process (\d+)/.exec(program.text)?.[1]);
  expect(pid).toBeGreaterThan(1);
  const isAlive = (): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  onTestFinished(() => {
    if (isAlive()) process.kill(pid, 'SIGKILL');
  });
  await connectedJs(`mqtt://127.0.0.1:${port}`);
  const log = join(dataDirectory, 'hoopoe.log');
  expect((lstatSync(log).mode & 0o777).toString(8)).toBe('600');
  expect(readFileSync(log, 'utf8')).toContain(`mqtt://127.0.0.1:${port}`);
  process.kill(pid, 'SIGTERM');
  await until(() => !isAlive(), 'the broker in the background has ended', 5_000);
});

test('-d tells why the broker did not start', async () => {
  const { ports } = await startHoopoe(['-p', '0']);
  const [port] = ports.values();
  const { program } = hoopoe(['-d', '-p', String(port)]);
  expect(await program.end()).toBe(1);
  expect(program.errors).toContain(`${port}`);
  expect(program.errors).toMatch(/in use|taken/);
});
