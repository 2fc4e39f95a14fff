/** Every key that EMQX 4.3 documents: it is read, has its default, and does what its row says, or says why it does not. */

import { describe, expect, it } from 'vitest';
import { findOption } from '../../src/config/catalog.ts';
import type { KeyRow } from '../../src/config/emqx/key-row.ts';
import { type KeyType, readKeyValue } from '../../src/config/emqx/key-values.ts';
import { formerKeys } from '../../src/config/emqx/keys/aliases.ts';
import { findKey, keyRows } from '../../src/config/emqx/keys/all.ts';
import { loaded, readHome } from './emqx-homes.ts';

/** What stands for `$name` in a key, so that the key belongs to something that is there. */
const samples: ReadonlyMap<string, string> = new Map([
  ['$z', 'external'],
  ['$id', '1'],
  ['$n', '1'],
  ['**', 'x'],
]);

/** A key of each alternative of a row. */
function keysOfRow({ key }: KeyRow): string[] {
  let keys = [''];
  for (const part of key.split('.')) {
    const words = part.startsWith('$') || part === '**' ? [samples.get(part) ?? 'external'] : part.split('|');
    keys = keys.flatMap((before) => words.map((word) => (before === '' ? word : `${before}.${word}`)));
  }
  return keys;
}

/** A value that is right and not the default. */
function sampleOf(type: KeyType, row: KeyRow): string {
  const { absent } = row;
  switch (type.kind) {
    case 'flag':
      return absent === 'true' || absent === 'on' ? 'off' : 'on';
    case 'word':
      return type.words.find((word) => word !== absent) ?? '';
    case 'integer':
      return absent === String(type.min + 1) ? String(type.min) : String(type.min + 1);
    case 'bytes':
      return '64KB';
    case 'duration':
      return '7s';
    case 'percent':
      return '77%';
    case 'address':
      return '127.0.0.1:7777';
    case 'rate':
      return type.of === 'bytes' ? '100KB,10s' : '100,10s';
    case 'list':
      return listSamples.get(row.key) ?? 'a=b';
    case 'path':
      return 'etc/x.pem';
    case 'text':
    case 'secret':
      return textSamples.get(row.key) ?? 'text';
  }
}

/** A value that no file that is shipped has; undefined where they have all. */
function unusualOf(row: KeyRow): string | undefined {
  const { type, absent, shipped = [] } = row;
  const usual = [absent ?? [], shipped].flat().map((one) => one.replace('true', 'on').replace('false', 'off'));
  switch (type.kind) {
    case 'flag':
      return ['on', 'off'].find((word) => !usual.includes(word));
    case 'word':
      return type.words.find((word) => !usual.includes(word.replace('true', 'on').replace('false', 'off')));
    case 'integer':
      return '3';
    case 'bytes':
      return '65KB';
    default:
      return sampleOf(type, row);
  }
}

const listSamples: ReadonlyMap<string, string> = new Map([['auth.redis.server', '10.0.0.1:6380']]);
const textSamples: ReadonlyMap<string, string> = new Map([
  ['node.name', 'emqx@10.0.0.1'],
  ['auth.pgsql.server', '10.0.0.1:5433'],
  ['auth.mysql.server', '10.0.0.1:3307'],
  ['listener.ws|wss.$name.mqtt_path', '/other'],
]);

const everyPlugin = loaded(
  ...['emqx_auth_mnesia', 'emqx_auth_pgsql', 'emqx_auth_mysql', 'emqx_auth_redis', 'emqx_auth_http', 'emqx_auth_jwt'],
  ...['emqx_bridge_mqtt', 'emqx_psk_file', 'emqx_web_hook'],
);

const listeners = ['tcp', 'ssl', 'ws', 'wss']
  .map((name, index) => `listener.${name}.external = ${2000 + index}\n`)
  .join('');

/** A home directory with one of everything, and one more line. */
function readLine(key: string, line: string): ReturnType<typeof readHome> {
  const bridge = key.startsWith('bridge.')
    ? 'bridge.mqtt.external.address = 10.0.0.1:1883\nbridge.mqtt.external.forwards = a/#\n'
    : '';
  return readHome({ 'etc/emqx.conf': `${listeners}${bridge}${line}\n`, 'data/loaded_plugins': everyPlugin });
}

function read(key: string, value: string): ReturnType<typeof readHome> {
  return readLine(key, `${key} = ${value}`);
}

/** What a key changes natively: paths with their values. */
function effectOf(key: string, value: string): Map<string, string> {
  const before = readLine(key, '').reading.assignments;
  const after = read(key, value);
  expect(after.problems).toEqual([]);
  const changed = new Map<string, string>();
  for (const [path, { value: is }] of after.reading.assignments) {
    const text = JSON.stringify(is);
    if (text !== JSON.stringify(before.get(path)?.value)) changed.set(path, text);
  }
  return changed;
}

describe('rows', () => {
  it.each(keyRows.map((row) => [row.key, row] as const))('%s', (_, row) => {
    const says = [row.to, row.effect, row.unused].filter((one) => one !== undefined);
    expect(says.length, 'says what becomes of it').toBeGreaterThan(0);
    for (const text of [row.absent, ...(typeof row.shipped === 'string' ? [row.shipped] : (row.shipped ?? []))]) {
      if (text !== undefined) expect(readKeyValue(row.type, text), text).toHaveProperty('value');
    }
    for (const key of keysOfRow(row)) expect(findKey(key)?.row.key.split('.').length, key).toBeGreaterThan(0);
  });

  const followers = keyRows.filter(({ to }) => to !== undefined);

  it.each(followers.flatMap((row) => keysOfRow(row).map((key) => [key, row] as const)))('%s follows', (key, row) => {
    const path = (row.to ?? '').replace('$listener', 'x').replace('$bridge', 'x');
    expect(findOption(path), `there is ${row.to}`).toBeDefined();
    const effect = effectOf(key, sampleOf(row.type, row));
    const last = path.replace(/^(listeners|bridges)\.x\./, '');
    expect(
      [...effect.keys()].some((one) => one.endsWith(last)),
      `${last} among ${[...effect.keys()]}`,
    ).toBe(true);
  });

  const unused = keyRows.filter(({ unused: why, unsafe }) => why !== undefined && unsafe === undefined);

  it.each(unused.flatMap((row) => keysOfRow(row).map((key) => [key, row] as const)))(
    '%s changes nothing',
    (key, row) => {
      expect([...effectOf(key, sampleOf(row.type, row))]).toEqual([]);
    },
  );

  it.each(unused.flatMap((row) => keysOfRow(row).map((key) => [key, row] as const)))(
    '%s is said to change nothing, unless nobody misses it',
    (key, row) => {
      const { unused: why, absent, shipped = [], harmless } = row;
      const said = (value: string): string | undefined =>
        read(key, value).warnings.find((text) => text.includes('no effect here'));
      const value = unusualOf(row);
      if (harmless === true) {
        expect(said(value ?? 'on')).toBeUndefined();
        return;
      }
      for (const usual of [absent ?? [], shipped].flat()) expect(said(usual), usual).toBeUndefined();
      if (value !== undefined) expect(said(value)).toContain(`one key has no effect here: ${key} (${why}; `);
    },
  );
});

/** Keys whose effect is no single option: what one writes, and what comes of it natively. */
const effects: readonly (readonly [key: string, value: string, path: string, native: unknown])[] = [
  ['allow_anonymous', 'true', 'listeners.tcp-external.allow_anonymous', 'true'],
  ['zone.external.allow_anonymous', 'true', 'listeners.tcp-external.allow_anonymous', 'true'],
  ['allow_anonymous', 'false_quick_deny', 'logins.require_credentials', true],
  ['acl_nomatch', 'allow', 'permissions.unmatched', 'allow'],
  ['zone.external.acl_nomatch', 'allow', 'permissions.unmatched', 'allow'],
  ['acl_file', 'etc/other.conf', 'access.acl.acl_conf.file', '/opt/emqx/etc/other.conf'],
  ['enable_acl_cache', 'off', 'permissions.cache_entries_max', 0],
  ['acl_cache_max_size', '7', 'permissions.cache_entries_max', 7],
  ['acl_deny_action', 'disconnect', 'mqtt.unauthorized_publish', 'disconnect'],
  ['zone.external.acl_deny_action', 'disconnect', 'mqtt.unauthorized_publish', 'disconnect'],
  ['flapping_detect_policy', '5, 10s, 20s', 'flapping.ban_seconds', 20],
  ['zone.external.flapping_threshold', '6, 10s', 'flapping.connects_max', 6],
  ['auth_order', 'jwt', 'access.jwt.order', 1],
  ['acl_order', 'file', 'access.acl.order', 1],
  ['auth.pgsql.auth_query', 'select 1', 'access.pgsql.postgresql.auth_query', 'select 1'],
  ['auth.pgsql.super_query', 'select 1', 'access.pgsql.postgresql.super_query', 'select 1'],
  ['auth.pgsql.ssl.tls_versions', 'tlsv1.3', 'access.pgsql.postgresql.ssl_version_min', '1.3'],
  ['auth.mysql.ssl_opts.tls_versions', 'tlsv1.3', 'access.mysql.mysql.ssl_version_min', '1.3'],
  ['web.hook.ssl.tls_versions', 'tlsv1.3,tlsv1.2', 'webhook.ssl_version_min', '1.2'],
  ['auth.mysql.auth_query', 'select 1', 'access.mysql.mysql.auth_query', 'select 1'],
  ['auth.mysql.super_query', 'select 1', 'access.mysql.mysql.super_query', 'select 1'],
  ['auth.redis.auth_cmd', 'GET %u', 'access.redis.redis.auth_cmd', 'GET %u'],
  ['auth.redis.super_cmd', 'GET %u', 'access.redis.redis.super_cmd', 'GET %u'],
  ['auth.http.auth_req.headers.x_token', 'abc', 'access.http.http.headers', ['x-token: abc']],
  ['auth.http.acl_req.headers.authorization', 'Bearer x', 'access.http.http.authorization', 'Bearer x'],
  ['mqtt.max_qos_allowed', '1', 'listeners.ws-external.qos_max', 1],
  ['zone.external.max_qos_allowed', '0', 'listeners.ws-external.qos_max', 0],
  ['mqtt.max_topic_alias', '9', 'listeners.tcp-external.topic_aliases_max', 9],
  ['mqtt.ignore_loop_deliver', 'false', 'mqtt.echo_below_v5', true],
  ['zone.external.ignore_loop_deliver', 'false', 'mqtt.echo_below_v5', true],
  ['zone.external.bypass_auth_plugins', 'true', 'listeners.tcp-external.check_logins', false],
  ['zone.external.enable_acl', 'on', 'listeners.tcp-external.check_permissions', true],
  ['zone.external.mountpoint', 'a/', 'listeners.tcp-external.mountpoint', 'a/'],
  ['zone.external.use_username_as_clientid', 'true', 'listeners.tcp-external.client_id_from', 'username'],
  ['listener.tcp.external', '127.0.0.1:3000', 'listeners.tcp-external.port', 3000],
  ['listener.tcp.external.access.1', 'deny all', 'listeners.tcp-external.access', ['deny all']],
  ['listener.tcp.external.peer_cert_as_username', 'cn', 'listeners.tcp-external.proxy_certificates', true],
  ['listener.ssl.external.tls_versions', 'tlsv1.3', 'listeners.ssl-external.tls_version_min', '1.3'],
  [
    'listener.ssl.external.ciphers',
    'TLS_AES_128_GCM_SHA256,AES128-SHA',
    'listeners.ssl-external.ciphers',
    'AES128-SHA',
  ],
  [
    'listener.ssl.external.psk_ciphers',
    'PSK-AES128-CBC-SHA',
    'listeners.ssl-external.psk_file',
    '/opt/emqx/etc/psk.txt',
  ],
  ['listener.wss.external.check_origin_enable', 'false', 'listeners.wss-external.origins', ['*']],
  ['node.data_dir', 'var', 'data.dir', '/opt/emqx/var/hoopoe'],
  ['log.to', 'both', 'log.destinations', ['file', 'stdout']],
  ['log.dir', 'logs', 'log.file', '/opt/emqx/logs/emqx.log'],
  ['log.file', 'broker.log', 'log.file', '/opt/emqx/log/broker.log'],
  ['log.rotation', 'off', 'log.file_bytes_max', 0],
  ['log.rotation.size', '1MB', 'log.file_bytes_max', 1_048_576],
  ['log.rotation.count', '3', 'log.files_max', 3],
  ['log.formatter', 'json', 'log.format', 'json'],
  ['module.presence', 'off', 'presence.enabled', false],
  ['web.hook.rule.client.connected.1', '{"action": "on_client_connected"}', 'webhook.events', ['client.connected']],
  [
    'web.hook.rule.message.publish.1',
    '{"action": "on_message_publish", "topic": "a/#"}',
    'webhook.events',
    ['message.publish a/#'],
  ],
  ['web.hook.headers.x-key', 'abc', 'webhook.headers', ['x-key: abc']],
  ['web.hook.body.encoding_of_payload_field', 'base64', 'webhook.payload_encoding', 'base64'],
  ['web.hook.encode_payload', 'base64', 'webhook.payload_encoding', 'base64'],
  ['retainer.max_retained_messages', '5', 'limits.retained_messages_max', 5],
  ['dashboard.listener.http', '127.0.0.1:9999', 'management.port', 9999],
  ['bridge.mqtt.external.clean_start', 'false', 'bridges.external.clean_session', false],
  ['bridge.mqtt.external.forwards', 'z/#', 'bridges.external.topics', ['"z/#" out 1 "" ""']],
  ['bridge.mqtt.external.forward_mountpoint', 'm/', 'bridges.external.topics', ['"a/#" out 1 "" "m/"']],
  ['bridge.mqtt.external.reconnect_interval', '9s', 'bridges.external.retry_seconds_min', 9],
];

describe('effects', () => {
  it.each(effects)('%s = %s', (key, value, path, native) => {
    const home = read(key, value);
    expect(home.problems).toEqual([]);
    expect(home.value(path)).toEqual(native);
    expect(home.reading.assignments.get(path)?.origin).toMatchObject({ kind: 'file', file: '/opt/emqx/etc/emqx.conf' });
  });
});

/** What holds without the key, where the file that is shipped says otherwise. */
const schemaDefaults: readonly (readonly [key: string, value: string])[] = [
  ['allow_anonymous', 'false'],
  ['acl_nomatch', 'deny'],
  ['zone.external.enable_acl', 'off'],
  ['broker.shared_subscription_strategy', 'round_robin'],
  ['mqtt.ignore_loop_deliver', 'true'],
  ['listener.tcp.external.max_connections', '1024'],
  ['log.level', 'warning'],
];

it.each(schemaDefaults)('without %s, %s holds', (key, value) => {
  expect(findKey(key)?.row.absent).toBe(value);
});

describe('former names', () => {
  it.each([...formerKeys])('%s is %s', (former, current) => {
    const type = findKey(current)?.row.type;
    expect(type).toBeDefined();
    const value = sampleOf(type!, findKey(current)!.row);
    const home = readHome(`${former} = ${value}\n`);
    expect(home.problems).toEqual([]);
    expect(home.keys.isWritten(current)).toBe(true);
  });
});

it('says so where the newest version of TLS is left out, and refuses older ones alone', () => {
  const home = read('auth.redis.ssl.tls_versions', 'tlsv1.2,tlsv1.1');
  expect(home.value('access.redis.redis.ssl_version_min')).toBe('1.2');
  expect(home.warnings.join()).toContain('auth.redis.ssl.tls_versions (TLS 1.3 is spoken as well; ');
  expect(read('auth.redis.ssl.tls_versions', 'tlsv1.1').problems[0]).toContain(
    'auth.redis.ssl.tls_versions: got no version that is spoken here',
  );
});

it('refuses a dashboard for clients with certificates alone, of which it asks none', () => {
  const key = 'dashboard.listener.https.fail_if_no_peer_cert';
  expect(readHome(`${key} = true\n`).problems[0]).toContain(`${key}: cannot be had: no certificate`);
  expect(readHome(`${key} = false\n`).problems).toEqual([]);
});

it('refuses $exclusive, which cannot be had', () => {
  expect(readHome('mqtt.exclusive_subscription = true\n').problems[0]).toContain('cannot be had');
  expect(readHome('mqtt.exclusive_subscription = off\n').problems).toEqual([]);
});
