/** The rows of one MQTT bridge, named without `bridges.NAME.`. */

import type { OptionRow, TextRule } from '../../ports/option.ts';
import { parseTopicRule } from '../../topic/bridge-rules.ts';
import { topicNameProblem } from '../../topic/name.ts';

const addressRule: TextRule = {
  allowed: 'a host name or an address, with :port behind it where it is not the usual one; [address]:port for IPv6',
  test: (text) => {
    const [, port] = /^(?:\[[0-9a-fA-F:.%a-z]+\]|[^\s[\]]+?)(?::(\d{1,5}))?$/.exec(text) ?? [];
    return /^(?:\[[^\s\]]+\](?::\d{1,5})?|[^\s[\]/]+)$/.test(text) && Number(port ?? 1) <= 65_535;
  },
};

const topicRule: TextRule = {
  allowed: 'TOPIC [out|in|both [QOS [LOCAL-PREFIX [REMOTE-PREFIX]]]], with "" for an empty prefix',
  test: (text) => !('problem' in parseTopicRule(text)),
};

const nameRule: TextRule = {
  allowed: 'a topic name, without + and #',
  test: (text) => topicNameProblem(text) === undefined,
};

const clientIdRule: TextRule = {
  allowed: 'a client identifier of at most 1024 characters',
  test: (text) => text.length > 0 && text.length <= 1024 && !text.includes('\0'),
};

const whereRows: readonly OptionRow[] = [
  {
    name: 'addresses',
    type: { kind: 'list', rule: addressRule },
    default: [],
    reloadable: false,
    sentence: 'The other broker; further entries are tried in turn when it cannot be reached.',
    mosquitto: 'addresses',
    emqx: 'bridge.mqtt.$b.address',
  },
  {
    name: 'topics',
    type: { kind: 'list', rule: topicRule },
    default: [],
    reloadable: false,
    sentence:
      'What crosses, as TOPIC DIRECTION QOS LOCAL-PREFIX REMOTE-PREFIX; a prefix is put before the topic on its side, and the first entry that matches names the message.',
    mosquitto: 'topic',
    emqx: 'bridge.mqtt.$b.forwards',
  },
  {
    name: 'start',
    type: { kind: 'one-of', values: ['automatic', 'lazy', 'once', 'manual'] },
    default: 'automatic',
    reloadable: false,
    sentence:
      'When it connects: with the broker and after every failure, when enough messages wait, with the broker only, or when an operator says so.',
    mosquitto: 'start_type',
    emqx: 'bridge.mqtt.$b.start_type',
  },
  {
    name: 'protocol',
    type: { kind: 'one-of', values: ['auto', '3.1', '3.1.1', '5'] },
    default: 'auto',
    reloadable: false,
    sentence: 'Version of MQTT spoken to the other broker; auto tries 5 and then 3.1.1.',
    mosquitto: 'bridge_protocol_version',
    emqx: 'bridge.mqtt.$b.proto_ver',
  },
  {
    name: 'try_private',
    type: { kind: 'boolean' },
    default: true,
    reloadable: false,
    sentence:
      'Whether the other broker is told, below MQTT 5, that this is a bridge, so that it sends RETAIN as published and our own messages not back; a broker that refuses is asked again without.',
    mosquitto: 'try_private',
    emqx: 'bridge.mqtt.$b.bridge_mode',
  },
  {
    name: 'bind_address',
    type: { kind: 'string' },
    default: undefined,
    unset: 'the system chooses',
    reloadable: false,
    sentence: 'Address of this machine from which it connects.',
    mosquitto: 'bridge_bind_address',
  },
];

const sessionRows: readonly OptionRow[] = [
  {
    name: 'clean_session',
    type: { kind: 'boolean' },
    default: false,
    reloadable: false,
    sentence: 'Whether the session at the other broker ends with the connection, with everything that waits there.',
    mosquitto: 'cleansession',
    emqx: 'bridge.mqtt.$b.clean_start',
  },
  {
    name: 'local_clean_session',
    type: { kind: 'boolean' },
    default: undefined,
    unset: 'as clean_session',
    reloadable: false,
    sentence: 'Whether what is published here is lost for the bridge while it is down.',
    mosquitto: 'local_cleansession',
  },
  {
    name: 'client_id',
    type: { kind: 'string', rule: clientIdRule },
    default: undefined,
    unset: 'the name of the machine, a dot, and the name of the bridge',
    reloadable: false,
    sentence: 'Client identifier at the other broker.',
    mosquitto: 'remote_clientid',
    emqx: 'bridge.mqtt.$b.clientid',
  },
  {
    name: 'local_client_id',
    type: { kind: 'string', rule: clientIdRule },
    default: undefined,
    unset: '"local." and the client identifier at the other broker',
    reloadable: false,
    sentence: 'Client identifier of the session here in which messages wait; clients are refused under it.',
    mosquitto: 'local_clientid',
  },
  {
    name: 'local_username',
    type: { kind: 'string' },
    default: undefined,
    unset: '$bridge',
    reloadable: false,
    sentence: 'User name of its session here, which rules of access can name.',
    mosquitto: 'local_username',
  },
  {
    name: 'username',
    type: { kind: 'string' },
    default: undefined,
    unset: 'it connects without one',
    reloadable: false,
    sentence: 'User name at the other broker.',
    mosquitto: 'remote_username',
    emqx: 'bridge.mqtt.$b.username',
  },
  {
    name: 'password',
    type: { kind: 'secret' },
    default: undefined,
    unset: 'it connects without one',
    reloadable: false,
    sentence: 'Password at the other broker.',
    mosquitto: 'remote_password',
    emqx: 'bridge.mqtt.$b.password',
  },
  {
    name: 'inflight_max',
    type: { kind: 'integer', min: 0, max: 65_535 },
    default: 0,
    unit: 'messages',
    zero: 'what both brokers allow',
    reloadable: false,
    sentence: 'QoS 1 and 2 messages on their way in each direction.',
    emqx: 'bridge.mqtt.$b.max_inflight_size',
  },
  {
    name: 'queued_messages_max',
    type: { kind: 'integer', min: 1, max: 1_000_000_000 },
    default: undefined,
    unit: 'messages',
    unset: 'as limits.queued_messages_max says',
    reloadable: false,
    sentence: 'Messages that wait here for the bridge, on disk where there is a store, while the other broker is away.',
  },
  {
    name: 'queued_bytes_max',
    type: { kind: 'size', min: 1024, max: Number.MAX_SAFE_INTEGER },
    default: undefined,
    unset: 'as limits.queued_bytes_max says',
    reloadable: false,
    sentence: 'Bytes of messages that wait here for the bridge; limits.queued_bytes_total_max holds as well.',
    emqx: 'bridge.mqtt.$b.queue.max_total_size',
  },
  {
    name: 'packet_bytes_max',
    type: { kind: 'size', min: 0, max: 268_435_455 },
    default: 0,
    zero: 'what the other broker allows',
    reloadable: false,
    sentence: 'Largest packet sent to the other broker; larger messages are left out and counted.',
    mosquitto: 'bridge_max_packet_size',
  },
  {
    name: 'outgoing_retain',
    type: { kind: 'boolean' },
    default: true,
    reloadable: false,
    sentence: 'Whether retained messages are sent as retained ones.',
    mosquitto: 'bridge_outgoing_retain',
  },
  {
    name: 'unsubscribe',
    type: { kind: 'boolean' },
    default: true,
    reloadable: false,
    sentence: 'Whether topics that only go out are unsubscribed from there, in case an earlier configuration had them.',
    mosquitto: 'bridge_attempt_unsubscribe',
  },
];

const lifeRows: readonly OptionRow[] = [
  {
    name: 'keep_alive_seconds',
    type: { kind: 'duration', min: 5, max: 65_535 },
    default: 60,
    reloadable: false,
    sentence: 'Silence after which the other broker is asked whether it is there; after half as much again it is gone.',
    mosquitto: 'keepalive_interval',
    emqx: 'bridge.mqtt.$b.keepalive',
  },
  {
    name: 'retry_seconds_min',
    type: { kind: 'duration', min: 0.1, max: 86_400 },
    default: 5,
    reloadable: false,
    sentence: 'Shortest wait before it tries again; waits grow at random up to retry_seconds_max.',
    mosquitto: 'restart_timeout',
    emqx: 'bridge.mqtt.$b.reconnect_interval',
  },
  {
    name: 'retry_seconds_max',
    type: { kind: 'duration', min: 0.1, max: 86_400 },
    default: 30,
    reloadable: false,
    sentence: 'Longest wait before it tries again; the same as retry_seconds_min makes every wait the same.',
    mosquitto: 'restart_timeout',
  },
  {
    name: 'round_robin',
    type: { kind: 'boolean' },
    default: false,
    reloadable: false,
    sentence:
      'Whether it stays at an address that works; otherwise it returns to the first one as soon as that answers.',
    mosquitto: 'round_robin',
  },
  {
    name: 'threshold',
    type: { kind: 'integer', min: 1, max: 1_000_000 },
    default: 10,
    unit: 'messages',
    reloadable: false,
    sentence: 'With start: lazy, messages that must wait before it connects.',
    mosquitto: 'threshold',
  },
  {
    name: 'idle_seconds',
    type: { kind: 'duration', min: 1, max: 86_400 },
    default: 60,
    reloadable: false,
    sentence: 'With start: lazy, time without messages after which it disconnects.',
    mosquitto: 'idle_timeout',
  },
  {
    name: 'notifications',
    type: { kind: 'boolean' },
    default: true,
    reloadable: false,
    sentence: 'Whether both brokers are told, by a retained 1 or 0, if the bridge is up.',
    mosquitto: 'notifications',
  },
  {
    name: 'notifications_local_only',
    type: { kind: 'boolean' },
    default: false,
    reloadable: false,
    sentence: 'Whether only this broker is told.',
    mosquitto: 'notifications_local_only',
  },
  {
    name: 'notification_topic',
    type: { kind: 'string', rule: nameRule },
    default: undefined,
    unset: '$SYS/broker/connection/CLIENT-ID/state',
    reloadable: false,
    sentence: 'Topic of that message.',
    mosquitto: 'notification_topic',
  },
];

const tlsRows: readonly OptionRow[] = [
  {
    name: 'tls',
    type: { kind: 'boolean' },
    default: undefined,
    unset: 'true where ca_file, ca_folder, certificate_file or psk_identity is set',
    reloadable: false,
    sentence: 'Whether it connects with TLS.',
    emqx: 'bridge.mqtt.$b.ssl',
  },
  {
    name: 'ca_file',
    type: { kind: 'path' },
    default: undefined,
    unset: 'the authorities that Node trusts',
    reloadable: false,
    sentence:
      'Certificates of the authorities that the other broker is checked with, as PEM; read at every connection.',
    mosquitto: 'bridge_cafile',
    emqx: 'bridge.mqtt.$b.cacertfile',
  },
  {
    name: 'ca_folder',
    type: { kind: 'path' },
    default: undefined,
    unset: 'none besides ca_file',
    reloadable: false,
    sentence: 'A folder with such files.',
    mosquitto: 'bridge_capath',
  },
  {
    name: 'certificate_file',
    type: { kind: 'path' },
    default: undefined,
    unset: 'it shows no certificate',
    reloadable: false,
    sentence: 'Certificate that is shown to the other broker, as PEM; read at every connection.',
    mosquitto: 'bridge_certfile',
    emqx: 'bridge.mqtt.$b.certfile',
  },
  {
    name: 'key_file',
    type: { kind: 'path' },
    default: undefined,
    unset: 'it shows no certificate',
    reloadable: false,
    sentence: 'Private key of that certificate, as PEM.',
    mosquitto: 'bridge_keyfile',
    emqx: 'bridge.mqtt.$b.keyfile',
  },
  {
    name: 'alpn',
    type: { kind: 'string' },
    default: undefined,
    unset: 'none is offered',
    reloadable: false,
    sentence: 'Protocol name offered in the TLS handshake (ALPN).',
    mosquitto: 'bridge_alpn',
  },
  {
    name: 'check_host_name',
    type: { kind: 'boolean' },
    default: true,
    reloadable: false,
    sentence: 'Whether the certificate of the other broker must be for its host name; false invites strangers between.',
    mosquitto: 'bridge_insecure',
  },
  {
    name: 'tls_version_min',
    type: { kind: 'one-of', values: ['1.1', '1.2', '1.3'] },
    default: '1.2',
    reloadable: false,
    sentence: 'Oldest version of TLS spoken.',
    mosquitto: 'bridge_tls_version',
    emqx: 'bridge.mqtt.$b.tls_versions',
  },
  {
    name: 'require_ocsp',
    type: { kind: 'boolean' },
    default: false,
    reloadable: false,
    sentence: 'Must be false: OCSP answers cannot be checked, and a bridge that demands them is refused at the start.',
    mosquitto: 'bridge_require_ocsp',
  },
  {
    name: 'psk_identity',
    type: { kind: 'string' },
    default: undefined,
    unset: 'certificates are used',
    reloadable: false,
    sentence: 'Identity for TLS with a pre-shared key.',
    mosquitto: 'bridge_identity',
  },
  {
    name: 'psk',
    type: { kind: 'secret' },
    default: undefined,
    unset: 'certificates are used',
    reloadable: false,
    sentence: 'The pre-shared key, as hexadecimal digits.',
    mosquitto: 'bridge_psk',
  },
];

/** All rows of a bridge, in the order in which they are documented. */
export const bridgeRows: readonly OptionRow[] = [...whereRows, ...sessionRows, ...lifeRows, ...tlsRows];
