/** Listeners, access sources and bridges that come, change and go with the configuration file, while clients work. */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connectedJs, jsClient } from '../clients/mqttjs.ts';
import { folder, pause, until } from '../listeners/listening.ts';
import { hoopoe, startHoopoe } from './executable.ts';
import { freePort } from './free-port.ts';

const local = (name: string, port: number): string => `  ${name}: { host: 127.0.0.1, port: ${port} }\n`;
const urlOf = (port: number): string => `mqtt://127.0.0.1:${port}`;

async function isRefused(port: number, login: object = {}): Promise<boolean> {
  const client = jsClient(urlOf(port), { reconnectPeriod: 0, ...login });
  await until(() => client.errors.length > 0 || client.sessionsPresent.length > 0, 'an answer');
  return client.errors.length > 0;
}

test('hoopoe reload opens, moves and closes what the file says, and clients that are there stay', async () => {
  const [one, two, three] = [await freePort(), await freePort(), await freePort()] as const;
  const data = join(folder(), 'data');
  const management = 'management: { port: 0 }\n';
  const { program, file } = await startHoopoe([], {
    yaml: `listeners:\n${local('a', one)}${local('b', two)}${management}`,
    dataDirectory: data,
  });
  const stays = await connectedJs(urlOf(one), { clientId: 'stays' });
  const reload = async (yaml: string): Promise<{ code: unknown; text: string }> => {
    writeFileSync(file, `${yaml}${management}`);
    const { program: asked } = hoopoe(['reload'], { yaml: `${yaml}${management}`, dataDirectory: data });
    return { code: await asked.end(30_000), text: asked.text + asked.errors };
  };
  const access = 'access: { users: { builtin: { bootstrap_users: "ann:secret", scram: false } } }\n';
  const moved = await reload(
    `listeners:\n${local('a', two)}${local('b', one)}${local('c', three)}${access}bridges: { up: { addresses: ["127.0.0.1:${one}"], topics: ["x/# out"] } }\n`,
  );
  expect(moved).toMatchObject({ code: 0 });
  expect(moved.text).toContain('"listeners.a.port","listeners.b.port","listeners.c","access.users","bridges.up"');
  expect(moved.text).toMatch(/needRestart +\[\]/);
  for (const port of [one, two, three]) {
    expect(await isRefused(port)).toBe(true);
    expect(await isRefused(port, { username: 'ann', password: 'secret' })).toBe(false);
  }
  expect(stays.client.connected).toBe(true);

  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await until(() => taken.listening, 'the port is taken');
  const { port } = taken.address() as { port: number };
  const refused = await reload(`listeners:\n${local('a', one)}${local('b', port)}`);
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.text).toContain(`Nothing was changed: listeners.b: Listener 'b' could not start. Port ${port}`);
  expect(program.errors).toContain('The reload changed nothing problem="listeners.b: ');
  expect(await isRefused(three)).toBe(true);
  expect(await isRefused(three, { username: 'ann', password: 'secret' })).toBe(false);

  const wrong = await reload('listeners: { a: { prot: 1 } }\n');
  expect(wrong).toMatchObject({ code: 1 });
  expect(wrong.text).toMatch(
    /Nothing was changed: .*hoopoe\.yaml:1: unknown option "listeners\.a\.prot"; did you mean/,
  );

  expect(await reload(`listeners:\n${local('a', one)}`)).toMatchObject({ code: 0 });
  expect(await isRefused(two)).toBe(true);
  // Where logins have been checked once, nobody gets in unknown before the next start.
  expect(await isRefused(one)).toBe(true);
  expect(stays.client.connected).toBe(true);
});

test('fifty hang-ups at once under load lose nothing and end with what the file says', async () => {
  const [one, two] = [await freePort(), await freePort()] as const;
  const yaml = `listeners:\n${local('a', one)}management: { enabled: false }\n`;
  const { program, file } = await startHoopoe([], { yaml });
  const receiver = await connectedJs(urlOf(one), { clientId: 'receiver' });
  await receiver.client.subscribeAsync('load/#', { qos: 1 });
  let received = 0;
  receiver.client.on('message', () => received++);
  const sender = await connectedJs(urlOf(one), { clientId: 'sender' });
  let sent = 0;
  let isOver = false;
  const load = (async () => {
    while (!isOver) {
      await Promise.all([1, 2, 3, 4, 5].map((n) => sender.client.publishAsync(`load/${n}`, 'x', { qos: 1 })));
      sent += 5;
    }
  })();
  for (let n = 0; n < 50; n++) {
    const more = n % 2 === 0 ? local('b', two) : '';
    writeFileSync(file, `listeners:\n${local('a', one)}${more}management: { enabled: false }\n`);
    program.kill('SIGHUP');
    await pause(n % 5);
  }
  writeFileSync(file, `listeners:\n${local('a', one)}${local('b', two)}management: { enabled: false }\n`);
  program.kill('SIGHUP');
  for (let tries = 0; tries < 50 && (await isRefused(two)); tries++) await pause(200);
  expect(await isRefused(two)).toBe(false);
  isOver = true;
  await load;
  await until(() => received === sent, 'every message');
  expect(sent).toBeGreaterThan(0);
  program.kill('SIGTERM');
  expect(await program.end(10_000)).toBe(0);
});

test('a broker whose file was broken since can still be found, asked and stopped', async () => {
  const home = folder();
  const file = join(home, 'hoopoe.yaml');
  const yaml = 'listeners:\n  tcp: { host: 127.0.0.1, port: 0 }\nmanagement: { port: 0 }\n';
  writeFileSync(file, yaml);
  const command = async (...args: string[]): Promise<{ code: unknown; out: string; err: string }> => {
    const { program } = hoopoe([...args, '--home', home]);
    return { code: await program.end(30_000), out: program.text, err: program.errors };
  };
  expect(await command('start')).toMatchObject({ code: 0 });
  onTestFinished(() => void spawnSync(process.execPath, ['bin/hoopoe', 'stop', '--home', home]));
  for (const broken of ['listeners: { tcp: { prot: 1 } }\n', 'listeners: [\n', '\tx: 1\n']) {
    writeFileSync(file, broken);
    const pid = await command('pid');
    expect(pid).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\n$/) });
    expect(pid.err).toContain('the configuration has a mistake by now');
    for (const what of ['status', 'logs']) expect(await command(what)).toMatchObject({ code: 0 });
    expect(await command('ctl', 'status')).toMatchObject({ code: 0 });
    expect(await command('reload')).toMatchObject({ code: 1, err: expect.stringContaining('Nothing was changed: ') });
    expect(await command('restart')).toMatchObject({ code: 1, err: expect.stringContaining(file) });
  }
  expect(await command('stop')).toMatchObject({ code: 0, out: expect.stringContaining('Hoopoe has stopped') });
  const after = await command('status');
  expect(after.code).toBe(1);
  expect(after.err).toContain(`${file}:1`);
});
