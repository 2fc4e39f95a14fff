import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerRows } from '../../src/config/catalog.ts';
import { defaultText } from '../../src/config/markdown.ts';
import { lacks, needing, RunningProgram } from '../clients/programs.ts';
import { until } from '../listeners/listening.ts';
import { root } from '../structure/source-tree.ts';
import { MarkdownDocument } from './readme-blocks.ts';

const english = new MarkdownDocument('README.md');
const chinese = new MarkdownDocument('README.zh-CN.md');
const documents = [english, chinese];

/** Where the code of the README runs: a project that has this package and MQTT.js installed. */
let project = '';
let environment: NodeJS.ProcessEnv = {};

beforeAll(() => {
  execFileSync(process.execPath, ['tools/build.mjs', '--if-stale'], { cwd: root, stdio: 'pipe' });
  project = mkdtempSync(join(tmpdir(), 'hoopoe-readme-'));
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(root, join(project, 'node_modules', 'hoopoe'), 'junction');
  symlinkSync(join(root, 'node_modules', 'mqtt'), join(project, 'node_modules', 'mqtt'), 'junction');
  symlinkSync(join(root, 'bin'), join(project, 'bin'), 'junction');
  environment = { PATH: process.env['PATH'], HOME: project, HOOPOE_DATA_DIR: join(project, 'data') };
});

afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

/** Runs JavaScript of the README, perhaps with more behind it, to its end. */
async function runScript(name: string, code: string, nodeArguments: readonly string[] = []): Promise<string[]> {
  const file = join(project, `${name}.mjs`);
  writeFileSync(file, code);
  const program = new RunningProgram(process.execPath, [...nodeArguments, file], { env: environment });
  expect(await program.end(), program.errors + program.text).toBe(0);
  return program.lines;
}

/** Runs a shell block that ends by itself, in the folder of the project. */
async function runShell(code: string): Promise<string> {
  const program = new RunningProgram('sh', ['-c', `set -e\ncd '${project}'\n${code}`], { env: environment });
  expect(await program.end(), program.errors + program.text).toBe(0);
  return program.text;
}

/** The broker of `npm start`, on ports that are free. */
async function startBroker(): Promise<{ readonly mqtt: string; readonly mqtts: string }> {
  const ports = {
    HOOPOE_LISTENERS__MQTT__PORT: '0',
    HOOPOE_LISTENERS__MQTTS__PORT: '0',
    HOOPOE_MANAGEMENT__PORT: '0',
  };
  const env = { ...environment, ...ports };
  const program = new RunningProgram(process.execPath, [join(root, 'bin', 'hoopoe')], { env });
  await until(() => program.text.includes('Ctrl-C'), 'the start of the broker', 20_000);
  const portOf = (scheme: string): string => new RegExp(` ${scheme}://127\\.0\\.0\\.1:(\\d+)`).exec(program.text)![1]!;
  return { mqtt: portOf('mqtt'), mqtts: portOf('mqtts') };
}

/** Commands of the README for a broker on other ports than the standard ones. */
function withPorts(code: string, ports: { mqtt: string; mqtts: string }): string {
  return code.replaceAll('8883', ports.mqtts).replaceAll(/\b(mosquitto_\w+) /g, `$1 -p ${ports.mqtt} `);
}

describe('the READMEs', () => {
  it('have the same code, outline, tables and links in both languages', () => {
    expect(chinese.blocks).toEqual(english.blocks);
    expect(chinese.outline).toEqual(english.outline);
    expect(chinese.rows.map((row) => row.length)).toEqual(english.rows.map((row) => row.length));
    const others = (document: MarkdownDocument) => document.linkedFiles.filter((file) => !file.startsWith('README'));
    expect(others(chinese)).toEqual(others(english));
  });

  it('link to files that exist', () => {
    const missing = documents.flatMap(({ linkedFiles }) => linkedFiles.filter((file) => !existsSync(join(root, file))));
    expect(missing).toEqual([]);
  });

  it('have no code that is not run, but for scripts of the package', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
    const commands = english.blocks.filter(({ name }) => name === undefined).map(({ code }) => code);
    expect(commands).toEqual(['npm start\n', 'npm test\n']);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['start', 'test']));
    const names = english.blocks.flatMap(({ name }) => name ?? []);
    const here = readFileSync(join(root, 'test/system/readme.test.ts'), 'utf8');
    expect(names.filter((name) => !here.includes(`code('${name}')`))).toEqual([]);
  });

  it.each(documents)('name every limit with its default: $name', ({ rows }) => {
    const told = rows.flatMap(([option = '', value]) =>
      option.startsWith('`limits.') ? [[option.replaceAll('`', ''), value]] : [],
    );
    const limits = brokerRows.filter((row) => row.name.startsWith('limits.'));
    expect(told).toEqual(limits.map((row) => [row.name, defaultText(row)]));
  });

  it('configure the broker as they say', async () => {
    writeFileSync(join(project, 'hoopoe.yaml'), english.code('configuration'));
    writeFileSync(join(project, 'devices-ca.pem'), 'What is in it is looked at when the broker starts.\n');
    const said = await runShell(english.code('options'));
    expect(said).toContain('hoopoe.yaml: no mistakes, 2 listeners');
    const shown = [...said.matchAll(/^limits\.packet_bytes_max +(\S+) +(.+)$/gm)].map(([, value, from]) => [
      value,
      from,
    ]);
    expect(shown).toEqual([
      ['3MB', 'HOOPOE_LIMITS__PACKET_BYTES_MAX (environment)'],
      ['4MB', '--limits.packet_bytes_max'],
    ]);
    expect(said).toMatch(/^listeners\.devices\.port +8883 +hoopoe\.yaml:\d+$/m);
    expect(said).toMatch(/Variable +HOOPOE_LIMITS__PACKET_BYTES_MAX/);
  });

  it('check logins and permissions, and show what runs', async () => {
    const yaml = `${english.code('access')}management: { port: 0 }\n`;
    writeFileSync(join(project, 'hoopoe.yaml'), yaml.replace("'*', port: 1883", '127.0.0.1, port: 0'));
    writeFileSync(join(project, 'acl.conf'), '{allow, {user, "pump-7"}, publish, ["pumps/7/#"]}.\n{deny, all}.\n');
    const script = `cd '${project}' && exec bin/hoopoe -c hoopoe.yaml`;
    const program = new RunningProgram('sh', ['-c', script], { env: environment });
    await until(() => program.text.includes('Dashboard'), 'the start of the broker', 20_000);
    const said = await runShell(english.code('users'));
    expect(said).toContain('done');
    expect(said).toMatch(/acl\.conf/);
    expect(await runShell(english.code('look'))).toMatch(/Hoopoe .* runs/);
  });

  it('describe a bridge', async () => {
    writeFileSync(join(project, 'bridge.yaml'), english.code('bridge'));
    expect(await runShell('bin/hoopoe config check bridge.yaml')).toContain('bridge.yaml: no mistakes');
  });

  it('connect MQTT.js', async () => {
    const { mqtt } = await startBroker();
    const said = await runScript('mqttjs', english.code('mqttjs').replace('//localhost', `//localhost:${mqtt}`));
    expect(said).toEqual(['home/door closed']);
  });

  it('embed a broker', async () => {
    const said = await runScript('embedding', `${english.code('embedding')}await broker.close();\n`);
    expect(said[0]).toBe('home/door open');
    expect(said[1]).toMatch(/^clients connect to mqtt:\/\/127\.0\.0\.1:\d+$/);
  });

  it('keep what is retained in a store, for the next program that opens it', async () => {
    const look = "broker.subscribe('#', ({ topic, payload }) => console.log('found', topic, String(payload)));\n";
    const again = english.code('durable').replace(/await broker\.publish.*\n/, look);
    const inProject = (code: string): string => code.replace("'broker-data'", `'${join(project, 'broker-data')}'`);
    expect(await runScript('durable', inProject(english.code('durable')))).toEqual([]);
    expect(await runScript('durable-again', inProject(again))).toEqual(['found home/door open']);
  });

  it('decide about logins, permissions and messages', async () => {
    const said = await runScript('hooks', `import mqtt from 'mqtt';\n${english.code('hooks')}${hooksProbe}`);
    expect(said).toEqual([
      'Connection refused: Bad User Name or Password',
      'p is here',
      'small accepted',
      'large 151',
      'foreign 135',
      'received pumps/pump-7/level',
      'p has gone: normal',
    ]);
  });

  it('test with a clock that is moved', async () => {
    const said = await runScript('testing', english.code('testing'), ['--test-reporter=tap', '--test']);
    expect(said).toContain('# pass 1');
  });
});

/** Tries what the hooks of the README allow and refuse. */
const hooksProbe = `
const options = { clientId: 'p', username: 'pump-7', protocolVersion: 5, reconnectPeriod: 0 };
await mqtt.connectAsync(url, { ...options, password: 'wrong' }, false).catch((error) => console.log(error.message));
const client = await mqtt.connectAsync(url, { ...options, password: 'a long secret' });
const received = [];
client.on('message', (topic) => received.push(topic));
await client.subscribeAsync('#', { qos: 1 });
const attempt = (name, topic, bytes) =>
  client.publishAsync(topic, 'x'.repeat(bytes), { qos: 1 }).then(
    () => console.log(name, 'accepted'),
    (error) => console.log(name, error.code),
  );
await attempt('small', 'pumps/pump-7/level', 10);
await attempt('large', 'pumps/pump-7/level', 1001);
await attempt('foreign', 'pumps/pump-8/level', 10);
for (const topic of received) console.log('received', topic);
await client.endAsync();
await broker.close();
`;

describe.skipIf(lacks('mosquitto-clients'))(needing('mosquitto-clients', 'the READMEs in a shell'), () => {
  it('send the first messages, also over TLS', async () => {
    const ports = await startBroker();
    const subscriber = withPorts(english.code('subscriber'), ports);
    // What is retained comes first, and so tells that the subscription holds.
    await runShell(withPorts('mosquitto_pub -t home/ready -m yes -r', ports));
    const program = new RunningProgram('sh', ['-c', `exec ${subscriber}`], { env: environment });
    await program.said(1);
    await runShell(withPorts(english.code('publisher'), ports));
    await runShell(withPorts(english.code('tls'), ports));
    const said = await program.said(4);
    expect(said).toEqual(['home/ready yes', 'home/kitchen/temperature 21.5', 'home/door open', 'home/door locked']);
  });
});
