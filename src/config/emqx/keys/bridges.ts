/** Keys of MQTT bridges, `bridge.mqtt.NAME.OPTION` of the plugin emqx_bridge_mqtt. */

import { bytes, count, flag, type KeyRow, list, path, qos, secret, text, time, unusedRows, words } from '../key-row.ts';

const BRIDGE = 'bridge.mqtt.$name';

const protocols: ReadonlyMap<string, string> = new Map([
  ['mqttv3', '3.1'],
  ['mqttv4', '3.1.1'],
  ['mqttv5', '5'],
]);

export const bridgeKeys: readonly KeyRow[] = [
  { key: `${BRIDGE}.address`, type: text, effect: 'bridges.NAME.addresses' },
  {
    key: `${BRIDGE}.proto_ver`,
    type: words(...protocols.keys()),
    absent: 'mqttv4',
    to: 'bridges.$bridge.protocol',
    native: (value) => protocols.get(value as string),
  },
  {
    key: `${BRIDGE}.start_type`,
    type: words('manual', 'auto'),
    absent: 'manual',
    to: 'bridges.$bridge.start',
    native: (value) => (value === 'auto' ? 'automatic' : 'manual'),
  },
  { key: `${BRIDGE}.bridge_mode`, type: flag, absent: 'false', to: 'bridges.$bridge.try_private' },
  { key: `${BRIDGE}.clientid`, type: text, to: 'bridges.$bridge.client_id' },
  { key: `${BRIDGE}.clean_start`, type: flag, absent: 'true', effect: 'bridges.NAME.clean_session' },
  { key: `${BRIDGE}.username`, type: text, to: 'bridges.$bridge.username' },
  { key: `${BRIDGE}.password`, type: secret, to: 'bridges.$bridge.password' },
  { key: `${BRIDGE}.forwards`, type: list, effect: 'bridges.NAME.topics' },
  { key: `${BRIDGE}.forward_mountpoint`, type: text, effect: 'bridges.NAME.topics' },
  { key: `${BRIDGE}.mountpoint`, type: text, effect: 'bridges.NAME.topics' },
  { key: `${BRIDGE}.subscription.$n.topic`, type: text, effect: 'bridges.NAME.topics' },
  { key: `${BRIDGE}.subscription.$n.qos`, type: qos, absent: '1', effect: 'bridges.NAME.topics' },
  { key: `${BRIDGE}.receive_mountpoint`, type: text, effect: 'bridges.NAME.topics' },
  { key: `${BRIDGE}.ssl`, type: flag, absent: 'off', to: 'bridges.$bridge.tls' },
  { key: `${BRIDGE}.cacertfile`, type: path, effect: 'bridges.NAME.ca_file, with ssl = on' },
  { key: `${BRIDGE}.certfile`, type: path, effect: 'bridges.NAME.certificate_file, with ssl = on' },
  { key: `${BRIDGE}.keyfile`, type: path, effect: 'bridges.NAME.key_file, with ssl = on' },
  { key: `${BRIDGE}.keepalive`, type: time, absent: '60s', to: 'bridges.$bridge.keep_alive_seconds' },
  { key: `${BRIDGE}.reconnect_interval`, type: time, absent: '30s', effect: 'bridges.NAME.retry_seconds_min and _max' },
  { key: `${BRIDGE}.max_inflight_size`, type: count, absent: '32', to: 'bridges.$bridge.inflight_max' },
  {
    key: `${BRIDGE}.queue.max_total_size`,
    type: bytes,
    absent: '5GB',
    to: 'bridges.$bridge.queued_bytes_max',
    native: (value) => Math.max(1024, value as number),
  },
  ...unusedRows('messages that wait lie in the store, beside all others', [
    [`${BRIDGE}.queue.replayq_dir`, path, ['data/replayq/emqx_aws_bridge/', 'data/replayq/emqx_bridge_mqtt/']],
    [`${BRIDGE}.queue.replayq_seg_bytes`, bytes, '10MB'],
    [`${BRIDGE}.batch_size`, count, '32'],
  ]),
  ...unusedRows('messages are sent again when the bridge comes back, and not before', [
    [`${BRIDGE}.retry_interval`, time, '20s'],
  ]),
  ...unusedRows('TLS is left to Node.js', [
    [`${BRIDGE}.ciphers`, list],
    [`${BRIDGE}.psk_ciphers`, list],
    [`${BRIDGE}.tls_versions`, list, ['tlsv1.3,tlsv1.2,tlsv1.1,tlsv1', 'tlsv1.2,tlsv1.1,tlsv1']],
    [`${BRIDGE}.verify`, words('verify_peer', 'verify_none')],
    [`${BRIDGE}.server_name_indication`, text],
  ]),
];
