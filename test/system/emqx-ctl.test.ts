/** `emqx_ctl` and `emqttd_ctl` against a broker that runs: what they print is what people and scripts know. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectedJs } from '../clients/mqttjs.ts';
import { folder, until } from '../listeners/listening.ts';
import { type Said, typed } from './emqx-terminal.ts';
import { startHoopoe } from './executable.ts';

type Call = (name: string, words: string) => Promise<Said>;

function caller(dataDirectory: string): Call {
  return (name, words) => typed(name, words === '' ? [] : words.split(' '), '/', { HOOPOE_DATA_DIR: dataDirectory });
}

const yaml =
  'listeners:\n  tcp: { host: 127.0.0.1, port: 0, allow_anonymous: true }\nmanagement: { port: 0 }\n' +
  'node: { name: emqx@127.0.0.1 }\naccess: { users: { builtin: {} } }\n';

/** What is typed, one after the other, and what comes; ADDRESS is that of the listener. */
const exchanges: readonly (readonly [words: string, out: string])[] = [
  ['clients show nobody', 'Not Found.\n'],
  ['clients kick nobody', 'ok\n'],
  ['subscriptions list', 'c1 -> a/#\n'],
  ['subscriptions add c1 b/1 2', 'ok\n'],
  ['subscriptions add c1 b/1 3', 'QoS should be 0, 1, 2\n'],
  ['subscriptions add nobody b/1 0', 'Error: Channel not found!\n'],
  ['subscriptions show c1', 'c1 -> a/#\nc1 -> b/1\n'],
  ['subscriptions del c1 b/1', 'ok\n'],
  ['subscriptions show nobody', 'Not Found.\n'],
  ['routes list', 'a/# -> emqx@127.0.0.1\n'],
  ['routes show a/#', 'a/# -> emqx@127.0.0.1\n'],
  ['topics show b', 'Not Found.\n'],
  ['cluster status', "Cluster status: #{running_nodes => ['emqx@127.0.0.1'],stopped_nodes => []}\n"],
  [
    'listeners',
    `mqtt:tcp:tcp\n  listen_on       : ADDRESS\n  acceptors       : 1\n  max_conns       : 1000000\n` +
      '  current_conn    : 1\n  shutdown_count  : []\n',
  ],
  ['listeners stop mqtt:tcp:nobody', 'No such listener mqtt:tcp:nobody\n'],
  ['listeners stop mqtt:tcp:tcp', `Stop mqtt:tcp:tcp listener on ADDRESS successfully.\n`],
  ['listeners restart mqtt:tcp:tcp', 'Restarted mqtt:tcp:tcp listener successfully.\n'],
  ['retainer info', 'retained/total: 2\n'],
  ['retainer topics', 'kept/1\nkept/2\n'],
  ['retainer clean kept/1', 'Cleaned 1 retained messages\n'],
  ['retainer clean', 'Cleaned 1 retained messages\n'],
  ['plugins load nobody', 'Load plugin nobody error: not_found.\n'],
  ['plugins reload nobody', "Reload plugin nobody error: The plugin doesn't exist.\n"],
  ['plugins unload emqx_management', 'Plugin emqx_management can not be unloaded.\n'],
  ['modules load emqx_mod_nobody', 'Load module emqx_mod_nobody error: not_found.\n'],
  ['modules reload emqx_mod_presence', 'Module: "emqx_mod_presence" does not need to be reloaded.\n'],
  ['user add ann secret', 'ok\n'],
  ['user add ann secret', 'Error: existed\n'],
  ['user update nobody secret', 'Error: noexisted\n'],
  ['user update ann other', 'ok\n'],
  ['user list', 'ann\n'],
  ['user del ann', 'ok\n'],
  ['user list', ''],
  ['clientid add c9 secret', 'ok\n'],
  ['clientid list', 'c9\n'],
  ['acl add username ann t/# pub allow', 'ok\n'],
  ['acl add clientid c9 t/%c sub deny', 'ok\n'],
  ['acl add _all x pubsub deny', 'ok\n'],
  ['acl add _all x fly deny', 'Error: Input is illegal\n'],
  ['acl show username ann', 'Acl(username = <<"ann">> topic = <<"t/#">> action = pub access = allow)\n'],
  ['acl list _all', 'Acl($all topic = <<"x">> action = pubsub access = deny)\n'],
  [
    'acl list',
    'Acl(clientid = <<"c9">> topic = <<"t/%c">> action = sub access = deny)\n' +
      'Acl(username = <<"ann">> topic = <<"t/#">> action = pub access = allow)\n' +
      'Acl($all topic = <<"x">> action = pubsub access = deny)\n',
  ],
  ['acl del _all x', 'ok\n'],
  ['acl list _all', ''],
  ['acl cache-clean all', 'ACL cache drain start OK\n'],
  ['admins add bob secretpassword', 'ok\n'],
  ['admins add bob secretpassword', 'Error: already existed\n'],
  ['admins passwd nobody secretpassword', '{error,<<"Username Not Found">>}\n'],
  ['admins add eve secretpassword', 'ok\n'],
  ['admins del eve', 'ok\n'],
  ['admins del bob', '1 hoopoe: bob is the only administrator; make another one first\n'],
  ['mgmt lookup nobody', 'Not Found.\n'],
  ['banned add clientid c7 too many', 'ok\n'],
  ['banned del clientid c7', 'ok\n'],
];

test('prints what EMQX prints', async () => {
  const { ports, program, dataDirectory } = await startHoopoe([], { yaml });
  await until(() => program.text.includes('Dashboard'), 'the management interface', 20_000);
  const call = caller(dataDirectory);
  const said = async (words: string): Promise<string> => {
    const { code, out, err } = await call('emqx_ctl', words);
    return code === 0 ? out : `${code} ${err}${out}`;
  };
  const { client } = await connectedJs(`mqtt://127.0.0.1:${ports.get('tcp')}`, { clientId: 'c1', keepalive: 60 });
  await client.subscribeAsync('a/#', { qos: 1 });
  await client.publishAsync('kept/1', 'x', { retain: true, qos: 1 });
  await client.publishAsync('kept/2', 'x', { retain: true, qos: 1 });

  expect(await said('status')).toMatch(/^Node 'emqx@127\.0\.0\.1' \S+ is started\n$/);
  expect((await call('emqttd_ctl', 'status')).out).toMatch(
    /^Node 'emqx@127\.0\.0\.1' is started\nemqttd \(Hoopoe \S+\) is running\n$/,
  );
  expect(await said('broker')).toMatch(
    /^sysdescr {2}: .*\nversion {3}: .*\nuptime {4}: \d+ \w+.*\ndatetime {2}: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n$/,
  );
  expect(await said('broker stats')).toMatch(/^connections\.count {13}: 1$/m);
  expect(await said('broker metrics')).toMatch(/^packets\.connect\.received {6}: 1$/m);
  expect(await said('clients list')).toMatch(
    /^Client\(c1, username=undefined, peername=127\.0\.0\.1:\d+, clean_start=true, keepalive=60, session_expiry_interval=0, subscriptions=1, inflight=0, awaiting_rel=0, delivered_msgs=\d+, enqueued_msgs=0, dropped_msgs=0, connected=true, created_at=\d{13}, connected_at=\d{13}\)\n$/,
  );
  const address = `127.0.0.1:${ports.get('tcp')}`;
  for (const [words, out] of exchanges) {
    expect([words, await said(words)]).toEqual([words, out.replaceAll('ADDRESS', address)]);
  }
  expect(await said('mgmt insert app name')).toMatch(/^AppSecret: \S+$/m);
  expect(await said('clients kick c1')).toBe('ok\n');
  await until(() => !client.connected, 'the end of the client');
});

test('shows its usage for what makes no command, with the exit codes of EMQX', async () => {
  const call = caller(join(folder(), 'data'));
  const help = await call('emqx_ctl', 'help');
  expect(help.code).toBe(0);
  expect(help.out).toMatch(/^Usage: emqx_ctl\n.{110}\nstatus {64}# Show broker status\n/);
  expect((await call('emqx_ctl', '')).out).toBe(help.out);
  expect(await call('emqx_ctl', 'nonsense')).toEqual({ ...help, code: 1 });
  expect(await call('emqx_ctl', '__proto__')).toEqual({ ...help, code: 1 });
  expect(await call('emqx_ctl', 'mnesia')).toMatchObject({ code: 1, out: '' });
  expect(await call('emqx_ctl', 'status')).toEqual({ code: 1, out: '', err: 'ERROR: node_is_not_running!\n' });
  expect(await call('emqx_ctl', 'status --home /nowhere')).toMatchObject({ code: 1, out: '' });
});
