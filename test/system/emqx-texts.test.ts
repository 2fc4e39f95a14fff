/**
 * What `emqx`, `emqx_ctl`, `emqttd` and `emqttd_ctl` print on the home directory of a new installation, command by command,
 * with their exit codes. Texts are those of EMQX 4.3 and EMQTT 2.3; where they would say that something else runs, they
 * say Hoopoe.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { pluginRows } from '../../src/config/emqx/plugins.ts';
import { folder, until } from '../listeners/listening.ts';
import { emptyHome, type Home, stockHome } from './emqx-homes.ts';
import { type Said, typed } from './emqx-terminal.ts';

/** A line with the name of the command in front. */
function typedLine(line: string, place: string, environment?: Readonly<Record<string, string>>): Promise<Said> {
  const [name = '', ...words] = line.split(' ');
  return typed(name, words, place, environment);
}

const erlang = ['versions', 'ertspath', 'root_dir', 'attach', 'remote_console', 'console_clean', 'escript', 'rpc'];
const moreErlang = ['rpcterms', 'eval', 'unpack', 'install', 'uninstall', 'upgrade', 'downgrade'];

const down = "Node 'emqx@127.0.0.1' not responding to pings.\n";

/** A command, its exit code, and what it prints. HOME is the folder. */
type Typed = readonly [line: string, code: number, out: string | RegExp, err?: string | RegExp];

/** Without a broker that runs. */
const resting: readonly Typed[] = [
  ['emqx', 1, /^Usage: emqx COMMAND \[help\] \[--home DIR\]\n\nCommands:\n {2}start {7}/],
  ['emqttd', 1, /^Usage: emqttd COMMAND /],
  ['emqx help', 0, /^Usage: emqx COMMAND /],
  ['emqx frobnicate', 1, '', /^emqx: there is no command "frobnicate"\.\nUsage: emqx /],
  ...['start', 'stop', 'restart', 'console', 'foreground', 'ping', 'pid', 'check_conf'].map(
    (word) => [`emqx ${word} help`, 0, new RegExp(`^emqx ${word}: [A-Z].*\\.\\n$`)] as const,
  ),
  ['emqx stop', 1, '', down],
  ['emqx restart', 1, '', down],
  ['emqx ping', 1, '', down],
  ['emqx pid', 1, '', down],
  ['emqx check_conf', 0, 'HOME/etc/emqx.conf is ok\n'],
  ['emqx ctl status', 1, '', 'ERROR: node_is_not_running!\n'],
  ['emqx_ctl status', 1, '', 'ERROR: node_is_not_running!\n'],
  ['emqttd_ctl status', 1, '', 'ERROR: node_is_not_running!\n'],
  ['emqx_ctl', 0, /^Usage: emqx_ctl\n-{110}\nstatus {64}# Show broker status\n/],
  ['emqx_ctl help', 0, /^Usage: emqx_ctl\n/],
  ['emqttd_ctl frobnicate', 1, /^Usage: emqttd_ctl\n/],
  ...[...erlang, ...moreErlang].map(
    (word) =>
      [`emqx ${word}`, 1, '', `emqx ${word}: this is about the Erlang machine, and Hoopoe has none.\n`] as const,
  ),
  ...['mnesia', 'recon', 'trace list', 'rules list', 'rule-actions list', 'resources list'].map(
    (words) => [`emqx_ctl ${words}`, 1, '', /^emqx_ctl [a-z-]+: .+\.\n$/] as const,
  ),
  ...['resource-types list', 'exhook server list', 'luahook load x', 'sasl scram add a b'].map(
    (words) => [`emqx_ctl ${words}`, 1, '', /^emqx_ctl [a-z-]+: .+\.\n$/] as const,
  ),
];

describe('without a broker', () => {
  it.each(resting.map((row) => [row[0], row] as const))('%s', async (line, [, code, out, err = '']) => {
    const home = await stockHome();
    const { EMQX_DASHBOARD__LISTENER__HTTP: _, ...environment } = home.env;
    const said = await typedLine(line, home.path, environment);
    const fits = (text: string, wanted: string | RegExp): void => {
      if (typeof wanted === 'string') expect(text).toBe(wanted.replaceAll('HOME', home.path));
      else expect(text).toMatch(wanted);
    };
    fits(said.err, err);
    fits(said.out, out);
    expect(said.code).toBe(code);
  });

  it('says what is wrong with a file, where, and the nearest key', async () => {
    const home = await emptyHome();
    home.write({ 'etc/emqx.conf': 'alow_anonymous = true\n' });
    const { code, out, err } = await typedLine('emqx check_conf', home.path);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(`${join(home.path, 'etc/emqx.conf')}:1`);
    expect(err).toContain('allow_anonymous');
  });

  it('says where a home directory is looked for', async () => {
    expect(await typedLine('emqx start', folder())).toMatchObject({
      code: 1,
      err:
        'emqx: there is no etc/emqx.conf above this link or here. Say where: --home DIR, or EMQX_HOME. ' +
        'For a new one, make that file; "allow_anonymous = true" is enough in it.\n',
    });
    expect((await typedLine('emqttd start', folder())).err).toContain(
      'there is no etc/emq.conf above this link or here. Say where: --home DIR, or EMQX_HOME. ' +
        'For a new one, make that file; "mqtt.allow_anonymous = true" is enough in it.',
    );
  });
});

/** Plugins that are there in a new installation. */
const active = new Set(['emqx_dashboard', 'emqx_management', 'emqx_retainer']);
/** Parts of the broker here, there or not as it is configured. */
const parts = new Set(['emqx_modules', 'emqx_prometheus', 'emqx_psk_file', 'emqx_sasl']);

const pluginLines = pluginRows.map(({ name, description }) => {
  const is = parts.has(name) ? '(true|false)' : String(active.has(name));
  return `Plugin\\(${name}, description=${description}, active=${is}\\)\n`;
});

const moduleLines = [
  'Module(emqx_mod_acl_internal, description=EMQ X Internal ACL Module, active=true)\n',
  'Module(emqx_mod_delayed, description=EMQ X Delayed Publish Module, active=false)\n',
  'Module(emqx_mod_presence, description=EMQ X Presence Module, active=true)\n',
  'Module(emqx_mod_rewrite, description=EMQ X Topic Rewrite Module, active=false)\n',
  'Module(emqx_mod_subscription, description=EMQ X Subscription Module, active=false)\n',
  'Module(emqx_mod_topic_metrics, description=EMQ X Topic Metrics Module, active=false)\n',
];

const stopped = 'Stop mqtt:tcp:internal listener on 127.0.0.1:PORT_INTERNAL successfully.\n';
const handler = (level: string): string =>
  `LogHandler(id=stdout, level=${level}, destination=stdout, status=started)\n`;

/** With a broker that runs, in this order. */
const running: readonly (readonly [words: string, out: string | RegExp])[] = [
  ['status', /^Node 'emqx@127\.0\.0\.1' \d\S* is started\n$/],
  ['broker', /^sysdescr {2}: Hoopoe\nversion {3}: \S+\nuptime {4}: \d+ seconds\ndatetime {2}: \d{4}-\d\d-\d\d \S+\n$/],
  ['cluster status', "Cluster status: #{running_nodes => ['emqx@127.0.0.1'],stopped_nodes => []}\n"],
  ['cluster join emqx@10.0.0.1', 'Failed to join the cluster: this broker runs alone\n'],
  ['cluster leave', 'Failed to leave the cluster: node_not_in_cluster\n'],
  ['cluster force-leave emqx@10.0.0.1', 'Failed to remove the node from cluster: node_not_in_cluster\n'],
  ['clients list', ''],
  ['routes list', ''],
  ['routes show a', 'Not Found.\n'],
  ['subscriptions list', ''],
  ['subscriptions del nobody a', /^(Not Found\.|Error: Channel not found!)\n$/],
  ['sessions list', ''],
  ['sessions show a', 'Not Found.\n'],
  ['topics list', ''],
  ['plugins list', new RegExp(`^${[...pluginLines].sort().join('')}$`)],
  ['plugins load emqx_auth_username', 'Load plugin emqx_auth_username error: not_found.\n'],
  ['plugins load emqx_dashboard', 'Load plugin emqx_dashboard error: already_started.\n'],
  ['plugins unload emqx_auth_mnesia', 'Unload plugin emqx_auth_mnesia error: not_started.\n'],
  ['plugins load emqx_auth_mnesia', 'Plugin emqx_auth_mnesia loaded successfully.\n'],
  ['plugins reload emqx_auth_mnesia', 'Plugin emqx_auth_mnesia reloaded successfully.\n'],
  ['user list', 'admin\n'],
  ['clientid list', 'admin\n'],
  ['plugins unload emqx_auth_mnesia', 'Plugin emqx_auth_mnesia unloaded successfully.\n'],
  ['plugins load emqx_rule_engine', /^Load plugin emqx_rule_engine error: .*no rule engine/],
  ['modules list', moduleLines.join('')],
  ['modules load emqx_mod_delayed', 'Module emqx_mod_delayed loaded successfully.\n'],
  ['modules load emqx_mod_delayed', 'Load module emqx_mod_delayed error: already_started.\n'],
  ['modules unload emqx_mod_delayed', 'Module emqx_mod_delayed unloaded successfully.\n'],
  ['modules unload emqx_mod_delayed', 'Unload module emqx_mod_delayed error: not_started.\n'],
  ['modules reload emqx_mod_acl_internal', 'Module emqx_mod_acl_internal reloaded successfully.\n'],
  [
    'listeners',
    /^mqtt:tcp:external\n {2}listen_on {7}: 127\.0\.0\.1:PORT_TCP\n {2}acceptors {7}: \d+\n {2}max_conns {7}: 1024000\n {2}current_conn {4}: 0\n {2}shutdown_count {2}: \[\]\n/m,
  ],
  ['listeners stop tcp 1', 'No such listener tcp 1\n'],
  ['listeners stop tcp PORT_INTERNAL', stopped],
  ['listeners restart mqtt:tcp:internal', 'Restarted mqtt:tcp:internal listener successfully.\n'],
  ['listeners stop mqtt:tcp PORT_INTERNAL', stopped],
  ['listeners restart tcp:internal', 'Restarted mqtt:tcp:internal listener successfully.\n'],
  ['listeners stop mqtt:tcp:internal', stopped],
  [
    'vm',
    /^cpu\/load1 {15}: \d+\.\d\d\n(.*\n)*memory\/total {12}: \d+\nprocess\/limit {11}: \d+\n(.*\n)*io\/max_fds {14}: \d+\nports\/count {13}: \d+\n$/,
  ],
  ['vm load', /^cpu\/load1 {15}: \S+\ncpu\/load5 {15}: \S+\ncpu\/load15 {14}: \S+\n$/],
  ['vm memory', /^memory\/total {12}: \d+\n$/],
  ['vm process', /^process\/limit {11}: \d+\nprocess\/count {11}: \d+\n$/],
  ['vm io', /^io\/max_fds {14}: \d+\n$/],
  ['vm ports', /^ports\/count {13}: \d+\n$/],
  ['log primary-level', 'warning\n'],
  ['log set-level debug', 'debug\n'],
  ['log primary-level', 'debug\n'],
  ['log handlers list', handler('debug')],
  ['log handlers set-level stdout error', handler('error')],
  ['log primary-level warning', 'warning\n'],
  ['log primary-level', 'warning\n'],
  ['banned add clientid outcast', 'ok\n'],
  ['data import /no/such/file', /^The emqx data import failed: ENOENT.*\n$/],
  ['mgmt list', ''],
  ['mgmt lookup nobody', 'Not Found.\n'],
  ['mgmt insert app1 first', /^AppSecret: \S+$/m],
  ['mgmt insert app1 first', 'Error: already existed\n'],
  ['mgmt list', /^app_id: \S+, secret: \S+, name: app1, desc: .*, status: true, expired: undefined\n$/],
  ['mgmt lookup app1', /^app_id: \S+\nsecret: \S+\nname: app1\ndesc: .*\nstatus: true\nexpired: undefined\n$/],
  ['mgmt delete app1', 'ok\n'],
  ['admins add ann long-enough tag', 'ok\n'],
  ['admins add ann long-enough', 'Error: already existed\n'],
  ['admins passwd ann other-enough', 'ok\n'],
  ['admins passwd nobody other-enough', '{error,<<"Username Not Found">>}\n'],
  ['acl cache-clean all', 'ACL cache drain start OK\n'],
  ['acl cache-clean node emqx@127.0.0.1', 'ACL cache drain start OK\n'],
  ['acl cache-clean c1', 'ACL cache drain start OK\n'],
  ['acl reload', 'reload acl modules successfully\n'],
  ['pem_cache clean all', 'PEM cache clean OK\n'],
  ['pem_cache clean node emqx@127.0.0.1', 'PEM cache clean OK\n'],
  ['retainer info', /^retained\/total: \d+\n$/],
  ['bridges list', ''],
  ['bridges start nobody', 'Start bridge failed: not_found.\n'],
  // A word too few: the usage of the command.
  ['clients', /^clients list {58}# List all clients\n/],
  ['bridges', /^bridges list {58}# List bridges\n/],
];

const startedWords = (version: string): readonly string[] => [
  'Starting emqx on node emqx@127.0.0.1',
  'Start mqtt:tcp:external listener on 127.0.0.1:PORT_TCP successfully.',
  'Start mqtt:tcp:internal listener on 127.0.0.1:PORT_INTERNAL successfully.',
  'Start mqtt:ssl:external listener on 127.0.0.1:PORT_SSL successfully.',
  'Start mqtt:ws:external listener on 127.0.0.1:PORT_WS successfully.',
  'Start mqtt:wss:external listener on 127.0.0.1:PORT_WSS successfully.',
  'Start http:management listener on PORT_API successfully.',
  'Start http:dashboard listener on PORT_DASHBOARD successfully.',
  `Hoopoe ${version} is running now!`,
];

function withPorts(home: Home): (text: string) => string {
  const portOf = (name: string): string => home.env[name]?.split(':')[1] ?? '';
  const names: Readonly<Record<string, string>> = {
    TCP: 'EMQX_LISTENER__TCP__EXTERNAL',
    INTERNAL: 'EMQX_LISTENER__TCP__INTERNAL',
    SSL: 'EMQX_LISTENER__SSL__EXTERNAL',
    WS: 'EMQX_LISTENER__WS__EXTERNAL',
    WSS: 'EMQX_LISTENER__WSS__EXTERNAL',
    API: 'EMQX_MANAGEMENT__LISTENER__HTTP',
    DASHBOARD: 'EMQX_DASHBOARD__LISTENER__HTTP',
  };
  return (text) => text.replaceAll(/PORT_([A-Z]+)/g, (_, word: string) => portOf(names[word] ?? ''));
}

test('with a broker in the console', async () => {
  const home = await stockHome();
  const { program } = home.start('emqx', 'console');
  await until(() => program.text.includes('is running now!') || program.ended !== undefined, 'it runs', 30_000);
  const real = withPorts(home);
  const version = /Hoopoe (\S+) is running/.exec(program.text)?.[1] ?? '';
  expect(
    program.text
      .split('\n')
      .filter((line) => /^Start|is running now!$/.test(line))
      .sort(),
  ).toEqual(startedWords(version).map(real).sort());
  for (const [words, out] of running) {
    const said = await typedLine(`emqx_ctl ${real(words)}`, home.path, home.env);
    const shown = [words, said.code, said.err];
    if (typeof out === 'string') expect([...shown, said.out]).toEqual([words, 0, '', real(out)]);
    else {
      expect(shown).toEqual([words, 0, '']);
      expect(said.out, words).toMatch(new RegExp(real(out.source), out.flags));
    }
  }
  const exported = await typedLine('emqx_ctl data export', home.path, home.env);
  expect([exported.code, exported.err]).toEqual([0, '']);
  const [, file = ''] = /^The emqx data has been successfully exported to (\/.*\.json)\.\n$/.exec(exported.out) ?? [];
  expect((await typedLine('emqx_ctl banned del clientid outcast', home.path, home.env)).out).toBe('ok\n');
  expect((await typedLine(`emqx_ctl data import ${file}`, home.path, home.env)).out).toBe(
    'The emqx data has been imported successfully.\n',
  );
  expect((await typedLine('emqx_ctl banned list', home.path, home.env)).out).toContain('outcast');
  expect((await typedLine('emqx_ctl log set-level loud', home.path, home.env)).err).toContain('"loud"');
  expect(await typedLine('emqx_ctl log handlers stop stdout', home.path, home.env)).toMatchObject({ code: 1, out: '' });
  expect((await typedLine('emqttd_ctl status', home.path, home.env)).out).toBe(
    `Node 'emqx@127.0.0.1' is started\nemqttd (Hoopoe ${version}) is running\n`,
  );
  expect((await typedLine('emqttd_ctl plugins load emq_auth_mnesia', home.path, home.env)).out).toBe(
    'Start apps: [emq_auth_mnesia]\nPlugin emq_auth_mnesia loaded successfully.\n',
  );
  expect(await typedLine('emqx ping', home.path, home.env)).toEqual({ code: 0, out: 'pong\n', err: '' });
  expect(await typedLine('emqx pid', home.path, home.env)).toEqual({ code: 0, out: `${program.child.pid}\n`, err: '' });
  expect(await typedLine('emqx start', home.path, home.env)).toEqual({
    code: 1,
    out: 'Node is already running!\n',
    err: '',
  });
  expect(await typedLine('emqx stop', home.path, home.env)).toEqual({ code: 0, out: 'ok\n', err: '' });
  expect(await program.end()).toBe(0);
}, 90_000);

/** The status of an answer; 0 where nobody listens. */
async function statusOf(port: string, path: string, login?: string): Promise<number> {
  const headers = login === undefined ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
  return await fetch(`http://127.0.0.1:${port}${path}`, { headers }).then(
    ({ status }) => status,
    () => 0,
  );
}

/** What commands of this machine show the broker. */
function commandToken({ path }: Home): string {
  const folder = join(path, 'data/hoopoe');
  const files = readdirSync(folder).filter((name) => name.includes('management'));
  const texts = files.map((name) => readFileSync(join(folder, name), 'utf8'));
  return texts.map((text) => /"token":"([^"]+)"/.exec(text)?.[1]).find((token) => token !== undefined) ?? '';
}

test('the ports of the dashboard and of the API are those of their keys, and so is who may ask', async () => {
  const home = await stockHome();
  const more = 'management.default_application.id = scripts\nmanagement.default_application.secret = a-long-secret\n';
  home.write({ 'etc/plugins/emqx_management.conf': more });
  const { program } = home.start('emqx', 'console');
  await until(() => program.text.includes('is running now!') || program.ended !== undefined, 'it runs', 30_000);
  const [api, dashboard] = ['PORT_API', 'PORT_DASHBOARD'].map(withPorts(home)) as [string, string];
  expect(await statusOf(api, '/api/v4/brokers', 'scripts:a-long-secret')).toBe(200);
  expect(await statusOf(api, '/api/v4/brokers', 'scripts:another')).toBe(401);
  expect(await statusOf(api, '/api/v4/brokers', 'admin:public')).toBe(401);
  // The token of commands is taken, and no other.
  for (const [token, status] of [
    [commandToken(home), 200],
    ['x'.repeat(43), 401],
  ] as const) {
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`http://127.0.0.1:${api}/api/v4/brokers`, { headers })).status).toBe(status);
  }
  expect(await statusOf(api, '/status')).toBe(200);
  expect(await statusOf(dashboard, '/')).toBe(200);
  expect(await statusOf(dashboard, '/api/v4/brokers', 'scripts:a-long-secret')).toBe(200);
  expect(await statusOf(api, '/')).not.toBe(200);
  program.child.kill('SIGTERM');
  expect(await program.end()).toBe(0);
}, 60_000);
