/**
 * Every option of Mosquitto 2.0.20 and the older ones: it is read, its default is Mosquitto's, and it has the effect that
 * its row says, or says that it has none.
 */

import { describe, expect, it } from 'vitest';
import { findOption } from '../../src/config/catalog.ts';
import { findKeyword, keywordNames, keywords } from '../../src/config/mosquitto/keywords.ts';
import { readConf } from './mosquitto-reading.ts';

const LISTEN = 'listener 1884 127.0.0.1\n';
const TLS = `${LISTEN}certfile c.pem\nkeyfile k.pem\n`;
const L = 'listeners.listener-1884.';
const BRIDGE = 'connection Pump One\naddress broker.example\ntopic a/# out\n';
const B = 'bridges.pump-one.';

/** Lines, the option that they set, and its value; with the value that holds without the line of the keyword. */
type Case = readonly [keyword: string, before: string, line: string, path: string, value: unknown, without: unknown];

const general: readonly Case[] = [
  ['max_inflight_messages', '', 'max_inflight_messages 5', 'limits.inflight_max', 5, 20],
  ['max_inflight_messages', '', 'max_inflight_messages 0', 'limits.receive_max', 65_535, 20],
  ['max_inflight_bytes', '', 'max_inflight_bytes 5', 'limits.inflight_bytes_max', 5, 0],
  ['max_queued_messages', '', 'max_queued_messages 100', 'limits.queued_messages_max', 100, 1000],
  ['max_queued_messages', '', 'max_queued_messages 0', 'limits.queued_messages_max', 1_000_000_000, 1000],
  ['max_queued_bytes', '', 'max_queued_bytes 5000', 'limits.queued_bytes_max', 5000, Number.MAX_SAFE_INTEGER],
  ['max_keepalive', '', 'max_keepalive 600', 'limits.keep_alive_seconds_max', 600, 0],
  ['max_packet_size', '', 'max_packet_size 2000', 'limits.packet_bytes_max', 2000, 268_435_460],
  ['max_packet_size', '', 'max_packet_size 20', 'limits.packet_bytes_max', 20, 268_435_460],
  ['message_size_limit', '', 'message_size_limit 100', 'limits.payload_bytes_max', 100, 0],
  [
    'persistent_client_expiration',
    '',
    'persistent_client_expiration 2m',
    'limits.session_expiry_seconds_max',
    60 * 86_400,
    0xffffffff,
  ],
  [
    'allow_duplicate_messages',
    '',
    'allow_duplicate_messages true',
    'mqtt.overlapping_subscriptions',
    'copy_each',
    'copy_each_mqtt5',
  ],
  ['queue_qos0_messages', '', 'queue_qos0_messages true', 'limits.queue_qos0', true, false],
  ['retain_available', '', 'retain_available false', 'mqtt.retain_available', false, true],
  ['upgrade_outgoing_qos', '', 'upgrade_outgoing_qos true', 'mqtt.upgrade_qos', true, false],
  ['set_tcp_nodelay', LISTEN, 'set_tcp_nodelay true', `${L}no_delay`, true, false],
  ['sys_interval', '', 'sys_interval 3', 'sys.mosquitto_seconds', 3, 10],
  ['sys_interval', '', 'sys_interval 0', 'sys.tree', 'off', 'mosquitto'],
  ['clientid_prefixes', '', 'clientid_prefixes secure-', 'mqtt.client_id_prefix', 'secure-', ''],
  ['persistence', '', 'persistence true', 'durability.mode', 'relaxed', 'memory'],
  ['retained_persistence', '', 'retained_persistence 1', 'durability.mode', 'relaxed', 'memory'],
  [
    'persistence_file',
    'persistence true\n',
    'persistence_file x.db',
    'durability.copy_file',
    '/work-folder/x.db',
    '/work-folder/mosquitto.db',
  ],
  [
    'persistence_location',
    'persistence true\n',
    'persistence_location /var/lib/mosquitto/',
    'durability.copy_file',
    '/var/lib/mosquitto/mosquitto.db',
    '/work-folder/mosquitto.db',
  ],
  [
    'persistence_location',
    'persistence true\n',
    'persistence_location /var/lib/mosquitto/',
    'data.dir',
    '/var/lib/mosquitto/mosquitto.db.hoopoe',
    '/work-folder/mosquitto.db.hoopoe',
  ],
  ['log_type', '', 'log_type error\nlog_type none\nlog_type debug', 'log.types', ['error', 'debug'], []],
  ['log_dest', '', 'log_dest stdout\nlog_dest none\nlog_dest syslog', 'log.destinations', ['syslog'], ['stderr']],
  ['log_dest', '', 'log_dest none', 'log.destinations', ['none'], ['stderr']],
  ['log_dest', '', 'log_dest file /var/log/a b.log', 'log.file', '/var/log/a b.log', undefined],
  ['log_facility', '', 'log_facility 5', 'log.syslog_facility', 'local5', 'daemon'],
  ['log_timestamp', '', 'log_timestamp false', 'log.timestamp', false, true],
  ['log_timestamp_format', '', 'log_timestamp_format %H:%M', 'log.timestamp_format', '%H:%M', undefined],
  ['connection_messages', '', 'connection_messages false', 'log.connections', false, true],
  ['user', '', 'user nobody', 'process.user', 'nobody', undefined],
  ['pid_file', '', 'pid_file /run/m.pid', 'process.pid_file', '/run/m.pid', undefined],
];

const security: readonly Case[] = [
  ['allow_anonymous', LISTEN, 'allow_anonymous true', `${L}allow_anonymous`, 'true', 'false'],
  ['allow_anonymous', '', 'allow_anonymous false', 'listeners.local-1883.allow_anonymous', 'false', 'true'],
  ['allow_zero_length_clientid', LISTEN, 'allow_zero_length_clientid false', `${L}empty_client_ids`, false, true],
  ['auto_id_prefix', LISTEN, 'auto_id_prefix x-', `${L}assigned_client_id_prefix`, 'x-', 'auto-'],
  ['acl_file', LISTEN, 'acl_file acl', 'access.acl.acl_file.file', '/work-folder/acl', undefined],
  ['password_file', LISTEN, 'password_file /p', 'access.users.password_file.file', '/p', undefined],
  ['psk_file', `${LISTEN}psk_hint h\n`, 'psk_file keys', `${L}psk_file`, '/work-folder/keys', undefined],
  ['psk_file', TLS, 'psk_file keys', `${L}tls_version_max`, '1.2', undefined],
  [
    'plugin_opt_config_file',
    `${LISTEN}plugin /usr/lib/mosquitto_dynamic_security.so\n`,
    'plugin_opt_config_file d.json',
    'access.dynsec.dynamic_security.file',
    '/work-folder/d.json',
    undefined,
  ],
  [
    'auth_opt_config_file',
    `${LISTEN}auth_plugin mosquitto_dynamic_security.so\n`,
    'auth_opt_config_file d.json',
    'access.dynsec.dynamic_security.file',
    '/work-folder/d.json',
    undefined,
  ],
];

const listener: readonly Case[] = [
  ['listener', '', 'listener 1884 127.0.0.1 # inside', `${L}host`, '127.0.0.1', undefined],
  ['listener', '', 'listener 1884', `${L}host`, '*', undefined],
  ['listener', '', 'listener 0 /run/x y.sock', 'listeners.socket.socket', '/run/x y.sock', undefined],
  ['port', '', 'port 1885', 'listeners.listener-1885.port', 1885, undefined],
  ['bind_address', '', 'bind_address 10.0.0.1', 'listeners.listener-1883.host', '10.0.0.1', undefined],
  ['bind_interface', 'listener 1884\n', 'bind_interface eth7', `${L}host`, '10.1.2.3', '*'],
  ['socket_domain', 'listener 1884\n', 'socket_domain ipv6', `${L}host`, '::', '*'],
  ['socket_domain', 'listener 1884\n', 'socket_domain ipv4', `${L}host`, '0.0.0.0', '*'],
  ['protocol', LISTEN, 'protocol websockets', `${L}transport`, 'ws', 'tcp'],
  ['protocol', TLS, 'protocol websockets', `${L}transport`, 'wss', 'tls'],
  ['protocol', LISTEN, 'protocol websockets', `${L}path`, '*', '/mqtt'],
  ['http_dir', `${LISTEN}protocol websockets\n`, 'http_dir www', `${L}http_dir`, '/work-folder/www', undefined],
  ['max_connections', LISTEN, 'max_connections 7', `${L}connections_max`, 7, 1_000_000_000],
  ['max_connections', LISTEN, 'max_connections -1', `${L}connections_max`, 1_000_000_000, 1_000_000_000],
  ['max_qos', LISTEN, 'max_qos 1', `${L}qos_max`, 1, 2],
  ['maximum_qos', LISTEN, 'maximum_qos 0', `${L}qos_max`, 0, 2],
  ['max_topic_alias', LISTEN, 'max_topic_alias 0', `${L}topic_aliases_max`, 0, 10],
  ['mount_point', LISTEN, 'mount_point site/', `${L}mountpoint`, 'site/', ''],
  ['use_username_as_clientid', LISTEN, 'use_username_as_clientid true', `${L}client_id_from`, 'username', undefined],
  ['certfile', `${LISTEN}keyfile k\n`, 'certfile c', `${L}certificate_file`, '/work-folder/c', undefined],
  ['keyfile', `${LISTEN}certfile c\n`, 'keyfile k', `${L}key_file`, '/work-folder/k', undefined],
  ['cafile', `${TLS}require_certificate true\n`, 'cafile ca', `${L}ca_file`, '/work-folder/ca', undefined],
  ['capath', `${TLS}require_certificate true\n`, 'capath ca', `${L}ca_path`, '/work-folder/ca', undefined],
  // Authorities alone are no reason to ask for certificates.
  ['cafile', TLS, 'cafile ca', `${L}ca_file`, undefined, undefined],
  ['require_certificate', `${TLS}cafile ca\n`, 'require_certificate true', `${L}require_certificate`, true, false],
  ['crlfile', `${TLS}cafile ca\nrequire_certificate true\n`, 'crlfile r', `${L}crl_file`, '/work-folder/r', undefined],
  ['ciphers', TLS, 'ciphers A:B', `${L}ciphers`, 'A:B', undefined],
  ['ciphers_tls1.3', TLS, 'ciphers_tls1.3 T', `${L}ciphers_tls13`, 'T', undefined],
  ['dhparamfile', TLS, 'dhparamfile d', `${L}dh_file`, '/work-folder/d', undefined],
  ['tls_version', TLS, 'tls_version tlsv1.3', `${L}tls_version_min`, '1.3', '1.2'],
  ['psk_hint', `psk_file k\n${LISTEN}`, 'psk_hint hi', `${L}psk_hint`, 'hi', undefined],
  ['psk_hint', `psk_file k\n${LISTEN}`, 'psk_hint hi', `${L}transport`, 'tls', 'tcp'],
  [
    'use_identity_as_username',
    `${TLS}cafile ca\nrequire_certificate true\n`,
    'use_identity_as_username true',
    `${L}username_from`,
    'common_name',
    undefined,
  ],
  [
    'use_identity_as_username',
    `psk_file k\n${LISTEN}psk_hint h\n`,
    'use_identity_as_username true',
    `${L}username_from`,
    'psk_identity',
    undefined,
  ],
  [
    'use_subject_as_username',
    `${TLS}cafile ca\nrequire_certificate true\n`,
    'use_subject_as_username true',
    'access.x509-listener-1884.x509.username',
    'subject',
    undefined,
  ],
];

const bridge: readonly Case[] = [
  ['connection', '', BRIDGE, `${B}client_id`, 'pump.Pump One', undefined],
  [
    'address',
    'connection b\ntopic a\n',
    'address one two:1 ::1:1884 # x',
    'bridges.b.addresses',
    ['one:1883', 'two:1', '[::1]:1884'],
    [],
  ],
  ['addresses', 'connection b\ntopic a\n', 'addresses one', 'bridges.b.addresses', ['one:1883'], []],
  ['topic', BRIDGE, 'topic b/+ both 2 l/ r/', `${B}topics`, ['a/# out', 'b/+ both 2 l/ r/'], ['a/# out']],
  ['bridge_attempt_unsubscribe', BRIDGE, 'bridge_attempt_unsubscribe false', `${B}unsubscribe`, false, true],
  ['bridge_bind_address', BRIDGE, 'bridge_bind_address 10.0.0.1', `${B}bind_address`, '10.0.0.1', undefined],
  ['bridge_max_packet_size', BRIDGE, 'bridge_max_packet_size 1000', `${B}packet_bytes_max`, 1000, 0],
  ['bridge_outgoing_retain', BRIDGE, 'bridge_outgoing_retain false', `${B}outgoing_retain`, false, true],
  ['bridge_protocol_version', BRIDGE, 'bridge_protocol_version mqttv50', `${B}protocol`, '5', '3.1.1'],
  ['cleansession', BRIDGE, 'cleansession true', `${B}clean_session`, true, false],
  ['local_cleansession', BRIDGE, 'local_cleansession true', `${B}local_clean_session`, true, undefined],
  ['remote_clientid', BRIDGE, 'remote_clientid r', `${B}client_id`, 'r', 'pump.Pump One'],
  ['clientid', BRIDGE, 'clientid r', `${B}client_id`, 'r', 'pump.Pump One'],
  ['local_clientid', BRIDGE, 'local_clientid l', `${B}local_client_id`, 'l', undefined],
  ['local_username', BRIDGE, 'local_username u', `${B}local_username`, 'u', undefined],
  ['remote_username', BRIDGE, 'remote_username u v', `${B}username`, 'u v', undefined],
  ['username', BRIDGE, 'username u', `${B}username`, 'u', undefined],
  ['remote_password', BRIDGE, 'remote_password p q', `${B}password`, 'p q', undefined],
  ['password', BRIDGE, 'password p', `${B}password`, 'p', undefined],
  ['keepalive_interval', BRIDGE, 'keepalive_interval 2', `${B}keep_alive_seconds`, 5, 60],
  ['idle_timeout', BRIDGE, 'idle_timeout 7', `${B}idle_seconds`, 7, 60],
  ['threshold', BRIDGE, 'threshold 3', `${B}threshold`, 3, 10],
  ['restart_timeout', BRIDGE, 'restart_timeout 9', `${B}retry_seconds_max`, 9, 30],
  ['restart_timeout', BRIDGE, 'restart_timeout 9 90', `${B}retry_seconds_max`, 90, 30],
  ['restart_timeout', BRIDGE, 'restart_timeout 9 90', `${B}retry_seconds_min`, 9, 5],
  ['round_robin', BRIDGE, 'round_robin true', `${B}round_robin`, true, false],
  ['start_type', BRIDGE, 'start_type lazy', `${B}start`, 'lazy', 'automatic'],
  ['try_private', BRIDGE, 'try_private false', `${B}try_private`, false, true],
  ['notifications', BRIDGE, 'notifications false', `${B}notifications`, false, true],
  ['notifications_local_only', BRIDGE, 'notifications_local_only true', `${B}notifications_local_only`, true, false],
  ['notification_topic', BRIDGE, 'notification_topic a/b', `${B}notification_topic`, 'a/b', undefined],
  ['bridge_cafile', BRIDGE, 'bridge_cafile c', `${B}ca_file`, '/work-folder/c', undefined],
  ['bridge_capath', BRIDGE, 'bridge_capath c', `${B}ca_folder`, '/work-folder/c', undefined],
  [
    'bridge_certfile',
    `${BRIDGE}bridge_keyfile k\n`,
    'bridge_certfile c',
    `${B}certificate_file`,
    '/work-folder/c',
    undefined,
  ],
  ['bridge_keyfile', `${BRIDGE}bridge_certfile c\n`, 'bridge_keyfile c', `${B}key_file`, '/work-folder/c', undefined],
  ['bridge_alpn', BRIDGE, 'bridge_alpn mqtt', `${B}alpn`, 'mqtt', undefined],
  ['bridge_insecure', BRIDGE, 'bridge_insecure true', `${B}check_host_name`, false, true],
  ['bridge_tls_version', BRIDGE, 'bridge_tls_version tlsv1.3', `${B}tls_version_min`, '1.3', '1.2'],
  ['bridge_identity', `${BRIDGE}bridge_psk 00\n`, 'bridge_identity i', `${B}psk_identity`, 'i', undefined],
  ['bridge_psk', `${BRIDGE}bridge_identity i\n`, 'bridge_psk 00ff', `${B}psk`, '00ff', undefined],
];

/** Lines that the operator is told of, with a part of what is said; the broker starts. */
const warned: readonly (readonly [keyword: string, text: string, said: string])[] = [
  ['memory_limit', 'memory_limit 5', 'memory_limit has no counterpart'],
  ['retry_interval', 'retry_interval 20', 'retry_interval is no longer available'],
  ['retry_interval', 'retry_interval', 'retry_interval is no longer available'],
  ['store_clean_interval', 'store_clean_interval 10', 'store_clean_interval is no longer available'],
  ['http_dir', `${LISTEN}http_dir /x`, 'http_dir has no effect without protocol websockets'],
  ['tls_engine', `${TLS}tls_engine pkcs11`, 'tls_engine has no counterpart'],
  ['tls_version', `${TLS}tls_version tlsv1.1`, 'TLS 1.1, which can be broken, is the oldest'],
  ['tls_version', `${TLS}tls_version tlsv1`, 'TLS 1.1, which can be broken, is the oldest'],
  ['max_queued_messages', 'max_queued_messages 12abc', 'is read as 12'],
  ['log_dest', 'log_dest dlt', 'log_dest dlt has no counterpart'],
];

/** Lines with which the broker does not start. */
const refused: readonly (readonly [keyword: string, text: string, said: string])[] = [
  ['bridge_certfile', `${BRIDGE}bridge_certfile c`, 'mosquitto.conf:4: bridge_certfile needs bridge_keyfile as well'],
  ['bridge_keyfile', `${BRIDGE}bridge_keyfile k`, 'mosquitto.conf:4: bridge_keyfile needs bridge_certfile as well'],
  ['bridge_identity', `${BRIDGE}bridge_identity i`, 'mosquitto.conf:4: bridge_identity needs bridge_psk as well'],
  ['bridge_psk', `${BRIDGE}bridge_psk 00`, 'mosquitto.conf:4: bridge_psk needs bridge_identity as well'],
  ['tls_engine_kpass_sha1', `${TLS}tls_engine_kpass_sha1 ab`, 'mosquitto.conf:4: tls_engine_kpass_sha1'],
  ['tls_keyform', `${TLS}tls_keyform engine`, 'mosquitto.conf:4: tls_keyform cannot be engine'],
  ['bridge_require_ocsp', `${BRIDGE}bridge_require_ocsp true`, 'mosquitto.conf:4: bridge_require_ocsp'],
  ['mount_point', 'port 1884\nmount_point a/', 'mosquitto.conf:2: mount_point needs a listener line before it'],
  ['max_packet_size', 'max_packet_size 19', 'mosquitto.conf:1: Invalid max_packet_size value (19)'],
  ['plugin', 'plugin /x/go-auth.so', 'mosquitto.conf:1: Unable to load plugin'],
  ['plugin', 'plugin mosquitto_dynamic_security.so', 'needs a line plugin_opt_config_file'],
];

/** Lines that say nothing here and are harmless. */
const harmless: readonly (readonly [keyword: string, text: string])[] = [
  ['check_retain_source', 'check_retain_source false'],
  ['websockets_log_level', 'websockets_log_level 255'],
  ['websockets_headers_size', 'websockets_headers_size 4096'],
  ['autosave_interval', 'autosave_interval 60'],
  ['autosave_on_changes', 'autosave_on_changes true'],
  ['local_password', `${BRIDGE}local_password p`],
  ['tls_keyform', `${TLS}tls_keyform pem`],
  ['bridge_require_ocsp', `${BRIDGE}bridge_require_ocsp false`],
  [
    'auth_plugin_deny_special_chars',
    'plugin mosquitto_dynamic_security.so\nplugin_opt_config_file f\nauth_plugin_deny_special_chars false',
  ],
];

/** Those with tests of their own in mosquitto-dialect.test.ts. */
const elsewhere: readonly string[] = [...['include_dir', 'per_listener_settings']];

const cases = [...general, ...security, ...listener, ...bridge];

describe('options of mosquitto.conf', () => {
  it.each(cases)('%s: %s %s', (_keyword, before, line, path, value, without) => {
    const read = readConf(before + line);
    expect(read.problems).toEqual([]);
    expect(read.warnings).toEqual([]);
    expect(read.value(path)).toEqual(value);
    expect(readConf(before).value(path)).toEqual(without);
  });

  it.each(warned)('%s is told of: %s', (_keyword, text, said) => {
    const { problems, warnings } = readConf(text);
    expect(problems).toEqual([]);
    expect(warnings.join('\n')).toContain(said);
  });

  it.each(refused)('%s stops the start: %s', (_keyword, text, said) => {
    expect(readConf(text).problems.join('\n')).toContain(said);
  });

  it.each(harmless)('%s is read and changes nothing: %s', (_keyword, text) => {
    const { problems, warnings } = readConf(text);
    expect(problems).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it('are all tried here', () => {
    const tried = new Set([...cases, ...warned, ...refused, ...harmless].map(([keyword]) => keyword).concat(elsewhere));
    for (const name of ['plugin_opt_config_file', 'auth_opt_config_file', 'plugin', 'auth_plugin']) tried.add(name);
    expect(keywordNames.filter((name) => !tried.has(name))).toEqual([]);
    expect([...tried].filter((name) => findKeyword(name) === undefined)).toEqual([]);
  });

  it('name options that exist', () => {
    const unknown = keywords
      .flatMap(({ paths }) => paths)
      .filter((path) => findOption(path.replace('NAME', 'x')) === undefined);
    expect(unknown).toEqual([]);
  });

  it('that mean nothing say why', () => {
    const silent = keywords.filter(
      ({ effect, note, paths }) => note === undefined && paths.length === 0 && effect !== 'meaning',
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});
