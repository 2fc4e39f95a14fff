/** Keys of the broker itself, its modules, its retained messages, and plugins that have no part of their own here. */

import {
  bytes,
  count,
  flag,
  harmlessRows,
  type KeyRow,
  noLimit,
  path,
  qos,
  text,
  time,
  unusedRows,
  words,
} from '../key-row.ts';
import type { KeyValue } from '../key-values.ts';

const strategies: ReadonlyMap<string, string> = new Map([
  ['random', 'random'],
  ['round_robin', 'round_robin'],
  ['sticky', 'sticky'],
  ['hash', 'hash_client'],
  ['hash_clientid', 'hash_client'],
  ['hash_topic', 'hash_topic'],
  // On one node every subscriber is local.
  ['local', 'random'],
]);

const brokerRows: readonly KeyRow[] = [
  { key: 'broker.sys_interval', type: time, absent: '1m', to: 'sys.emqx_seconds' },
  { key: 'broker.sys_heartbeat', type: time, absent: '30s', to: 'sys.heartbeat_seconds' },
  {
    key: 'broker.shared_subscription_strategy',
    type: words(...strategies.keys()),
    absent: 'round_robin',
    shipped: 'random',
    to: 'shared_subscriptions.strategy',
    native: (value: KeyValue) => strategies.get(value as string),
  },
  {
    key: 'broker.$group.shared_subscription_strategy',
    type: words(...strategies.keys()),
    unused: 'one strategy holds for all groups',
  },
  ...unusedRows('a message for a group waits for the acknowledgement of its member anyway', [
    ['broker.shared_dispatch_ack_enabled', flag, ['false', 'off']],
  ]),
  ...unusedRows('a session that goes on in another connection is told as disconnected and connected', [
    ['broker.client_disconnect_discarded', flag, 'off'],
    ['broker.client_disconnect_takeovered', flag, 'off'],
  ]),
  ...harmlessRows('this broker is alone', [
    ['broker.enable_session_registry', flag, 'on'],
    ['broker.session_locking_strategy', words('local', 'leader', 'quorum', 'all', 'one'), 'quorum'],
    ['broker.route_batch_clean', flag, ['off', 'on']],
    ['broker.perf.route_lock_type', words('key', 'tab', 'global'), 'key'],
    ['broker.perf.trie_compaction', flag, 'true'],
  ]),
];

const folderRows: readonly KeyRow[] = [
  { key: 'plugins.etc_dir', type: path, absent: 'etc/plugins', effect: 'where the files of plugins are' },
  { key: 'plugins.loaded_file', type: path, absent: 'data/loaded_plugins', effect: 'which plugins are loaded' },
  { key: 'modules.loaded_file', type: path, absent: 'data/loaded_modules', effect: 'which modules are loaded' },
  { key: 'plugins.expand_plugins_dir', type: path, shipped: 'plugins/', unused: 'Erlang plugins cannot run here' },
];

const moduleRows: readonly KeyRow[] = [
  { key: 'module.presence.qos', type: qos, absent: '1', to: 'presence.qos' },
  { key: 'module.subscription.$n.topic', type: text, effect: 'a subscription of every client' },
  { key: 'module.subscription.$n.qos', type: qos, absent: '0', effect: 'the same' },
  { key: 'module.subscription.$n.nl', type: words('0', '1'), absent: '0', effect: 'the same' },
  { key: 'module.subscription.$n.rap', type: words('0', '1'), absent: '0', effect: 'the same' },
  { key: 'module.subscription.$n.rh', type: qos, absent: '0', effect: 'the same' },
  { key: 'module.rewrite.rule.$n', type: text, effect: 'a rule of the topic rewrite' },
  { key: 'module.rewrite.pub|sub.rule.$n', type: text, effect: 'a rule of the topic rewrite' },
  // 3.4 had switches where 4.3 has data/loaded_modules.
  { key: 'module.presence', type: flag, effect: 'presence.enabled' },
  { key: 'module.subscription', type: flag, effect: 'the module emqx_mod_subscription' },
  { key: 'module.rewrite', type: flag, effect: 'the module emqx_mod_rewrite' },
];

const retainerRows: readonly KeyRow[] = [
  {
    key: 'retainer.max_retained_messages',
    type: count,
    absent: '0',
    effect: 'limits.retained_messages_max; none where the plugin is not loaded',
    native: noLimit(1_000_000_000),
  },
  {
    key: 'retainer.storage_type',
    type: words('ram', 'disc', 'disc_only'),
    shipped: ['ram', 'disc'],
    unused: 'retained messages are always on disk',
  },
  {
    key: 'retainer.max_payload_size',
    type: bytes,
    shipped: ['1MB', '64KB'],
    unused: 'limits.packet_bytes_max bounds them',
  },
  { key: 'retainer.expiry_interval', type: time, shipped: '0', unused: 'messages say themselves when they expire' },
  {
    key: 'retainer.stop_publish_clear_msg',
    type: flag,
    shipped: 'false',
    unused: 'the message that clears is sent to subscribers, as MQTT says',
  },
];

/** Families of keys of plugins; `**` stands for whatever follows. */
const pluginFamilies: readonly (readonly [prefix: string, why: string, harmless?: true])[] = [
  ['coap', 'there is no CoAP gateway here'],
  ['lwm2m', 'there is no LwM2M gateway here'],
  ['mqtt.sn', 'there is no MQTT-SN gateway here'],
  ['stomp', 'there is no STOMP gateway here'],
  ['exproto', 'there is no ExProto gateway here'],
  ['exhook', 'there is no ExHook here; a plugin in JavaScript does the same'],
  ['rule_engine', 'there is no rule engine here', true],
  ['prometheus', 'figures are fetched at /metrics'],
  ['telemetry', 'nothing is reported to anybody', true],
  ['recon', 'it is about the Erlang machine', true],
  ['luahook', 'there is no Lua here'],
  ['sasl', 'SCRAM uses the built-in users'],
];

const pluginRows: readonly KeyRow[] = pluginFamilies.map(([prefix, unused, harmless]) => ({
  key: `${prefix}.**`,
  type: text,
  unused,
  ...(harmless && { harmless }),
}));

export const brokerKeys: readonly KeyRow[] = [
  ...brokerRows,
  ...folderRows,
  ...moduleRows,
  ...retainerRows,
  ...pluginRows,
];
