import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandLine } from './cli/command-line.ts';
import type { RunningBroker, Terminal } from './cli/program.ts';
import type { Environment } from './config/environment.ts';
import { loadSettings } from './config/load.ts';
import { explainAccess } from './explain-access.ts';
import { type Log, silentLog } from './ports/log.ts';
import { startBroker } from './start-broker.ts';

let folder = '';
let broker: RunningBroker | undefined;
const clients: MqttClient[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoopoe-access-'));
  mkdirSync(join(folder, 'data'));
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.end(true);
  await broker?.close();
  broker = undefined;
  rmSync(folder, { recursive: true });
});

function machineOf(environment: Environment = {}) {
  return {
    platform: 'linux',
    environment: { HOOPOE_DATA_DIR: join(folder, 'data'), ...environment },
    homeDirectory: folder,
    workingDirectory: folder,
    root: false,
  };
}

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

async function start(yaml: string, log: Log = silentLog): Promise<RunningBroker> {
  const file = write('hoopoe.yaml', yaml);
  broker = await startBroker(await loadSettings({ file, flags: [], ports: [], machine: machineOf() }), log);
  return broker;
}

/** The Reason Code of CONNACK, and the client when it is 0. */
async function connect(options: IClientOptions = {}, listener = 'tcp'): Promise<{ code: number; client: MqttClient }> {
  const url = broker!.listeners.find(({ name }) => name === listener)!.urls[0]!;
  const client = mqtt.connect(url, { reconnectPeriod: 0, protocolVersion: 5, ...options });
  clients.push(client);
  client.on('error', () => {});
  return await new Promise((resolve) => {
    client.on('packetreceive', (packet) => {
      if (packet.cmd === 'connack') resolve({ code: packet.reasonCode ?? packet.returnCode ?? -1, client });
    });
  });
}

const withUser = (username: string, password: string): IClientOptions => ({ username, password });

const yaml = `
listeners:
  tcp: { host: 127.0.0.1, port: 0 }
  open: { host: 127.0.0.1, port: 0, allow_anonymous: without_username, sources: [users] }
access:
  users:
    builtin: { bootstrap_users: "ann:secret" }
  rules:
    acl_conf: { file: acl.conf }
`;

const rules = '{allow, {user, "ann"}, pubsub, ["mine/#"]}.\n{deny, all}.\n';

describe('configured sources', () => {
  it('decide who comes in, with one code for every refusal', async () => {
    write('acl.conf', rules);
    expect((await start(yaml)).loginSources).toEqual(['users (builtin)']);
    const codes = async (options: IClientOptions, listener?: string): Promise<number> =>
      (await connect(options, listener)).code;
    expect(await codes(withUser('ann', 'secret'))).toBe(0);
    expect(await codes(withUser('ann', 'wrong'))).toBe(0x86);
    expect(await codes(withUser('bob', 'secret'))).toBe(0x86);
    expect(await codes({})).toBe(0x86);
    expect(await codes({ ...withUser('ann', 'wrong'), protocolVersion: 4 })).toBe(4);
    expect(await codes({}, 'open')).toBe(0);
    expect(await codes(withUser('ann', 'wrong'), 'open')).toBe(0x86);
    expect(await codes(withUser('bob', 'secret'), 'open')).toBe(0x86);
  });

  it('decide what may be done, at the listeners that ask them', async () => {
    write('acl.conf', rules);
    await start(yaml);
    const { client: ann } = await connect(withUser('ann', 'secret'));
    expect((await ann.subscribeAsync('mine/#')).map(({ qos }) => qos)).toEqual([0]);
    await expect(ann.subscribeAsync('other/#')).rejects.toThrow();
    await expect(ann.publishAsync('other', 'x', { qos: 1 })).rejects.toMatchObject({ code: 0x87 });
    const { client: anybody } = await connect({}, 'open');
    expect((await anybody.subscribeAsync('other/#')).map(({ qos }) => qos)).toEqual([0]);
  });

  it('are told the code that the operator chose', async () => {
    write('acl.conf', rules);
    await start(`${yaml}\nlogins: { refusal_code: not_authorized }\n`);
    expect((await connect(withUser('ann', 'wrong'))).code).toBe(0x87);
    expect((await connect({ protocolVersion: 4 })).code).toBe(5);
  });

  it('are read again, and one that is broken keeps what it had', async () => {
    const file = write('acl.conf', rules);
    const running = await start(yaml);
    const { client } = await connect(withUser('ann', 'secret'));
    await expect(client.publishAsync('other', 'x', { qos: 1 })).rejects.toMatchObject({ code: 0x87 });

    write('acl.conf', '{allow, all}.\n{deny, ');
    const problems = await running.reload();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^access\.rules \(acl_conf\) keeps what it had: .*acl\.conf:2/);
    expect(problems[0]).toContain(file);
    await expect(client.publishAsync('other', 'x', { qos: 1 })).rejects.toMatchObject({ code: 0x87 });

    write('acl.conf', '{allow, all}.\n');
    expect(await running.reload()).toEqual([]);
    await client.publishAsync('other', 'x', { qos: 1 });
  });

  it.each([
    ['{allow, all', /hoopoe\.yaml:\d+: access\.rules \(acl_conf\): .*acl\.conf:1/],
    ['', /access\.rules \(acl_conf\): .*acl\.conf/],
    [undefined, /access\.rules \(acl_conf\): .*acl\.conf/],
  ])('that cannot be understood stop the start with file and reason: %j', async (text, reason) => {
    if (text !== undefined) write('acl.conf', text);
    await expect(start(yaml)).rejects.toThrow(reason);
    // Nothing was left open: the store and the ports are free.
    write('acl.conf', rules);
    await start(yaml);
  });
});

describe('explain', () => {
  let out = '';
  let err = '';

  async function explain(...argv: string[]): Promise<number | undefined> {
    out = '';
    err = '';
    const terminal: Terminal = {
      machine: machineOf({ HOOPOE_CONFIG: join(folder, 'hoopoe.yaml') }),
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      send: () => Promise.reject(new Error('nothing is to be sent')),
      receive: () => process.stdin,
    };
    const nothing = () => Promise.reject(new Error('nothing is to be started'));
    return await commandLine(['explain', ...argv], terminal, {
      startBroker: nothing,
      storeTools: nothing,
      explainAccess,
    });
  }

  beforeEach(() => {
    write('hoopoe.yaml', yaml);
    write('acl.conf', rules);
  });

  it('answers with each source, the rule that decides and an exit code', async () => {
    expect(await explain('--client', 'c', '--username', 'ann', 'publish', 'mine/a')).toBe(0);
    expect(out).toMatch(
      /^ALLOW {2}publish "mine\/a" {2}\(client "c", user name "ann", 127\.0\.0\.1, listener tcp\)\n\n/,
    );
    expect(out).toMatch(/^ {2}users \(builtin\) +ignore /m);
    expect(out).toMatch(/^> rules \(acl_conf\) +allow .*acl\.conf:1 /m);
    expect(out).toMatch(/^ {2}nobody else \(broker\) +allow .*\(not needed\)$/m);
    expect(await explain('--client', 'c', 'subscribe', '$share/g/mine/#')).toBe(2);
    expect(out).toMatch(/^DENY {2}subscribe "mine\/#" {2}\(client "c", no user name/);
    expect(out).toMatch(/^> rules \(acl_conf\) +deny .*acl\.conf:2 /m);
  });

  it('asks the sources of the listener', async () => {
    expect(await explain('--client', 'c', '--listener', 'open', 'publish', 'other')).toBe(0);
    expect(out).not.toContain('acl_conf');
    expect(await explain('--client', 'c', '--listener', 'opne', 'publish', 'other')).toBe(1);
    expect(err).toContain('there is no listener "opne"; did you mean open?');
  });

  it('knows what no source has to be asked about', async () => {
    expect(await explain('--client', 'c', '--superuser', 'publish', 'other')).toBe(0);
    expect(await explain('--client', 'c', '--superuser', 'publish', '$SYS/x')).toBe(2);
  });

  it('reads the store of a broker that runs, and writes nothing', async () => {
    await start(yaml);
    expect(await explain('--client', 'c', '--username', 'ann', 'publish', 'mine/a')).toBe(0);
    expect((await connect(withUser('ann', 'secret'))).code).toBe(0);
  });

  it.each([
    [['--client', 'c', 'publish', 'a/+'], 'the topic "a/+"'],
    [['--client', 'c', 'subscribe', 'a/#/b'], 'the topic filter "a/#/b"'],
    [['--client', 'c', 'send', 'a'], 'explain got "send"; allowed: publish TOPIC, subscribe FILTER'],
    [['--client', 'c'], 'explain got nothing'],
    [['--client', 'c', 'publish'], 'explain publish needs a topic'],
    [['--client', 'c', 'publish', 'a', 'b'], 'explain takes one topic; got "b" as well'],
    [['publish', 'a'], 'explain needs --client ID'],
    [['--client', 'c', '--ip', 'here', 'publish', 'a'], '--ip got "here"; allowed: an address'],
    [['--client', 'c', '--qos', '3', 'publish', 'a'], '--qos got "3"; allowed: 0, 1, 2'],
  ])('says what is wrong with %j', async (argv, text) => {
    expect(await explain(...argv)).toBe(1);
    expect(err).toContain(text);
    expect(out).toBe('');
  });

  it('does not let a source steer the terminal', async () => {
    write('acl.conf', '{deny, all, publish, ["a\u001b[2Jb"]}.\n{allow, all}.\n');
    await explain('--client', 'c', 'publish', 'a');
    expect(out).not.toContain('\u001b');
  });

  it('says why a source cannot be asked', async () => {
    write('acl.conf', '{deny');
    expect(await explain('--client', 'c', 'publish', 'a')).toBe(1);
    expect(err).toMatch(/hoopoe\.yaml:\d+: access\.rules \(acl_conf\): .*acl\.conf:1/);
  });
});
