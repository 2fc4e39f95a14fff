/**
 * The rows of one listener, named without `listeners.NAME.`. What a listener does with its values is not known here;
 * `listeners.ts` turns the rows of each listener into what is opened.
 */

import { isIP } from 'node:net';
import { defaultBrokerOptions as broker } from '../../broker/options.ts';
import type { OptionRow, TextRule } from '../../ports/option.ts';
import type { IdentityName } from '../../ports/rules.ts';
import { tlsRows } from './listener-tls.ts';

const countMax = 1_000_000_000;

const hostRule: TextRule = {
  allowed: 'an address such as 127.0.0.1, 0.0.0.0 or ::, a host name, localhost, or * for every address',
  test: (text) =>
    text === '*' || isIP(text) !== 0 || /^(?!\d+(\.\d+)*$)[A-Za-z0-9_]([A-Za-z0-9._-]{0,252})$/.test(text),
};

const webPathRule: TextRule = {
  allowed: 'a path that begins with / and has no blanks, ? or #; or * for every path',
  test: (text) => text === '*' || /^\/[^\s?#]{0,255}$/.test(text),
};

const modeRule: TextRule = {
  allowed: 'three octal digits such as 660',
  test: (text) => /^0?[0-7]{3}$/.test(text),
};

const mountpointRule: TextRule = {
  allowed: 'the beginning of a topic name, without + and #',
  test: (text) => text.length <= 1024 && !/[+#]/.test(text),
};

const accessRule: TextRule = {
  allowed: '"allow" or "deny" and an address, a range such as 10.0.0.0/8, or all',
  test: isAccessRule,
};

const networkRule: TextRule = {
  allowed: 'an address, a range such as 10.0.0.0/8, or all',
  test: isNetwork,
};

const originRule: TextRule = {
  allowed: 'an origin such as https://example.org, local, or *',
  test: (text) => text === '*' || text === 'local' || /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#]{1,255}$/i.test(text),
};

const identityNames: readonly IdentityName[] = [
  'identity',
  'common_name',
  'subject',
  'fingerprint',
  'md5',
  'pem',
  'der',
  'psk_identity',
];

/** `allow 10.0.0.0/8`, `deny all`, `allow ::1`. */
function isAccessRule(text: string): boolean {
  const match = /^(?:allow|deny) (\S+)$/.exec(text);
  return match !== null && isNetwork(match[1] ?? '');
}

function isNetwork(text: string): boolean {
  if (text === 'all') return true;
  const match = /^([0-9a-fA-F.:]{2,45})(?:\/(\d{1,3}))?$/.exec(text);
  const family = isIP(match?.[1] ?? '');
  return family !== 0 && (match?.[2] === undefined || Number(match[2]) <= (family === 4 ? 32 : 128));
}

const addressRows: readonly OptionRow[] = [
  {
    name: 'transport',
    type: { kind: 'one-of', values: ['tcp', 'tls', 'ws', 'wss', 'unix'] },
    default: undefined,
    unset: 'the one that the name of the listener says (tcp, mqtt, tls, mqtts, ws, wss, unix), otherwise tcp',
    reloadable: false,
    sentence: 'How bytes travel: TCP, TLS, WebSocket, WebSocket over TLS, or a Unix socket.',
    mosquitto: 'protocol',
  },
  {
    name: 'host',
    type: { kind: 'string', rule: hostRule },
    default: 'localhost',
    reloadable: false,
    sentence: 'Address to listen on; localhost means 127.0.0.1 and ::1, and * every address of this machine.',
    transports: ['tcp', 'tls', 'ws', 'wss'],
    mosquitto: 'bind_address',
  },
  {
    name: 'port',
    type: { kind: 'integer', min: 0, max: 65_535 },
    default: undefined,
    unset: '1883 for tcp, 8883 for tls, 8083 for ws, 8084 for wss',
    zero: 'a free port, which the broker says at start',
    reloadable: false,
    sentence: 'Port to listen on.',
    transports: ['tcp', 'tls', 'ws', 'wss'],
    mosquitto: 'listener',
    emqx: 'listener.$l',
  },
  {
    name: 'path',
    type: { kind: 'string', rule: webPathRule },
    default: '/mqtt',
    reloadable: false,
    sentence: 'Path of the URL that WebSocket clients ask for.',
    transports: ['ws', 'wss'],
    emqx: 'listener.$l.mqtt_path',
  },
  {
    name: 'http_dir',
    type: { kind: 'path' },
    default: undefined,
    unset: 'a request that is no WebSocket handshake is refused',
    reloadable: false,
    sentence:
      'A folder whose files are given to whoever asks for them over HTTP, without a login, for web pages that connect to this ' +
      'listener; what begins with a dot, and what links lead to outside of the folder, is not given.',
    transports: ['ws', 'wss'],
    mosquitto: 'http_dir',
  },
  {
    name: 'socket',
    type: { kind: 'path' },
    default: undefined,
    unset: 'an error, because a Unix socket needs one',
    reloadable: false,
    sentence: 'Path of the Unix socket.',
    transports: ['unix'],
  },
  {
    name: 'socket_mode',
    type: { kind: 'string', rule: modeRule },
    default: '660',
    reloadable: false,
    sentence: 'Permission bits of the Unix socket, in octal as for chmod.',
    transports: ['unix'],
  },
  {
    name: 'backlog',
    type: { kind: 'integer', min: 1, max: 65_535 },
    default: 1024,
    unit: 'connections',
    reloadable: false,
    sentence: 'Connections that may wait to be accepted; the system may allow fewer.',
    emqx: 'listener.$l.backlog',
  },
  {
    name: 'no_delay',
    type: { kind: 'boolean' },
    default: true,
    reloadable: false,
    sentence: 'Whether small packets are sent at once (TCP_NODELAY).',
    transports: ['tcp', 'tls', 'ws', 'wss'],
    mosquitto: 'set_tcp_nodelay',
    emqx: 'listener.$l.nodelay',
  },
  {
    name: 'tcp_keep_alive_seconds',
    type: { kind: 'duration', min: 0, max: 86_400 },
    default: 60,
    zero: 'never',
    reloadable: false,
    sentence: 'Silence after which TCP asks whether the peer is still there.',
    transports: ['tcp', 'tls', 'ws', 'wss'],
  },
];

const clientRows: readonly OptionRow[] = [
  {
    name: 'zone',
    type: { kind: 'string' },
    default: undefined,
    unset: "the broker's own options hold",
    reloadable: false,
    sentence:
      "The zone whose options hold for the clients of this listener instead of the broker's own: one of zones.NAME.",
    emqx: 'listener.$l.zone',
  },
  {
    name: 'allow_anonymous',
    type: { kind: 'one-of', values: ['true', 'false', 'without_username'] },
    default: undefined,
    unset:
      'the option allow_anonymous; without it, true where only this machine can connect and no source of logins is ' +
      'asked about its clients, false elsewhere',
    reloadable: false,
    sentence: 'Whether clients may connect here that no source of logins knows.',
    mosquitto: 'allow_anonymous',
    emqx: 'zone.$z.allow_anonymous',
  },
  {
    name: 'sources',
    type: { kind: 'list' },
    default: undefined,
    unset: 'all of them',
    reloadable: false,
    sentence: 'Names of the sections of access that are asked about clients of this listener.',
  },
  {
    name: 'check_logins',
    type: { kind: 'boolean' },
    default: true,
    reloadable: false,
    sentence: 'Whether sources are asked about logins here; otherwise every client is one that nobody knows.',
    emqx: 'zone.$z.bypass_auth_plugins',
  },
  {
    name: 'check_permissions',
    type: { kind: 'boolean' },
    default: true,
    reloadable: false,
    sentence: 'Whether permissions are checked here; otherwise clients may do everything but publish to $SYS.',
    emqx: 'zone.$z.enable_acl',
  },
  {
    name: 'username_from',
    type: { kind: 'one-of', values: identityNames },
    default: undefined,
    unset: 'what the client says',
    reloadable: false,
    sentence:
      'What replaces the user name of a client before its login: a name in its certificate, or its pre-shared key identity; who shows neither keeps the name it gives.',
    transports: ['tcp', 'tls', 'ws', 'wss'],
    mosquitto: 'use_identity_as_username',
    emqx: 'listener.$l.peer_cert_as_username',
  },
  {
    name: 'client_id_from',
    type: { kind: 'one-of', values: [...identityNames, 'username'] },
    default: undefined,
    unset: 'what the client says',
    reloadable: false,
    sentence:
      'What replaces the Client Identifier of a client, in the same way; username is its user name, and who has none is refused.',
    transports: ['tcp', 'tls', 'ws', 'wss'],
    emqx: 'listener.$l.peer_cert_as_clientid',
  },
  {
    name: 'empty_client_ids',
    type: { kind: 'boolean' },
    default: true,
    reloadable: false,
    sentence: 'Whether clients may leave it to the broker to choose their identifier.',
    mosquitto: 'allow_zero_length_clientid',
  },
  {
    name: 'assigned_client_id_prefix',
    type: { kind: 'string' },
    default: 'auto-',
    reloadable: false,
    sentence: 'How the identifiers begin that the broker chooses for clients without one.',
    mosquitto: 'auto_id_prefix',
  },
  {
    name: 'connections_max',
    type: { kind: 'integer', min: 1, max: countMax },
    default: 1_000_000,
    reloadable: false,
    sentence: 'Connections that are open at a time; a further one is closed at once.',
    mosquitto: 'max_connections',
    emqx: 'listener.$l.max_connections',
  },
  {
    name: 'connections_per_second_max',
    type: { kind: 'integer', min: 0, max: countMax },
    default: 0,
    zero: 'no limit',
    reloadable: false,
    sentence: 'New connections accepted each second; a further one is closed at once.',
    emqx: 'listener.$l.max_conn_rate',
  },
  {
    name: 'access',
    type: { kind: 'list', rule: accessRule },
    default: [],
    reloadable: false,
    sentence: 'Who may connect, by address: the first entry that matches decides, and who matches none may.',
    transports: ['tcp', 'tls', 'ws', 'wss'],
    emqx: 'listener.$l.access',
  },
  {
    name: 'proxy_protocol',
    type: { kind: 'boolean' },
    default: false,
    reloadable: false,
    sentence:
      "Whether connections begin with a PROXY protocol header (version 1 or 2) that tells the client's address; switch it on only where nobody but the proxy can connect.",
    transports: ['tcp', 'tls', 'ws', 'wss'],
    emqx: 'listener.$l.proxy_protocol',
  },
  {
    name: 'proxy_trusted',
    type: { kind: 'list', rule: networkRule },
    default: ['all'],
    reloadable: false,
    sentence: 'Addresses of the proxies whose PROXY protocol header is believed; connections from others are closed.',
    transports: ['tcp', 'tls', 'ws', 'wss'],
  },
  {
    name: 'proxy_certificates',
    type: { kind: 'boolean' },
    default: false,
    reloadable: false,
    sentence:
      'Whether the Common Name of a client certificate is believed that the proxy has verified and tells by PROXY protocol version 2.',
    transports: ['tcp', 'tls', 'ws', 'wss'],
  },
  {
    name: 'proxy_header_seconds_max',
    type: { kind: 'duration', min: 0.1, max: 600 },
    default: 5,
    reloadable: false,
    sentence: 'Time until the whole PROXY protocol header must be there.',
    transports: ['tcp', 'tls', 'ws', 'wss'],
    emqx: 'listener.$l.proxy_protocol_timeout',
  },
  {
    name: 'origins',
    type: { kind: 'list', rule: originRule },
    default: [],
    reloadable: false,
    sentence:
      'Origins of web pages whose scripts may connect, where local means pages that this machine serves and * any; ' +
      'an empty list is local on a loopback address and * elsewhere.',
    transports: ['ws', 'wss'],
    emqx: 'listener.$l.check_origins',
  },
  {
    name: 'mountpoint',
    type: { kind: 'string', rule: mountpointRule },
    default: '',
    reloadable: false,
    sentence:
      "Put before every topic of this listener's clients and taken off what they receive; %c is the client identifier and " +
      '%u the user name, and a client whose name cannot stand there is refused.',
    mosquitto: 'mount_point',
    emqx: 'zone.$z.mountpoint',
  },
  {
    name: 'qos_max',
    type: { kind: 'integer', min: 0, max: 2 },
    default: broker.maximumQos,
    unit: 'QoS',
    reloadable: false,
    sentence: 'Highest QoS granted here; mqtt.qos_max holds where it is smaller.',
    mosquitto: 'max_qos',
    emqx: 'zone.$z.max_qos_allowed',
  },
  {
    name: 'topic_aliases_max',
    type: { kind: 'integer', min: 0, max: 65_535 },
    default: undefined,
    unset: 'limits.topic_aliases_max',
    zero: 'no topic aliases',
    reloadable: false,
    sentence: 'Topic aliases of one connection made here, in each direction.',
    mosquitto: 'max_topic_alias',
    emqx: 'zone.$z.max_topic_alias',
  },
];

/** All rows of a listener, in the order in which they are documented. */
export const listenerRows: readonly OptionRow[] = [...addressRows, ...clientRows, ...tlsRows];
