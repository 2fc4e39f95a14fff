/**
 * Keys of the protocol: `mqtt.*` for everybody and `zone.NAME.*` for the listeners of a zone. What becomes of several zones
 * is for `translate/zones.ts` to say.
 */

import {
  bytes,
  count,
  flag,
  type KeyRow,
  list,
  noLimit,
  percent,
  qos,
  text,
  time,
  unusedRows,
  words,
} from '../key-row.ts';
import type { KeyType, KeyValue, Rate } from '../key-values.ts';

const COUNT_MAX = 1_000_000_000;

/** A key that is written `mqtt.NAME` for all zones, `zone.NAME.NAME` for one, or both. */
interface ProtocolKey {
  readonly name: string;
  readonly type: KeyType;
  readonly absent?: string;
  readonly shipped?: string | readonly string[];
  /** Where it stands for all zones; undefined for `zone` alone. */
  readonly global?: string;
  /** The native option, of the broker or of a zone. */
  readonly to?: string;
  readonly native?: KeyRow['native'];
  /** What it does for the listeners of the zone. */
  readonly effect?: string;
  readonly unused?: string;
  readonly unsafe?: true;
}

const perSecond = (value: KeyValue): number => {
  const { amount, seconds } = value as Rate;
  return Math.max(1, Math.floor(amount / seconds));
};

const rate = (of: 'messages' | 'bytes'): KeyType => ({ kind: 'rate', of });

const limitKeys: readonly ProtocolKey[] = [
  { name: 'max_packet_size', type: bytes, absent: '1MB', global: 'mqtt', to: 'limits.packet_bytes_max' },
  {
    name: 'max_clientid_len',
    type: count,
    absent: '65535',
    shipped: '1024',
    global: 'mqtt',
    to: 'limits.client_id_bytes_max',
    native: (value) => Math.min(65_535, Math.max(23, value as number)),
  },
  {
    name: 'max_topic_levels',
    type: count,
    absent: '128',
    shipped: '0',
    global: 'mqtt',
    to: 'limits.topic_levels_max',
    native: noLimit(65_535),
  },
  { name: 'idle_timeout', type: time, absent: '15s', to: 'limits.connect_seconds_max' },
  { name: 'server_keepalive', type: count, to: 'limits.keep_alive_seconds_max' },
  {
    name: 'max_subscriptions',
    type: count,
    absent: '0',
    to: 'limits.subscriptions_per_client_max',
    native: noLimit(COUNT_MAX),
  },
  {
    name: 'max_inflight',
    type: count,
    absent: '32',
    shipped: '128',
    to: 'limits.inflight_max',
    native: noLimit(65_535),
  },
  {
    name: 'max_awaiting_rel',
    type: count,
    absent: '100',
    shipped: '1000',
    to: 'limits.receive_max',
    native: noLimit(65_535),
  },
  {
    name: 'max_mqueue_len',
    type: count,
    absent: '1000',
    shipped: '10000',
    to: 'limits.queued_messages_max',
    native: noLimit(COUNT_MAX),
  },
  {
    name: 'session_expiry_interval',
    type: time,
    absent: '2h',
    shipped: ['120m', '60m'],
    to: 'limits.session_expiry_seconds_below_v5',
  },
  {
    name: 'rate_limit.conn_messages_in',
    type: rate('messages'),
    to: 'limits.messages_per_second_max',
    native: perSecond,
  },
  { name: 'rate_limit.conn_bytes_in', type: rate('bytes'), to: 'limits.bytes_per_second_max', native: perSecond },
];

const offerKeys: readonly ProtocolKey[] = [
  { name: 'max_qos_allowed', type: qos, absent: '2', global: 'mqtt', effect: 'qos_max of the listeners' },
  {
    name: 'max_topic_alias',
    type: count,
    absent: '65535',
    shipped: ['0', '10'],
    global: 'mqtt',
    effect: 'topic_aliases_max of the listeners',
  },
  { name: 'retain_available', type: flag, absent: 'true', global: 'mqtt', to: 'mqtt.retain_available' },
  {
    name: 'wildcard_subscription',
    type: flag,
    absent: 'true',
    global: 'mqtt',
    to: 'mqtt.wildcard_subscriptions_available',
  },
  {
    name: 'shared_subscription',
    type: flag,
    absent: 'true',
    global: 'mqtt',
    to: 'mqtt.shared_subscriptions_available',
  },
  { name: 'response_information', type: text, global: 'mqtt', to: 'mqtt.response_information' },
  {
    name: 'exclusive_subscription',
    type: flag,
    shipped: 'false',
    global: 'mqtt',
    unused: 'there is no $exclusive here',
    unsafe: true,
  },
  {
    name: 'ignore_loop_deliver',
    type: flag,
    absent: 'true',
    shipped: 'false',
    global: 'mqtt',
    to: 'mqtt.echo_below_v5',
    native: (value) => value !== true,
  },
  {
    name: 'strict_mode',
    type: flag,
    shipped: ['false', 'true'],
    global: 'mqtt',
    unused: 'packets are always checked strictly',
  },
];

const zoneKeys: readonly ProtocolKey[] = [
  { name: 'allow_anonymous', type: words('true', 'false', 'false_quick_deny'), effect: 'allow_anonymous of listeners' },
  { name: 'bypass_auth_plugins', type: flag, absent: 'false', effect: 'check_logins of listeners' },
  { name: 'enable_acl', type: flag, absent: 'off', shipped: 'on', effect: 'check_permissions of listeners' },
  {
    name: 'acl_deny_action',
    type: words('ignore', 'disconnect'),
    to: 'mqtt.unauthorized_publish',
    native: (value) => (value === 'disconnect' ? 'disconnect' : 'drop'),
  },
  { name: 'acl_nomatch', type: words('allow', 'deny'), to: 'permissions.unmatched' },
  { name: 'enable_flapping_detect', type: flag, absent: 'off', to: 'flapping.enabled' },
  { name: 'mountpoint', type: text, effect: 'mountpoint of listeners' },
  {
    name: 'use_username_as_clientid',
    type: flag,
    absent: 'false',
    effect: 'client_id_from of listeners',
  },
  { name: 'mqueue_store_qos0', type: flag, absent: 'true', to: 'limits.queue_qos0' },
  { name: 'upgrade_qos', type: flag, absent: 'off', to: 'mqtt.upgrade_qos' },
];

const unusedKeys: readonly ProtocolKey[] = [
  { name: 'enable_ban', type: flag, shipped: ['on', 'off'], unused: 'bans always hold' },
  { name: 'enable_stats', type: flag, shipped: ['on', 'off'], unused: 'counting costs nothing here' },
  {
    name: 'keepalive_backoff',
    type: text,
    shipped: '0.75',
    unused: 'a client is gone after one and a half times its keep alive, as MQTT says',
  },
  {
    name: 'retry_interval',
    type: time,
    shipped: ['30s', '20s', '0'],
    unused: 'messages are sent again when a client comes back, as MQTT 5 demands, and not before',
  },
  {
    name: 'await_rel_timeout',
    type: time,
    shipped: ['300s', '60s', '20s'],
    unused: 'identifiers of QoS 2 are kept until they are released',
  },
  { name: 'mqueue_priorities', type: text, shipped: 'none', unused: 'messages wait in one queue, in their order' },
  {
    name: 'mqueue_default_priority',
    type: words('highest', 'lowest'),
    shipped: ['highest', 'lowest'],
    unused: 'messages wait in one queue, in their order',
  },
  {
    name: 'force_gc_policy',
    type: text,
    shipped: ['16000|16MB', '1000|1MB', '2000|2MB', '32000|32MB', '128000|128MB'],
    unused: 'it is about the Erlang machine',
  },
  {
    name: 'force_shutdown_policy',
    type: text,
    shipped: ['10000|64MB', '8000|800MB', '10000|32MB', '32000|32MB', '8000|8MB', '128000|128MB'],
    unused: 'limits.write_buffer_bytes_max and limits.queued_bytes_max bound what one client costs',
  },
  { name: 'quota.conn_messages_routing', type: rate('messages'), unused: 'there is no quota of messages routed' },
  { name: 'quota.overall_messages_routing', type: rate('messages'), unused: 'there is no quota of messages routed' },
  { name: 'conn_congestion.alarm', type: flag, shipped: ['off', 'on'], unused: 'congestion is counted, not alarmed' },
  {
    name: 'conn_congestion.min_alarm_sustain_duration',
    type: time,
    shipped: '1m',
    unused: 'congestion is counted, not alarmed',
  },
  { name: 'flapping_threshold', type: list, effect: 'flapping.connects_max and flapping.window_seconds' },
  { name: 'max_conn_congestion', type: text, unused: 'congestion is counted, not alarmed' },
];

const protocolKeyList: readonly ProtocolKey[] = [...limitKeys, ...offerKeys, ...zoneKeys, ...unusedKeys];

/** By name. What holds for a zone is looked up here. */
export const protocolKeys: ReadonlyMap<string, ProtocolKey> = new Map(protocolKeyList.map((one) => [one.name, one]));

function rowsOf({ name, global, to, native: _, ...rest }: ProtocolKey): readonly KeyRow[] {
  const effect = rest.effect ?? (to === undefined ? undefined : to);
  const row = { ...rest, ...(effect !== undefined && { effect }) };
  const zoned: KeyRow = { ...row, key: `zone.$z.${name}` };
  return global === undefined ? [zoned] : [{ ...row, key: `${global}.${name}` }, zoned];
}

export const protocolRows: readonly KeyRow[] = [
  ...protocolKeyList.flatMap(rowsOf),
  ...unusedRows('there is no quota of messages routed', [['quota.overall_messages_routing', rate('messages')]]),
  ...unusedRows('EMQTT 2.3 had it', [
    ['mqtt.mqueue.type', words('simple', 'priority'), 'simple'],
    ['mqtt.mqueue.low_watermark', percent, '20%'],
    ['mqtt.mqueue.high_watermark', percent, '60%'],
    ['mqtt.client.max_publish_rate', count, '5'],
    ['mqtt.websocket_protocol_header', flag, ['on', 'off']],
    ['mqtt.websocket_check_upgrade_header', flag, ['on', 'off']],
    ['mqtt.bridge.max_queue_len', count, '10000'],
    ['mqtt.bridge.ping_down_interval', time, '1s'],
    ['mqtt.pubsub.pool_size', count, '8'],
    ['mqtt.pubsub.by_clientid', flag, 'true'],
    ['mqtt.pubsub.async', flag, 'true'],
    ['mqtt.conn.force_gc_count', count, '100'],
  ]),
];
