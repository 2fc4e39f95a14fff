/** Keys of the node, the cluster, remote calls, the log and the monitors. */

import {
  address,
  bytes,
  count,
  flag,
  harmlessRows,
  type KeyRow,
  list,
  path,
  percent,
  secret,
  text,
  time,
  unusedRows,
  words,
} from '../key-row.ts';
import type { KeyValue } from '../key-values.ts';
import { logLevels } from '../log-levels.ts';

const ERLANG = 'it is about the Erlang machine';
const ALONE = 'this broker is alone';

const nodeRows: readonly KeyRow[] = [
  { key: 'node.name', type: text, absent: 'emqx@127.0.0.1', to: 'node.name' },
  { key: 'node.data_dir', type: path, absent: 'data', effect: 'data.dir: the folder hoopoe in it' },
  ...unusedRows('no other node is let in', [
    ['node.cookie', secret, ['emqxsecretcookie', 'emqsecretcookie']],
    ['node.proto_dist', text, 'inet_tcp'],
  ]),
  ...harmlessRows(ERLANG, [
    ['node.heartbeat', flag, 'on'],
    ['node.async_threads', count, '4'],
    ['node.process_limit', count, ['2097152', '2048000', '256000']],
    ['node.max_ports', count, ['1048576', '1024000', '65536']],
    ['node.max_ets_tables', count, ['262144', '256000']],
    ['node.global_gc_interval', time, '15m'],
    ['node.fullsweep_after', count, '1000'],
    ['node.crash_dump', path, ['log/crash.dump', '{{ platform_log_dir }}/crash.dump']],
    ['node.dist_net_ticktime', time, ['120', '60', '120s']],
    ['node.dist_buffer_size', bytes, '8MB'],
    ['node.dist_listen_min', count, '6369'],
    ['node.dist_listen_max', count, ['6369', '6379']],
    ['node.dist_use_interface', text],
    ['node.ssl_dist_optfile', path],
    ['node.backtrace_depth', count, ['23', '16']],
    ['node.kernel_poll', flag],
    ['vm.args', text],
  ]),
];

const clusterRows: readonly KeyRow[] = unusedRows(ALONE, [
  ['cluster.name', text, ['emqxcl', 'emqcl']],
  ['cluster.proto_dist', words('inet_tcp', 'inet6_tcp', 'inet_tls'), 'inet_tcp'],
  ['cluster.discovery', words('manual', 'static', 'mcast', 'dns', 'etcd', 'k8s'), 'manual'],
  ['cluster.autoheal', flag, ['on', 'off']],
  ['cluster.autoclean', time, '5m'],
  ['cluster.static.seeds', list],
  ['cluster.mcast.addr', text],
  ['cluster.mcast.ports', list],
  ['cluster.mcast.iface', text],
  ['cluster.mcast.ttl', count],
  ['cluster.mcast.loop', flag],
  ['cluster.mcast.sndbuf|recbuf|buffer', bytes],
  ['cluster.dns.name', text],
  ['cluster.dns.app', text],
  ['cluster.etcd.server', list],
  ['cluster.etcd.prefix', text],
  ['cluster.etcd.node_ttl', time],
  ['cluster.etcd.ssl.keyfile|certfile|cacertfile', path],
  ['cluster.k8s.apiserver', text],
  ['cluster.k8s.service_name', text],
  ['cluster.k8s.address_type', words('ip', 'dns', 'hostname')],
  ['cluster.k8s.app_name', text],
  ['cluster.k8s.suffix', text],
  ['cluster.k8s.namespace', text],
]);

const rpcRows: readonly KeyRow[] = harmlessRows(ALONE, [
  ['rpc.mode', words('sync', 'async'), 'async'],
  ['rpc.async_batch_size', count, '256'],
  ['rpc.port_discovery', words('manual', 'stateless'), ['stateless', 'manual']],
  ['rpc.driver', words('tcp', 'ssl')],
  ['rpc.certfile|keyfile|cacertfile', path],
  ['rpc.tcp_server_ip', text],
  ['rpc.tcp_server_port', count, ['5369', '5370']],
  ['rpc.tcp_client_port', count, ['5369', '5370']],
  ['rpc.ssl_server_port', count],
  ['rpc.tcp_client_num', count, ['0', '1', '32']],
  ['rpc.connect_timeout', time, '5s'],
  ['rpc.send_timeout', time, '5s'],
  ['rpc.authentication_timeout', time, '5s'],
  ['rpc.call_receive_timeout', time, '15s'],
  ['rpc.socket_keepalive_idle', time, ['900s', '900']],
  ['rpc.socket_keepalive_interval', time, '75s'],
  ['rpc.socket_keepalive_count', count, '9'],
  ['rpc.socket_sndbuf', bytes, '1MB'],
  ['rpc.socket_recbuf', bytes, '1MB'],
  ['rpc.socket_buffer', bytes, '1MB'],
]);

const logRows: readonly KeyRow[] = [
  {
    key: 'log.level',
    type: words(...logLevels.keys()),
    absent: 'warning',
    to: 'log.level',
    native: (value: KeyValue): string => logLevels.get(value as string) ?? 'warn',
  },
  { key: 'log.to', type: words('off', 'file', 'console', 'both'), absent: 'file', effect: 'log destinations' },
  { key: 'log.dir', type: path, absent: 'log', effect: 'the folder of the log file' },
  { key: 'log.file', type: path, absent: 'emqx.log', effect: 'the name of the log file' },
  { key: 'log.rotation', type: flag, absent: 'on', effect: 'rotation of the log file' },
  { key: 'log.rotation.size', type: bytes, absent: '10MB', effect: 'rotation of the log file' },
  { key: 'log.rotation.count', type: count, absent: '5', effect: 'rotation of the log file' },
  { key: 'log.formatter', type: words('text', 'json'), absent: 'text', effect: 'the form of the lines' },
  ...unusedRows('lines have one form', [
    ['log.formatter.text.date.format', text, 'rfc3339'],
    ['log.chars_limit', text, ['-1', '8192', '1024']],
    ['log.max_depth', text, ['100', '20', 'unlimited']],
    ['log.single_line', flag, 'true'],
    ['log.primary_level', words(...logLevels.keys())],
    ['log.debug|info|notice|warning|critical|alert|emergency.file', path],
  ]),
  ...harmlessRows('writing lines never gets in the way of messages here', [
    ['log.sync_mode_qlen', count, '100'],
    ['log.drop_mode_qlen', count, '3000'],
    ['log.flush_qlen', count, '8000'],
    ['log.overload_kill', flag, 'on'],
    ['log.overload_kill_qlen', count, '20000'],
    ['log.overload_kill_mem_size', bytes, '30MB'],
    ['log.overload_kill_restart_after', text, ['5s', 'infinity']],
    ['log.burst_limit', text, ['20000, 1s', 'disabled']],
  ]),
  ...unusedRows('2.3 and 3.4 had several logs, and here is one', [
    ['log.console', words('off', 'file', 'console', 'both'), ['console', 'file']],
    ['log.console.level|file', text, 'error'],
    ['log.error.size|count', text],
    ['log.syslog', flag, 'on'],
    ['log.syslog.level|identity|facility', text, ['error', 'emqttd', 'daemon']],
    ['log.crash', flag, 'on'],
    ['log.crash.file', path, 'log/crash.log'],
    ['log.error.file', path, 'log/error.log'],
    ['log.sasl', text, 'off'],
  ]),
];

const monitorRows: readonly KeyRow[] = harmlessRows(ERLANG, [
  // 2.3 wrote false for never.
  ['sysmon.long_gc', text, ['0', 'false']],
  ['sysmon.long_schedule', text, ['240', '240ms', 'false']],
  ['sysmon.large_heap', bytes, ['8MB', '8M']],
  ['sysmon.busy_port', flag, 'false'],
  ['sysmon.busy_dist_port', flag, 'true'],
  ['os_mon.cpu_check_interval', time, ['60s', '60']],
  ['os_mon.cpu_high_watermark', percent, '80%'],
  ['os_mon.cpu_low_watermark', percent, '60%'],
  ['os_mon.mem_check_interval', time, ['60s', '60']],
  ['os_mon.sysmem_high_watermark', percent, ['70%', '80%']],
  ['os_mon.procmem_high_watermark', percent, '5%'],
  ['vm_mon.check_interval', time, ['30s', '30']],
  ['vm_mon.process_high_watermark', percent, '80%'],
  ['vm_mon.process_low_watermark', percent, '60%'],
]);

const alarmRows: readonly KeyRow[] = unusedRows('alarms are logged, published and kept for a day', [
  ['alarm.actions', list, 'log,publish'],
  ['alarm.size_limit', count, '1000'],
  ['alarm.validity_period', time, '24h'],
]);

const managementListenerKeys: readonly KeyRow[] = [
  { key: 'dashboard.listener.http', type: address, effect: 'management.port' },
  { key: 'dashboard.listener.https', type: address, effect: 'management.port, with TLS' },
  { key: 'dashboard.listener.https.certfile', type: path, effect: 'management.certificate_file' },
  { key: 'dashboard.listener.https.keyfile', type: path, effect: 'management.key_file' },
  ...unusedRows('the first login is admin and public, from this machine alone, and then it has to be changed', [
    ['dashboard.default_user.login', text, 'admin'],
    ['dashboard.default_user.password', secret, 'public'],
  ]),
  { key: 'management.listener.http', type: address, effect: 'management.emqx_api.host and .port' },
  { key: 'management.default_application.id', type: text, effect: 'management.emqx_api.application_id' },
  { key: 'management.default_application.secret', type: secret, effect: 'management.emqx_api.application_secret' },
  ...unusedRows('programs get keys of their own; see docs/api.md', [
    ['management.bootstrap_apps_file', path],
    ['management.bootstrap_user_file', path],
  ]),
  ...unusedRows('the API is served at the port of the dashboard', [
    ['management.listener.https', address],
    ['listener.api.$name', address, ['0.0.0.0:8080', '8080', '127.0.0.1:8080']],
  ]),
  ...harmlessRows('one interface serves both the API and the dashboard, with bounds of its own', [
    ['management.max_row_limit', count, '10000'],
    ['management|dashboard.listener.http|https.acceptors', count, ['2', '4']],
    ['management|dashboard.listener.http|https.max_clients', count, ['512', '100']],
    ['management|dashboard.listener.http|https.backlog', count, '512'],
    ['management|dashboard.listener.http|https.send_timeout', time, '15s'],
    ['management|dashboard.listener.http|https.send_timeout_close', flag, 'on'],
    ['management|dashboard.listener.http|https.inet6', flag, 'false'],
    ['management|dashboard.listener.http|https.ipv6_v6only', flag, 'false'],
    ['dashboard|management.listener.https.cacertfile', path],
    ['dashboard|management.listener.https.dhfile', path],
    ['management.listener.https.certfile|keyfile', path],
    ['dashboard|management.listener.https.verify', words('verify_peer', 'verify_none')],
    ['dashboard|management.listener.https.fail_if_no_peer_cert', flag],
    ['dashboard|management.listener.https.tls_versions', list],
    ['dashboard|management.listener.https.ciphers', list],
    ['dashboard|management.listener.https.secure_renegotiate', flag],
    ['dashboard|management.listener.https.reuse_sessions', flag],
    ['dashboard|management.listener.https.honor_cipher_order', flag],
    ['listener.api.$name.acceptors|max_clients|max_connections', count],
  ]),
];

export const nodeKeys: readonly KeyRow[] = [
  ...nodeRows,
  ...clusterRows,
  ...rpcRows,
  ...logRows,
  ...monitorRows,
  ...alarmRows,
  ...managementListenerKeys,
];
