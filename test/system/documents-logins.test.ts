/**
 * What documents of others say about logins, done with the command, real databases and the clients that they use: users
 * and rules of EMQX 4.3's built-in database, logins of EMQTT 2.3 in PostgreSQL, and Mosquitto's password file.
 */

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type mqttModule from 'mqtt';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { mosquittoPub, mosquittoPubStarted, mosquittoSub } from '../clients/mosquitto.ts';
import { connectedJs, jsClient } from '../clients/mqttjs.ts';
import { lacks, needing, pathOf, python, RunningProgram } from '../clients/programs.ts';
import { folder, until } from '../listeners/listening.ts';
import { lacksPostgresql, type PostgresqlServer } from '../services/postgresql.ts';
import { hoopoe, startHoopoe } from './executable.ts';
import { postgresqlWithTables } from './sql-lesson.ts';

const watcher = fileURLToPath(new URL('../clients/presence_watcher.py', import.meta.url));
const oneListener = 'listeners: { tcp: { host: 127.0.0.1, port: 0 } }\nmanagement: { enabled: false }\n';

describe.skipIf(lacks('paho'))(needing('paho', 'users and rules of EMQX 4.3'), () => {
  test('let the watching program in, show it who comes and goes, and keep that from everybody else', async () => {
    const rules = join(folder(), 'acl.conf');
    // The line of the document stands above what EMQX brings.
    writeFileSync(
      rules,
      `{allow, {user, "admin"}, subscribe, ["$SYS/#"]}.

{allow, {user, "dashboard"}, subscribe, ["$SYS/#"]}.

{deny, all, subscribe, ["$SYS/#", {eq, "#"}]}.

{allow, all}.
`,
    );
    const yaml = `${oneListener}
allow_anonymous: false
presence: { enabled: true }
access:
  users:
    builtin:
      password_hash: sha256
      bootstrap_users: |
        admin:aoto@123
        other:secret
      bootstrap_client_ids: 'admin:your_own_password'
  rules:
    acl_conf: { file: ${rules} }
`;
    const { ports, program: broker, file, dataDirectory } = await startHoopoe([], { yaml });
    const url = `mqtt://127.0.0.1:${ports.get('tcp')}`;
    const program = new RunningProgram(python, [watcher, String(ports.get('tcp'))]);
    const told = (what: string): boolean =>
      program.lines.some((line) => (JSON.parse(line) as { topic: string }).topic.endsWith(`/654321/${what}`));
    // The program says nothing when it is there, so another comes and goes until it has seen that.
    for (let left = 200; left > 0 && !(told('connected') && told('disconnected')); left--) {
      const visitor = await connectedJs(url, { clientId: '654321', username: 'other', password: 'secret' });
      await visitor.client.endAsync();
    }
    await until(() => told('connected') && told('disconnected'), 'the watcher was told', 10_000);

    const refusals: [object, number | undefined][] = [
      [{}, 4],
      [{ username: 'admin', password: 'wrong' }, 4],
      [{ username: 'nobody', password: 'aoto@123' }, 4],
      [{ username: 'admin' }, 4],
      [{ username: 'whoever', password: 'your_own_password', clientId: 'admin' }, undefined],
    ];
    for (const [login, code] of refusals) {
      const client = jsClient(url, { protocolVersion: 4, ...login });
      await until(() => client.errors.length > 0 || client.sessionsPresent.length > 0, 'an answer', 10_000);
      expect({ login, code: (client.errors[0] as { code?: number } | undefined)?.code }).toEqual({ login, code });
    }

    const other = jsClient(url, { username: 'other', password: 'secret', protocolVersion: 5 });
    await until(() => other.sessionsPresent.length > 0, 'the other one is in', 10_000);
    for (const filter of ['$SYS/#', '$SYS/brokers/+/clients/#', '$share/g/$SYS/#', '#']) {
      await expect(other.client.subscribeAsync(filter), filter).rejects.toMatchObject({ packet: { granted: [0x87] } });
    }
    await other.client.subscribeAsync('surveillance');
    const who = ['--client', 'c', '--username', 'other', '--ip', '10.0.0.7'];
    const asked = hoopoe(['-c', file, 'explain', ...who, 'subscribe', '$SYS/#'], { dataDirectory });
    expect(`${await asked.program.end()} ${asked.program.errors}`).toBe('2 ');
    expect(asked.program.text).toMatch(/^> rules \(acl_conf\) +deny .*acl\.conf:5 /m);
    expect(broker.errors).not.toContain('aoto@123');
  });
});

describe.skipIf(lacksPostgresql())('logins of EMQTT 2.3 in PostgreSQL', () => {
  let server: PostgresqlServer;

  beforeAll(async () => {
    server = await postgresqlWithTables();
  });
  afterAll(() => server?.remove());

  const require = createRequire(import.meta.url);

  /** What the programs of the lesson write to the terminal. */
  async function saidBy(connect: (mqtt: typeof mqttModule) => MqttClient): Promise<string> {
    let said: string | undefined;
    const client = connect(require('mqtt') as typeof mqttModule);
    onTestFinished(() => client.endAsync(true));
    client.on('connect', (connack) => {
      said ??= `return code: ${connack.returnCode}, sessionPresent: ${connack.sessionPresent}`;
      client.end();
    });
    client.on('error', (error) => {
      said ??= `${error}`;
    });
    await until(() => said !== undefined, 'an answer', 10_000);
    return said!;
  }

  test('answer the programs of the lesson as it prints, and refuse everybody while the server is down', async () => {
    const yaml = `${oneListener}
access:
  lesson:
    postgresql:
      server: 127.0.0.1:${server.port}
      username: mqtt
      password: mqtt
      database: mqtt
      auth_query: select password from mqtt_user where username = '%u' limit 1
      password_hash: plain
      reconnect_seconds_max: 0.5
`;
    const { ports, program } = await startHoopoe([], { yaml });
    const url = `mqtt://127.0.0.1:${ports.get('tcp')}`;
    const right = { username: 'testuser', password: '123456' };
    const letIn = 'return code: 0, sessionPresent: false';
    expect(await saidBy((mqtt) => mqtt.connect(url))).toMatch(/Connection refused: Bad username or password/);
    expect(await saidBy((mqtt) => mqtt.connect(url, right))).toBe(letIn);
    for (const wrong of [
      { password: '1234567' },
      { password: '' },
      { username: 'Testuser' },
      { username: "' or '1" },
    ]) {
      const said = await saidBy((mqtt) => mqtt.connect(url, { ...right, ...wrong }));
      expect(said).toMatch(/Connection refused: Bad username or password/);
    }
    await server.stop();
    expect(await saidBy((mqtt) => mqtt.connect(url, right))).toMatch(/Connection refused: Server unavailable/);
    await server.start();
    let said = '';
    for (let left = 200; left > 0 && said !== letIn; left--) said = await saidBy((mqtt) => mqtt.connect(url, right));
    expect(said).toBe(letIn);
    expect(program.errors.split('An access source cannot answer')).toHaveLength(2);
    expect(program.errors).not.toContain('123456');
  });
});

const missing = lacks('mosquitto') ? 'mosquitto' : 'mosquitto-clients';

describe.skipIf(lacks(missing))(needing(missing, "Mosquitto's password file"), () => {
  test('refuses as Mosquitto does, in the words that its clients print', async () => {
    const file = join(folder(), 'passwd');
    const made = new RunningProgram(pathOf('mosquitto_passwd') ?? 'mosquitto_passwd', [
      '-b',
      '-c',
      file,
      'sammy',
      'pw',
    ]);
    expect(await made.end()).toBe(0);
    const yaml = `${oneListener}
allow_anonymous: false
access: { users: { password_file: { file: ${file} } } }
logins: { refusal_code: not_authorized }
`;
    const port = (await startHoopoe([], { yaml })).ports.get('tcp')!;
    const message = ['-t', 'test', '-m', 'hello world', '-q', '1'];
    for (const login of [[], ['-u', 'sammy', '-P', 'wrong'], ['-u', 'somebody', '-P', 'pw']]) {
      const refused = mosquittoPubStarted(port, ...message, ...login);
      expect(await refused.end()).not.toBe(0);
      expect(refused.errors).toMatch(/Connection Refused: not authorised\.\n.*Error: The connection was refused\./is);
    }
    const sub = mosquittoSub(port, '-t', 'test', '-v', '-u', 'sammy', '-P', 'pw', '-C', '1');
    const sent = (): Promise<void> => mosquittoPub(port, ...message, '-r', '-u', 'sammy', '-P', 'pw');
    await sent();
    expect(await sub.end()).toBe(0);
    expect(sub.lines).toEqual(['test hello world']);
  });
});
