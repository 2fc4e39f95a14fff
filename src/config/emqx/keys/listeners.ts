/** Keys of listeners: `listener.TRANSPORT.NAME` is the address, `listener.TRANSPORT.NAME.OPTION` the rest. */

import {
  address,
  bytes,
  count,
  flag,
  harmlessRows,
  type KeyRow,
  list,
  path,
  secret,
  text,
  time,
  unusedRows,
  words,
} from '../key-row.ts';
import type { KeyValue } from '../key-values.ts';

const ANY = 'listener.tcp|ssl|ws|wss.$name';
const SECURE = 'listener.ssl|wss.$name';
const WEB = 'listener.ws|wss.$name';

const identities: ReadonlyMap<string, string> = new Map([
  ['cn', 'common_name'],
  ['dn', 'subject'],
  ['crt', 'der'],
  ['pem', 'pem'],
  ['md5', 'md5'],
]);

const identity = (value: KeyValue): string => identities.get(value as string) ?? 'common_name';

const allRows: readonly KeyRow[] = [
  { key: ANY, type: address, effect: 'a listener with this address' },
  { key: `${ANY}.zone`, type: text, absent: 'external', effect: 'the zone whose values hold for its clients' },
  {
    key: `${ANY}.max_connections`,
    type: count,
    absent: '1024',
    to: 'listeners.$listener.connections_max',
    native: (value) => Math.max(1, value as number),
  },
  { key: `${ANY}.max_conn_rate`, type: count, to: 'listeners.$listener.connections_per_second_max' },
  { key: `${ANY}.access.$n`, type: text, effect: 'listeners.NAME.access' },
  { key: `${ANY}.proxy_protocol`, type: flag, absent: 'off', to: 'listeners.$listener.proxy_protocol' },
  {
    key: `${ANY}.proxy_protocol_timeout`,
    type: time,
    absent: '3s',
    to: 'listeners.$listener.proxy_header_seconds_max',
  },
  { key: `${ANY}.backlog`, type: count, absent: '1024', to: 'listeners.$listener.backlog' },
  { key: `${ANY}.nodelay`, type: flag, absent: 'true', to: 'listeners.$listener.no_delay' },
  {
    key: `${ANY}.peer_cert_as_username`,
    type: words(...identities.keys()),
    to: 'listeners.$listener.username_from',
    native: identity,
  },
  {
    key: `${ANY}.peer_cert_as_clientid`,
    type: words(...identities.keys()),
    to: 'listeners.$listener.client_id_from',
    native: identity,
  },
  ...harmlessRows('sockets need no tuning here', [
    [`${ANY}.acceptors`, count, ['8', '4', '16', '64', '2']],
    [`${ANY}.active_n`, count, '100'],
    [`${ANY}.send_timeout`, time, ['15s', '5s']],
    [`${ANY}.send_timeout_close`, flag, 'on'],
    [`${ANY}.recbuf|sndbuf|buffer`, bytes, ['2KB', '4KB', '1KB']],
    [`${ANY}.tune_buffer`, flag, ['off', 'on']],
    [`${ANY}.high_watermark`, bytes, '1MB'],
    [`${ANY}.reuseaddr`, flag, 'true'],
    [`${ANY}.hibernate_after`, time],
    [`${ANY}.log_level`, text],
  ]),
  ...unusedRows('3.4 had it', [
    [`${WEB}.verify_protocol_header`, flag, ['on', 'off']],
    [`${ANY}.rate_limit`, text],
    [`${ANY}.conn_bytes_in`, text],
  ]),
];

const secureRows: readonly KeyRow[] = [
  { key: `${SECURE}.certfile`, type: path, shipped: 'etc/certs/cert.pem', to: 'listeners.$listener.certificate_file' },
  { key: `${SECURE}.keyfile`, type: path, shipped: 'etc/certs/key.pem', to: 'listeners.$listener.key_file' },
  { key: `${SECURE}.key_password`, type: secret, to: 'listeners.$listener.key_passphrase' },
  {
    key: `${SECURE}.cacertfile`,
    type: path,
    shipped: 'etc/certs/cacert.pem',
    effect: 'listeners.NAME.ca_file, with verify = verify_peer',
  },
  {
    key: `${SECURE}.verify`,
    type: words('verify_none', 'verify_peer'),
    absent: 'verify_none',
    effect: 'listeners.NAME.request_certificate',
  },
  {
    key: `${SECURE}.fail_if_no_peer_cert`,
    type: flag,
    absent: 'false',
    effect: 'listeners.NAME.require_certificate',
  },
  { key: `${SECURE}.dhfile`, type: path, to: 'listeners.$listener.dh_file' },
  {
    key: `${SECURE}.handshake_timeout`,
    type: time,
    absent: '15s',
    to: 'listeners.$listener.handshake_seconds_max',
  },
  {
    key: `${SECURE}.tls_versions`,
    type: list,
    absent: 'tlsv1.3,tlsv1.2',
    shipped: 'tlsv1.3,tlsv1.2,tlsv1.1,tlsv1',
    effect: 'listeners.NAME.tls_version_min and tls_version_max; TLS 1.0 and 1.1 are not spoken',
  },
  { key: `${SECURE}.ciphers`, type: list, effect: 'listeners.NAME.ciphers and ciphers_tls13' },
  { key: `${SECURE}.psk_ciphers`, type: list, effect: 'listeners.NAME.psk_file and ciphers' },
  ...unusedRows('chains of certificates may be as long as TLS allows', [[`${SECURE}.depth`, count, '10']]),
  ...harmlessRows('TLS is left to Node.js', [
    [`${SECURE}.secure_renegotiate`, flag, ['off', 'on']],
    [`${SECURE}.reuse_sessions`, flag, 'on'],
    [`${SECURE}.honor_cipher_order`, flag, 'on'],
    [`${SECURE}.gc_after_handshake`, flag, ['true', 'false']],
  ]),
];

const webRows: readonly KeyRow[] = [
  { key: `${WEB}.mqtt_path`, type: text, absent: '/mqtt', to: 'listeners.$listener.path' },
  { key: `${WEB}.check_origin_enable`, type: flag, absent: 'false', effect: 'listeners.NAME.origins' },
  {
    key: `${WEB}.check_origins`,
    type: list,
    shipped: ['http://localhost:18083, http://127.0.0.1:18083', 'https://localhost:8084, https://127.0.0.1:8084'],
    effect: 'listeners.NAME.origins',
  },
  {
    key: `${WEB}.allow_origin_absence`,
    type: flag,
    shipped: 'true',
    unused: 'clients that are no web pages name no origin and may connect',
  },
  ...unusedRows('the subprotocol mqtt is always asked for', [
    [`${WEB}.fail_if_no_subprotocol`, flag, 'true'],
    [`${WEB}.supported_subprotocols`, list, 'mqtt, mqtt-v3, mqtt-v3.1.1, mqtt-v5'],
  ]),
  ...unusedRows('anybody could write these headers; the PROXY protocol tells addresses of clients', [
    [`${WEB}.proxy_address_header`, text, ['X-Forwarded-For', 'x-forwarded-for']],
    [`${WEB}.proxy_port_header`, text, ['X-Forwarded-Port', 'x-forwarded-port']],
  ]),
  ...harmlessRows('messages are not compressed, and limits.packet_bytes_max bounds frames', [
    [`${WEB}.compress`, flag, ['true', 'false']],
    [`${WEB}.deflate_opts.level`, text, 'default'],
    [`${WEB}.deflate_opts.mem_level`, count, '8'],
    [`${WEB}.deflate_opts.strategy`, text, 'default'],
    [`${WEB}.deflate_opts.server_context_takeover|client_context_takeover`, text, 'takeover'],
    [`${WEB}.deflate_opts.server_max_window_bits|client_max_window_bits`, count, '15'],
    [`${WEB}.idle_timeout`, text, ['60s', 'infinity']],
    [`${WEB}.max_frame_size`, text, ['0', 'infinity']],
    [`${WEB}.mqtt_piggyback`, words('single', 'multiple'), 'multiple'],
  ]),
];

export const listenerKeys: readonly KeyRow[] = [...allRows, ...secureRows, ...webRows];
