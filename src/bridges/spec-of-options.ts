/** From the options of one bridge to what `Bridge` is told. What the rows cannot check by themselves is checked here. */

import type { ProtocolVersion } from '../packet/types.ts';
import { BackendError } from '../ports/backend-error.ts';
import type { OptionReader } from '../ports/option.ts';
import { parseTopicRule, type TopicRule } from '../topic/bridge-rules.ts';
import type { BridgeAddress, BridgeSpec, BridgeTls, StartType } from './spec.ts';

const versions: ReadonlyMap<string, 'auto' | ProtocolVersion> = new Map<string, 'auto' | ProtocolVersion>([
  ['auto', 'auto'],
  ['3.1', 3],
  ['3.1.1', 4],
  ['5', 5],
]);

const tlsVersions: ReadonlyMap<string, BridgeTls['versionMin']> = new Map<string, BridgeTls['versionMin']>([
  ['1.1', 'TLSv1.1'],
  ['1.2', 'TLSv1.2'],
  ['1.3', 'TLSv1.3'],
]);

/**
 * @param hostName of this machine, for the client identifier that nobody has chosen
 * @throws BackendError `BRIDGE_SETTINGS` that says which option is wrong and what to write
 */
export function bridgeSpec(name: string, options: OptionReader, hostName: string): BridgeSpec {
  const tls = tlsOf(name, options);
  const addresses = options.list('addresses').map((text) => addressOf(text, tls === undefined ? 1883 : 8883));
  if (addresses.length === 0) throw wrong(name, 'addresses', 'is missing; write addresses: [host:port]');
  const rules = options.list('topics').map((text) => ruleOf(name, text));
  if (rules.length === 0) throw wrong(name, 'topics', 'is missing; write topics: ["sensors/# out 1"]');
  const cleanStart = options.boolean('clean_session');
  const remoteClientId = options.optionalText('client_id') ?? `${hostName}.${name}`;
  const notifications = options.boolean('notifications');
  const notificationTopic = options.optionalText('notification_topic');
  if (notifications && notificationTopic === undefined && /[+#]/.test(remoteClientId)) {
    const advice = 'set notification_topic, or notifications: false';
    throw wrong(name, 'client_id', `is "${remoteClientId}", and no topic for its state can have + or #; ${advice}`);
  }
  const retryMin = options.number('retry_seconds_min');
  const retryMax = options.number('retry_seconds_max');
  if (retryMax < retryMin) throw wrong(name, 'retry_seconds_max', `is ${retryMax}, below retry_seconds_min`);
  return {
    name,
    addresses,
    rules,
    startType: options.text('start') as StartType,
    protocolVersion: versions.get(options.text('protocol')) ?? 'auto',
    tryPrivate: options.boolean('try_private'),
    cleanStart,
    localCleanStart: options.optionalBoolean('local_clean_session') ?? cleanStart,
    remoteClientId,
    localClientId: options.optionalText('local_client_id') ?? `local.${remoteClientId}`,
    localUsername: options.optionalText('local_username'),
    remoteUsername: options.optionalText('username'),
    remotePassword: options.optionalText('password'),
    keepAliveSeconds: options.number('keep_alive_seconds'),
    idleSeconds: options.number('idle_seconds'),
    threshold: options.number('threshold'),
    retry: { baseSeconds: retryMin, capSeconds: retryMax },
    roundRobin: options.boolean('round_robin'),
    notifications,
    notificationsLocalOnly: options.boolean('notifications_local_only'),
    notificationTopic,
    unsubscribes: options.boolean('unsubscribe'),
    packetBytesMax: options.number('packet_bytes_max'),
    outgoingRetain: options.boolean('outgoing_retain'),
    inflightMax: options.number('inflight_max'),
    queuedMessagesMax: options.optionalNumber('queued_messages_max'),
    queuedBytesMax: options.optionalNumber('queued_bytes_max'),
    bindAddress: options.optionalText('bind_address'),
    tls,
  };
}

function tlsOf(name: string, options: OptionReader): BridgeTls | undefined {
  const caFile = options.optionalText('ca_file');
  const caFolder = options.optionalText('ca_folder');
  const certificateFile = options.optionalText('certificate_file');
  const keyFile = options.optionalText('key_file');
  const identity = options.optionalText('psk_identity');
  const keyHex = options.optionalText('psk');
  const isImplied = [caFile, caFolder, certificateFile, identity, keyHex].some((value) => value !== undefined);
  if (!(options.optionalBoolean('tls') ?? isImplied)) return undefined;
  if (options.boolean('require_ocsp')) {
    throw wrong(name, 'require_ocsp', 'is true, and answers of OCSP cannot be checked here; remove it');
  }
  if ((certificateFile === undefined) !== (keyFile === undefined)) {
    throw wrong(name, 'certificate_file', 'and key_file belong together; set both or none');
  }
  if ((identity === undefined) !== (keyHex === undefined)) {
    throw wrong(name, 'psk_identity', 'and psk belong together; set both or none');
  }
  if (identity !== undefined && (caFile ?? caFolder ?? certificateFile) !== undefined) {
    throw wrong(name, 'psk_identity', 'and certificates exclude each other; set one of them');
  }
  if (keyHex !== undefined && !/^([0-9a-f]{2})+$/i.test(keyHex)) {
    throw wrong(name, 'psk', 'is not a row of hexadecimal digits');
  }
  return {
    caFile,
    caFolder,
    certificateFile,
    keyFile,
    alpn: options.optionalText('alpn'),
    checksHostName: options.boolean('check_host_name'),
    versionMin: tlsVersions.get(options.text('tls_version_min')) ?? 'TLSv1.2',
    psk: identity === undefined || keyHex === undefined ? undefined : { identity, keyHex },
  };
}

/** `host`, `host:port`, `[address]:port`, or an IPv6 address with its port behind the last colon as Mosquitto has it. */
function addressOf(text: string, defaultPort: number): BridgeAddress {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  if (bracketed !== null) return { host: bracketed[1] ?? '', port: Number(bracketed[2] ?? defaultPort) };
  const colon = text.lastIndexOf(':');
  if (colon < 0) return { host: text, port: defaultPort };
  return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
}

function ruleOf(name: string, text: string): TopicRule {
  const rule = parseTopicRule(text);
  if ('problem' in rule) throw wrong(name, 'topics', `"${text}" ${rule.problem}`);
  return rule;
}

function wrong(name: string, option: string, what: string): BackendError {
  return new BackendError('BRIDGE_SETTINGS', `bridges.${name}.${option} ${what}`);
}
