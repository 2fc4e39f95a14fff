/** Home directories of EMQX as they are, started by its commands and talked to by clients of others. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mosquittoPub, mosquittoPubStarted, mosquittoSub } from '../clients/mosquitto.ts';
import { connectedJs } from '../clients/mqttjs.ts';
import { lacks, needing } from '../clients/programs.ts';
import { until } from '../listeners/listening.ts';
import { emptyHome, type Home, stockHome } from './emqx-homes.ts';

function portOf(home: Home, listener: string): number {
  return home.ports.get(listener) ?? 0;
}

/** What the client of Mosquitto says to a refusal. */
async function refusal(port: number, ...args: readonly string[]): Promise<string> {
  const program = mosquittoPubStarted(port, '-t', 'a', '-m', 'b', ...args);
  await program.end();
  return program.errors;
}

describe.skipIf(lacks('mosquitto-clients'))(needing('mosquitto-clients', 'a home directory of EMQX'), () => {
  it('as it is installed runs in the console, and clients reach all its listeners', async () => {
    const home = await stockHome();
    const { program } = home.start('emqx', 'console');
    await until(() => program.text.includes('is running now!') || program.ended !== undefined, 'it runs', 20_000);
    const tcp = portOf(home, 'tcp.external');
    expect(program.text).toMatch(/^Starting emqx on node emqx@127\.0\.0\.1\n/);
    expect(program.text).toContain(`Start mqtt:tcp:external listener on 127.0.0.1:${tcp} successfully.\n`);
    expect(program.text).toMatch(/Start http:dashboard listener on \d+ successfully\.\n/);
    expect(program.text).toMatch(/Hoopoe \S+ is running now!\n/);
    const watcher = mosquittoSub(tcp, '-t', '$SYS/brokers/+/clients/#', '-C', '1', '-v', '-W', '20');
    const listener = mosquittoSub(portOf(home, 'tcp.internal'), '-t', 'greeting', '-t', 'greeting/tls', '-C', '2');
    // A retained message comes once the subscription is there, whichever is first.
    await mosquittoPub(tcp, '-t', 'greeting', '-m', 'hello', '-r', '-i', 'probe');
    const ca = join(home.path, 'etc/certs/cacert.pem');
    await mosquittoPub(
      portOf(home, 'ssl.external'),
      '--cafile',
      ca,
      '--insecure',
      '-t',
      'greeting/tls',
      '-m',
      'x',
      '-r',
    );
    expect(await watcher.end()).toBe(0);
    expect(watcher.text).toMatch(/^\$SYS\/brokers\/emqx@127\.0\.0\.1\/clients\/\S+\/(dis)?connected \{"/);
    expect(await listener.end()).toBe(0);
    expect(listener.text.split('\n').sort().join()).toBe(',hello,x');
    const js = await connectedJs(`ws://127.0.0.1:${portOf(home, 'ws.external')}/mqtt`);
    await js.client.endAsync();
    program.child.kill('SIGTERM');
    expect(await program.end()).toBe(0);
  });

  it('asks for logins as a text about EMQX 4.3 sets them up', async () => {
    const home = await emptyHome('tcp.external');
    home.write({
      'etc/emqx.conf': `
## Allow anonymous authentication by default if no auth plugins loaded.
## Notice: Disable the option in production deployment!
##
## Value: true | false
allow_anonymous = false
acl_nomatch = allow
acl_file = etc/acl.conf
zone.external.enable_acl = on
`,
      'etc/plugins/emqx_auth_mnesia.conf': readFileSync(
        'test/config/emqx-4.3/etc/plugins/emqx_auth_mnesia.conf',
        'utf8',
      ),
      'etc/acl.conf':
        '{allow, {user, "admin"}, subscribe, ["$SYS/#"]}.\n{deny, all, subscribe, ["$SYS/#", {eq, "#"}]}.\n{allow, all}.\n',
      'data/loaded_plugins':
        '{emqx_management, true}.\n{emqx_dashboard, true}.\n{emqx_retainer, true}.\n{emqx_auth_mnesia, true}.\n',
    });
    const port = portOf(home, 'tcp.external');
    const started = await home.run('emqx', 'start');
    expect([started.code, started.err]).toEqual([0, '']);
    expect(started.out).toMatch(/^Hoopoe \S+ is started successfully!\n$/);
    expect(await home.run('emqx', 'start')).toMatchObject({ code: 1, out: 'Node is already running!\n' });
    expect(await home.run('emqx', 'ping')).toMatchObject({ code: 0, out: 'pong\n' });

    const admin = ['-u', 'admin', '-P', 'your_own_password'];
    const watcher = mosquittoSub(
      port,
      ...admin,
      '-i',
      'w',
      '-t',
      '$SYS/brokers/+/clients/+/connected',
      '-C',
      '1',
      '-W',
      '20',
    );
    const other = mosquittoSub(port, ...admin, '-i', 'admin', '-t', 'a', '-C', '1', '-W', '20');
    // Each client that publishes comes and goes, until both have seen what they wait for.
    const seen = (): boolean => watcher.ended !== undefined && other.ended !== undefined;
    for (let i = 0; i < 200 && !seen(); i++) await mosquittoPub(port, ...admin, '-i', `p${i}`, '-t', 'a', '-m', 'b');
    expect(await watcher.end()).toBe(0);
    expect(JSON.parse(watcher.text)).toMatchObject({ username: 'admin', proto_ver: 4, keepalive: 60, connack: 0 });
    expect(await other.end()).toBe(0);
    // The code is that of EMQX 4.3: a wrong password for a user that is known, and a user that is not.
    expect(await refusal(port, '-u', 'admin', '-P', 'wrong')).toContain('bad user name or password');
    expect(await refusal(port, '-u', 'nobody', '-P', 'wrong')).toContain('not authorised');
    expect(await refusal(port)).toContain('not authorised');

    const restarted = await home.run('emqx', 'restart');
    expect(restarted.out).toMatch(/is stopped: ok\nHoopoe \S+ is started successfully!\n$/);
    expect(await home.run('emqx', 'stop')).toMatchObject({ code: 0, out: 'ok\n', err: '' });
    const again = await home.run('emqx', 'stop');
    expect(again).toEqual({ code: 1, out: '', err: "Node 'emqx@127.0.0.1' not responding to pings.\n" });
    expect(readFileSync(join(home.path, 'data/loaded_modules'), 'utf8')).toBe(
      '{emqx_mod_acl_internal, true}.\n{emqx_mod_presence, true}.\n',
    );
  });

  it.skipIf(lacks('openssl'))('asks for certificates as notes about EMQX set it up', async () => {
    const home = await emptyHome('ssl.external');
    home.write({
      'etc/certs/.keep': '',
      'etc/emqx.conf': `allow_anonymous = true
acl_nomatch = allow
listener.ssl.external = 8883
#双向认证配置
listener.ssl.external.keyfile = etc/certs/server.key
listener.ssl.external.certfile = etc/certs/server.pem
listener.ssl.external.cacertfile = etc/certs/ca.pem
listener.ssl.external.verify = verify_peer
listener.ssl.external.fail_if_no_peer_cert = true
`,
    });
    const certs = join(home.path, 'etc/certs');
    const recipe = `
openssl genrsa -out ca.key 2048
openssl req -x509 -new -nodes -key ca.key -sha256 -days 3650 -subj "/CN=www.xxx.com" -out ca.pem
openssl genrsa -out server.key 2048
openssl req -new -key server.key -out server.csr -subj "/CN=127.0.0.1"
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 3650 -sha256
openssl genrsa -out client.key 2048
openssl req -new -key client.key -out client.csr -subj "/CN=127.0.0.1"
openssl x509 -req -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out client.pem -days 3650 -sha256
`;
    expect(spawnSync('sh', ['-ec', recipe], { cwd: certs }).status).toBe(0);
    expect((await home.run('emqx', 'start')).code).toBe(0);
    const port = portOf(home, 'ssl.external');
    const trust = ['--cafile', join(certs, 'ca.pem'), '--insecure', '-t', 'a', '-m', 'b'];
    await mosquittoPub(port, ...trust, '--cert', join(certs, 'client.pem'), '--key', join(certs, 'client.key'));
    const without = mosquittoPubStarted(port, ...trust);
    expect(await without.end()).not.toBe(0);
  });
});

describe('the commands of EMQX', () => {
  it('say where a mistake is, and start nothing', async () => {
    const home = await emptyHome('tcp.external');
    home.write({ 'etc/emqx.conf': 'allow_anonymus = true\nlistener.tcp.external.zone = external\n' });
    const file = join(home.path, 'etc/emqx.conf');
    const text = `hoopoe: ${file}:1: You've tried to set "allow_anonymus", but there is no setting with that name; did you mean allow_anonymous?\n`;
    expect(await home.run('emqx', 'check_conf')).toEqual({ code: 1, out: '', err: text });
    expect(await home.run('emqx', 'start')).toEqual({ code: 1, out: '', err: text });
    expect(await home.run('emqx', 'console')).toEqual({ code: 1, out: '', err: text });
    home.write({ 'etc/emqx.conf': 'allow_anonymous = true\n' });
    expect(await home.run('emqx', 'check_conf')).toMatchObject({ code: 0, out: `${home.path}/etc/emqx.conf is ok\n` });
  });

  it('have a usage, and say what there is none of', async () => {
    const home = await emptyHome();
    expect(await home.run('emqx')).toMatchObject({ code: 1 });
    expect((await home.run('emqttd', 'help')).out).toMatch(/^Usage: emqttd COMMAND/);
    expect(await home.run('emqx', 'start')).toMatchObject({ code: 1, out: '' });
    expect((await home.run('emqx', 'remote_console')).err).toContain('Erlang');
    expect((await home.run('emqx', 'strat')).err).toContain('there is no command "strat"');
  });
});
