/** The command with sources of access in its configuration: a reload by signal, and `explain` beside a broker that runs. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { folder, until } from '../listeners/listening.ts';
import { hoopoe, startHoopoe } from './executable.ts';

function configuration(rules: string): string {
  return `
listeners:
  tcp: { host: 127.0.0.1, port: 0 }
access:
  users:
    builtin: { bootstrap_users: "ann:secret", scram: false }
  rules:
    acl_conf: { file: ${rules} }
`;
}

async function connected(port: number): Promise<MqttClient> {
  const login = { username: 'ann', password: 'secret', protocolVersion: 5 as const, reconnectPeriod: 0 };
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, login);
  onTestFinished(() => client.endAsync(true));
  return client;
}

const publish = (client: MqttClient): Promise<number> =>
  client.publishAsync('site/a', 'x', { qos: 1 }).then(
    () => 0,
    (error: { code: number }) => error.code,
  );

test('SIGHUP reads rules again, a broken file changes nothing, and explain agrees with the broker', async () => {
  const rules = join(folder(), 'acl.conf');
  const write = (text: string): void => writeFileSync(rules, text);
  write('{deny, all, publish, ["site/#"]}.\n{allow, all}.\n');
  const { program, ports, dataDirectory, file } = await startHoopoe([], { yaml: configuration(rules) });
  expect(program.text).toContain('checked by users (builtin)');
  const client = await connected(ports.get('tcp')!);
  const explained = async (): Promise<string> => {
    const asked = hoopoe(['-c', file, 'explain', '--client', 'c', '--username', 'ann', 'publish', 'site/a'], {
      dataDirectory,
    });
    const code = await asked.program.end();
    return `${code} ${/^> .*$/m.exec(asked.program.text)?.[0] ?? asked.program.errors}`;
  };
  expect(await publish(client)).toBe(0x87);
  expect(await explained()).toMatch(/^2 > rules \(acl_conf\) +deny .*acl\.conf:1 /);

  write('{allow, all}.\n{deny, ');
  program.kill('SIGHUP');
  await until(() => program.errors.includes('Something could not be read again'), 'the reload');
  expect(program.errors).toMatch(/access\.rules \(acl_conf\) keeps what it had: .*acl\.conf:2/);
  expect(await publish(client)).toBe(0x87);

  write('{allow, all}.\n');
  program.kill('SIGHUP');
  await until(() => program.errors.split('Reloaded;').length === 3, 'the second reload');
  expect(await publish(client)).toBe(0);
  expect(await explained()).toMatch(/^0 > rules \(acl_conf\) +allow .*acl\.conf:1 /);
});

test('explain knows bridges and callers of the API as the chain is asked about them', async () => {
  const rules = join(folder(), 'acl.conf');
  writeFileSync(
    rules,
    '{deny, {user, "$bridge"}, subscribe, ["inner/#"]}.\n{deny, {client, "api:ops"}, publish, ["site/#"]}.\n{allow, all}.\n',
  );
  const yaml = `${configuration(rules)}
bridges: { up: { addresses: ['127.0.0.1:1'], topics: ['inner/# out'], start: manual } }
`;
  const explain = async (more: string, ...words: string[]): Promise<string> => {
    const { program } = hoopoe(['explain', ...words], { yaml: `${yaml}${more}` });
    const code = await program.end();
    return `${code} ${program.text.split('\n')[0]}${program.errors.split('\n')[0]}`;
  };
  const ofBridge = ['--bridge', 'up', 'subscribe', 'inner/#'];
  const ofCaller = ['--caller', 'ops', '--ip', '10.0.0.7', 'publish', 'site/1'];
  expect(await explain('', ...ofBridge)).toBe('2 DENY  subscribe "inner/#"  (bridge "up")');
  expect(await explain('', ...ofCaller)).toBe('2 DENY  publish "site/1"  (caller of the API "ops", 10.0.0.7)');
  const unchecked = 'permissions: { unchecked: [bridges, api] }\n';
  expect(await explain(unchecked, ...ofBridge)).toMatch(/^0 ALLOW/);
  expect(await explain(unchecked, ...ofCaller)).toMatch(/^0 ALLOW/);
  expect(await explain('', '--bridge', 'down', 'publish', 'a')).toMatch(/^1 .*there is no bridge "down"; there are up/);
  expect(await explain('', '--bridge', 'up', '--ip', '::1', 'publish', 'a')).toMatch(/^1 .*a bridge has no address/);
  expect(await explain('', '--caller', 'a', '--username', 'b', 'publish', 'a')).toMatch(/^1 .*--username belongs to/);
  expect(await explain('', 'publish', 'a')).toMatch(/^1 .*--client ID, --bridge NAME or --caller NAME/);
});

test('a file of rules that is not understood stops the start, with its line', async () => {
  const rules = join(folder(), 'acl.conf');
  writeFileSync(rules, '{allow, all}.\n{deny, everybody}.\n');
  const { program, file } = hoopoe([], { yaml: configuration(rules) });
  expect(await program.end()).toBe(1);
  expect(program.text).toBe('');
  expect(program.errors).toMatch(/^hoopoe: \S+hoopoe\.yaml:\d+: access\.rules \(acl_conf\): \S+acl\.conf:2: /m);
  expect(program.errors).toContain(file);
});

test('a database that is away is told at the start, and refuses logins as "server unavailable"', async () => {
  const yaml = `
listeners: { tcp: { host: 127.0.0.1, port: 0 } }
access: { devices: { postgresql: { server: "127.0.0.1:1", connect_seconds_max: 1 } } }
`;
  const { program, ports } = await startHoopoe([], { yaml });
  await until(() => program.errors.includes('An access source cannot answer'), 'the warning');
  expect(program.errors).toMatch(/source=devices kind=postgresql code=POSTGRESQL_UNREACHABLE/);
  for (let attempt = 0; attempt < 3; attempt++) {
    const error = await mqtt
      .connectAsync(`mqtt://127.0.0.1:${ports.get('tcp')}`, { username: 'u', password: 'p', reconnectPeriod: 0 })
      .catch((reason: { code: number }) => reason);
    expect(error).toMatchObject({ code: 3 });
  }
  expect(program.errors.split('An access source cannot answer')).toHaveLength(2);
});
