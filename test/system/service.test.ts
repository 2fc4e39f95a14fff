/** The broker as a service: started in the background, asked, reloaded, restarted and stopped by commands of their own. */

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ensureCertificates } from '../../src/listeners/certificates.ts';
import { connectedJs } from '../clients/mqttjs.ts';
import { RunningProgram } from '../clients/programs.ts';
import { folder, until } from '../listeners/listening.ts';
import { hoopoe, startHoopoe } from './executable.ts';

interface Said {
  readonly code: number | NodeJS.Signals;
  readonly out: string;
  readonly err: string;
}

async function command(...args: string[]): Promise<Said> {
  const { program } = hoopoe(args);
  const code = await program.end(30_000);
  return { code, out: program.text, err: program.errors };
}

/** A home folder with this configuration; a broker that still runs on it is killed at the end of the test. */
function newHome(yaml: string): string {
  const home = folder();
  writeFileSync(join(home, 'hoopoe.yaml'), yaml);
  onTestFinished(() => killBroker(home));
  return home;
}

/** The broker's process, as the file in its data folder says; never a number that stands for several processes. */
function pidOf(home: string): number | undefined {
  try {
    const { pid } = JSON.parse(readFileSync(join(home, 'data/process.json'), 'utf8')) as { pid: number };
    return Number.isSafeInteger(pid) && pid > 1 && pid !== process.pid ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Kills the process only if its command line names this home, which no other process does. */
function killBroker(home: string): void {
  const pid = pidOf(home);
  if (pid === undefined) return;
  const { stdout } = spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  if (stdout.includes(home)) process.kill(pid, 'SIGKILL');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const yaml = 'listeners:\n  tcp: { host: 127.0.0.1, port: 0 }\nmanagement: { enabled: false }\n';

test('start, status, pid, logs, restart and stop with the exit codes of services', async () => {
  const home = newHome(yaml);
  const at = (name: string, ...more: string[]): Promise<Said> => command(name, '--home', home, ...more);
  expect(await at('status')).toMatchObject({ code: 3 });
  expect(await at('stop')).toMatchObject({ code: 0 });
  const started = await at('start');
  expect(started).toMatchObject({ code: 0, err: '' });
  const log = join(home, 'data/hoopoe.log');
  expect(started.out).toContain(`Log: ${log}`);
  const pid = pidOf(home)!;
  expect(isAlive(pid)).toBe(true);
  const [again, status, number, logs] = await Promise.all([
    at('start'),
    at('status'),
    at('pid'),
    at('logs', '-n', '1'),
  ]);
  expect(again).toMatchObject({ code: 0, out: `Hoopoe runs already (process ${pid}).\n` });
  expect(status.code).toBe(0);
  expect(status.out).toMatch(new RegExp(`^Hoopoe \\S+ runs \\(process ${pid}\\)\\.\n`));
  expect(number).toMatchObject({ code: 0, out: `${pid}\n` });
  expect(logs.out).toBe(`${readFileSync(log, 'utf8').trimEnd().split('\n').at(-1)}\n`);

  writeFileSync(join(home, 'hoopoe.yaml'), `${yaml}limts: {}\n`);
  expect(await at('restart')).toMatchObject({ code: 1 });
  expect(isAlive(pid)).toBe(true);
  writeFileSync(join(home, 'hoopoe.yaml'), yaml);
  expect(await at('restart')).toMatchObject({ code: 0 });
  const second = pidOf(home)!;
  expect([second === pid, isAlive(pid), isAlive(second)]).toEqual([false, false, true]);
  expect(await at('stop')).toMatchObject({ code: 0, out: `Hoopoe has stopped (process ${second}).\n` });
  expect([isAlive(second), pidOf(home)]).toEqual([false, undefined]);
  expect(readFileSync(log, 'utf8')).toMatch(/Stopped\n$/);
});

test('start says why it cannot listen, and where the log is', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await until(() => other.listening, 'the port is taken');
  const { port } = other.address() as { port: number };
  const home = newHome(yaml.replace('port: 0', `port: ${port}`));
  const { code, out, err } = await command('start', '--home', home);
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(
    /^hoopoe: Listener 'tcp' could not start\. Port \d+ on 127\.0\.0\.1 is in use by another program/,
  );
  expect(err).toContain(`\n  Log: ${join(home, 'data/hoopoe.log')}\n`);
  expect(await command('status', '--home', home)).toMatchObject({ code: 3 });
});

test('status says 1 after a crash, and start works again', async () => {
  const home = newHome(yaml);
  expect(await command('start', '--home', home)).toMatchObject({ code: 0 });
  const pid = pidOf(home)!;
  killBroker(home);
  await until(() => !isAlive(pid), 'the end of the broker');
  expect(await command('status', '--home', home)).toMatchObject({ code: 1 });
  expect(await command('start', '--home', home)).toMatchObject({ code: 0 });
  expect(await command('stop', '--home', home)).toMatchObject({ code: 0 });
});

test('reload says what came of it', async () => {
  const home = newHome(`${yaml.replace('enabled: false', 'port: 0')}log: { level: info }\n`);
  expect(await command('start', '--home', home)).toMatchObject({ code: 0 });
  const file = join(home, 'hoopoe.yaml');
  writeFileSync(
    file,
    `${readFileSync(file, 'utf8').replace('info', 'debug')}limits: { inflight_max: 7 }\ndurability: { mode: relaxed }\n`,
  );
  const said = await command('reload', '--home', home);
  expect(said.code).toBe(0);
  expect(said.out).toMatch(/applied +\["log\.level","limits\.inflight_max"\]\nneedRestart +\["durability\.mode"\]\n/);
});

test('reload tells whoever asks for it what could not be read again', async () => {
  const tls = folder();
  const { cert, key } = await ensureCertificates(tls, Date.now());
  const [certPath, keyPath] = [join(tls, 'shown.pem'), join(tls, 'shown.key')];
  writeFileSync(certPath, cert);
  writeFileSync(keyPath, key);
  const home = newHome(
    `listeners: { tls: { transport: tls, host: 127.0.0.1, port: 0, certificate_file: ${certPath}, key_file: ${keyPath} } }\nmanagement: { port: 0 }\n`,
  );
  expect(await command('start', '--home', home)).toMatchObject({ code: 0 });
  writeFileSync(certPath, 'no certificate');
  const said = await command('reload', '--home', home);
  expect(said).toMatchObject({ code: 1, out: expect.stringMatching(/^applied +\[\]\nneedRestart +\[\]\n$/) });
  expect(said.err).toMatch(/^hoopoe: listeners\.tls keeps the certificates it had: .+\n$/);
});

test('signals open the log anew, save, and print what there is; none opens a debugger', async () => {
  const data = join(folder(), 'data');
  const log = join(data, 'hoopoe.log');
  const { program, ports } = await startHoopoe([], {
    yaml: 'listeners:\n  tcp: { host: 127.0.0.1, port: 0 }\nmanagement: { enabled: false }\nlog: { destinations: [file] }\n',
    dataDirectory: data,
  });
  const text = (): string => readFileSync(log, 'utf8');
  const { client } = await connectedJs(`mqtt://127.0.0.1:${ports.get('tcp')}`, { clientId: 'pump' });
  await client.subscribeAsync('a/#', { qos: 1 });
  await client.publishAsync('kept/1', 'a secret', { qos: 1, retain: true });
  program.kill('SIGUSR1');
  await until(() => text().includes('Saved signal=SIGUSR1\n'), 'the save');
  program.kill('SIGUSR2');
  await until(() => text().includes('Retained message topic=kept/1 qos=1 bytes=8 client=pump\n'), 'the trees');
  expect(text()).toContain('Subscription filter=a/# client=pump qos=1\n');
  expect(text()).not.toContain('secret');
  expect(program.errors).not.toMatch(/[Dd]ebugger/);
  renameSync(log, `${log}.moved`);
  program.kill('SIGHUP');
  await until(() => {
    try {
      return text().includes('Reloaded;');
    } catch {
      return false;
    }
  }, 'the new file');
  program.kill('SIGTERM');
  expect(await program.end()).toBe(0);
  expect(text()).toMatch(/Stopping signal=SIGTERM\n.* Stopped\n$/s);
});

test('a refused login has one line with the address and who it was, and no password is ever written', async () => {
  const { program, ports } = await startHoopoe(['-v'], {
    yaml:
      'listeners:\n  tcp: { host: 127.0.0.1, port: 0, allow_anonymous: false }\nmanagement: { enabled: false }\n' +
      'access: { users: { builtin: {} } }\nlog: { format: mosquitto }\n',
  });
  const mqtt = await import('mqtt');
  const url = `mqtt://127.0.0.1:${ports.get('tcp')}`;
  const options = { clientId: 'x\nforged', username: 'ann', password: 'verysecret', reconnectPeriod: 0 };
  await expect(mqtt.connectAsync(url, options, false)).rejects.toThrow();
  await until(() => program.errors.includes('Login refused'), 'the line');
  expect(program.errors).toMatch(
    /^\d+: Login refused address=127\.0\.0\.1 username=ann client="x\\u000aforged" reason=\w+$/m,
  );
  expect(program.errors).not.toContain('verysecret');
  expect(program.errors).not.toMatch(/^forged/m);
});

test('the log is published where that is wanted, in the words of Mosquitto', async () => {
  const { ports } = await startHoopoe([], {
    yaml:
      'listeners:\n  tcp: { host: 127.0.0.1, port: 0 }\nmanagement: { enabled: false }\n' +
      'log: { format: mosquitto, connections: true, types: [all], destinations: [topic] }\n',
  });
  const url = `mqtt://127.0.0.1:${ports.get('tcp')}`;
  const { client } = await connectedJs(url, { clientId: 'watcher' });
  const seen: string[] = [];
  client.on('message', (topic, payload) => seen.push(`${topic} ${payload.toString()}`));
  await client.subscribeAsync('$SYS/broker/log/#');
  const { client: other } = await connectedJs(url, { clientId: 'pump', username: 'ann', keepalive: 60 });
  await other.subscribeAsync('t/#', { qos: 1 });
  await other.endAsync();
  await until(() => seen.some((line) => line.includes('Client pump disconnected')), 'the last line');
  expect(seen.map((line) => line.replaceAll(/127\.0\.0\.1:\d+|port \d+|\d{10}(?=: )/g, '…'))).toEqual(
    expect.arrayContaining([
      '$SYS/broker/log/N …: New connection from … on ….',
      "$SYS/broker/log/N …: New client connected from … as pump (p2, c1, k60, u'ann').",
      '$SYS/broker/log/M/subscribe …: pump 1 t/#',
      '$SYS/broker/log/N …: Client pump disconnected.',
    ]),
  );
});

test('a service manager hears that it is ready, alive and stopping', async () => {
  const bin = folder();
  const heard = join(bin, 'heard');
  writeFileSync(join(bin, 'systemd-notify'), `#!/bin/sh\necho "$@" >> '${heard}'\n`);
  chmodSync(join(bin, 'systemd-notify'), 0o755);
  const words = (): string => {
    try {
      return readFileSync(heard, 'utf8');
    } catch {
      return '';
    }
  };
  const { program } = await startHoopoe(['-p', '0', '--management.enabled', 'false'], {
    env: { PATH: `${bin}:${process.env['PATH']}`, NOTIFY_SOCKET: '/nowhere', WATCHDOG_USEC: '400000' },
  });
  const isAlive = (): boolean => words().startsWith('--ready\n') && words().split('WATCHDOG=1').length > 2;
  await until(isAlive, 'ready and alive', 10_000);
  program.kill('SIGTERM');
  expect(await program.end()).toBe(0);
  await until(() => words().includes('STOPPING=1\n'), 'the stop');
});

test('a service manager hears why a start failed, on one line, and from the exit code that trying again is idle', async () => {
  const bin = folder();
  const heard = join(bin, 'heard');
  writeFileSync(join(bin, 'systemd-notify'), `#!/bin/sh\nprintf '%s|' "$@" >> '${heard}'\n`);
  chmodSync(join(bin, 'systemd-notify'), 0o755);
  const { program, file } = hoopoe([], {
    yaml: 'limts: {}\nlistners: {}\n',
    env: { PATH: `${bin}:${process.env['PATH']}`, NOTIFY_SOCKET: '/nowhere' },
  });
  expect(await program.end()).toBe(78);
  expect(readFileSync(heard, 'utf8')).toMatch(
    new RegExp(`^STATUS=${file}:1: unknown section "limts".* hoopoe: ${file}:2: unknown section "listners"[^\\n]*\\|$`),
  );
});

test.runIf(process.getuid?.() === 0 && process.platform === 'linux')(
  'root becomes another user with that user’s groups, who can still write everything (only root can)',
  async () => {
    const base = folder();
    chmodSync(base, 0o755);
    const dataDirectory = join(base, 'data');
    mkdirSync(dataDirectory, { mode: 0o700 });
    writeFileSync(join(base, 'outside'), '', { mode: 0o600 });
    const pidFile = join(base, 'broker.pid');
    const { program, ports } = await startHoopoe(
      ['--process.user', 'nobody', '--process.pid_file', pidFile, '--log.destinations', 'file,stderr'],
      { yaml: 'listeners:\n  tcp: { host: 127.0.0.1, port: 0 }\nmanagement: { port: 0 }\n', dataDirectory },
    );
    await until(() => program.errors.includes('has become another user user=nobody'), 'the other user', 10_000);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    const state = readFileSync(`/proc/${pid}/status`, 'utf8');
    expect(/^Uid:\t(\d+)\t(\d+)\t(\d+)\t(\d+)$/m.exec(state)?.slice(1)).not.toContain('0');
    expect(/^Groups:\t(.*)$/m.exec(state)?.[1]?.trim().split(' ')).not.toContain('0');
    const found = new RunningProgram('find', [base, '-printf', '%u %P\n']);
    await found.end();
    const owners = found.lines.map((line) => line.split(' ', 2) as [string, string]);
    expect(owners.filter(([user, path]) => path.startsWith('data') && user !== 'nobody')).toEqual([]);
    expect(owners).toContainEqual(['root', 'outside']);
    const { client } = await connectedJs(`mqtt://127.0.0.1:${ports.get('tcp')}`);
    await client.publishAsync('kept', 'x', { qos: 1, retain: true });
    program.kill('SIGTERM');
    expect(await program.end()).toBe(0);
  },
);

test('a user that there is not keeps it from starting, before anything is open', async (context) => {
  if (process.getuid?.() !== 0) context.skip('only root can become another user');
  const { program } = hoopoe(['-p', '0', '--process.user', 'nosuchuser']);
  expect(await program.end()).toBe(1);
  expect(program.errors).toContain('the user nosuchuser that the broker is to become does not exist');
});
