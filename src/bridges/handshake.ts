/**
 * How a bridge introduces itself to the other broker, and what the answer means: which versions are tried in which
 * order, the CONNECT packet, and what a refusal is called.
 */

import { createHash } from 'node:crypto';
import type { ConnackPacket, ConnectPacket, ProtocolVersion, Qos } from '../packet/types.ts';
import { quote } from '../std/shorten.ts';
import { answeringBroker, BRIDGE_MARK, hasBridgeMark } from '../topic/bridge-list.ts';
import { BridgeError } from './bridge-error.ts';
import { type BridgeSpec, stateTopic } from './spec.ts';

/** One way of introducing itself. */
export interface Introduction {
  readonly version: ProtocolVersion;
  /** Whether the protocol level says that this is a bridge. */
  readonly private: boolean;
}

/** All ways, in the order in which they are tried: an older broker refuses what it does not know. */
export function introductions({ protocolVersion, tryPrivate }: BridgeSpec): readonly Introduction[] {
  const version = protocolVersion === 'auto' ? 4 : protocolVersion;
  const ways: Introduction[] = [];
  if (protocolVersion === 'auto' || protocolVersion === 5) ways.push({ version: 5, private: false });
  const older = version === 5 ? 4 : version;
  if (tryPrivate) ways.push({ version: older, private: true });
  ways.push({ version: older, private: false });
  return ways;
}

/** A Session Expiry Interval that never ends. */
const FOR_EVER = 0xffffffff;

export function connectPacket(spec: BridgeSpec, way: Introduction): ConnectPacket {
  const { remoteUsername, remotePassword, cleanStart } = spec;
  const password = remotePassword === undefined ? undefined : Buffer.from(remotePassword);
  const tells = spec.notifications && !spec.notificationsLocalOnly;
  return {
    type: 'connect',
    version: way.version,
    bridge: way.private,
    cleanStart,
    keepAlive: spec.keepAliveSeconds,
    clientId: spec.remoteClientId,
    will: tells
      ? { topic: stateTopic(spec), payload: Buffer.from('0'), qos: 1, retain: true, properties: undefined }
      : undefined,
    username: remoteUsername,
    // Only MQTT 5 knows a password without a user name.
    password: remoteUsername === undefined && way.version < 5 ? undefined : password,
    properties:
      way.version < 5
        ? undefined
        : {
            sessionExpiryInterval: cleanStart ? 0 : FOR_EVER,
            ...(spec.inflightMax > 0 && { receiveMaximum: spec.inflightMax }),
            userProperties: [BRIDGE_MARK],
          },
  };
}

/** What the other broker has said of itself. */
export interface RemoteFacts {
  readonly version: ProtocolVersion;
  /** It is one of ours by what its CONNACK says, which can only be said over MQTT 5. */
  readonly isOurs: boolean;
  /** What it is called in the paths of messages: what it says itself, or by its address. */
  readonly brokerId: string;
  /** It goes on with a session that it had. */
  readonly isResumed: boolean;
  /** QoS 1 and 2 messages that it takes before it has acknowledged. */
  readonly receiveMaximum: number;
  readonly packetBytesMax: number;
  readonly maximumQos: Qos;
  readonly retainAvailable: boolean;
  readonly keepAliveSeconds: number;
}

/** @param address of the other broker, as host and port */
export function factsOf(packet: ConnackPacket, spec: BridgeSpec, way: Introduction, address: string): RemoteFacts {
  const said = packet.properties ?? {};
  const own = { inflight: spec.inflightMax || 65_535, bytes: spec.packetBytesMax || Number.POSITIVE_INFINITY };
  return {
    version: way.version,
    isOurs: hasBridgeMark(said.userProperties),
    brokerId: answeringBroker(said.userProperties) ?? nickname(address),
    // MQTT 3.1 does not say; what it repeats is marked as a repeat all the same.
    isResumed: way.version === 3 ? !spec.cleanStart : packet.sessionPresent,
    receiveMaximum: Math.min(said.receiveMaximum ?? 65_535, own.inflight),
    packetBytesMax: Math.min(said.maximumPacketSize ?? Number.POSITIVE_INFINITY, own.bytes),
    maximumQos: said.maximumQos ?? 2,
    retainAvailable: said.retainAvailable ?? true,
    keepAliveSeconds: said.serverKeepAlive ?? spec.keepAliveSeconds,
  };
}

/** A name for a broker that has none: the same for all bridges to one address, and without the address in it. */
function nickname(address: string): string {
  return createHash('sha256').update(address).digest('hex').slice(0, 12);
}

/** The other broker, for sentences. */
export interface Where {
  /** `Bridge NAME to HOST:PORT`. */
  readonly label: string;
  readonly address: string;
}

/** Return codes of 3.1 and 3.1.1. */
const returnCodes: readonly (readonly [code: string, text: string])[] = [
  ['', ''],
  ['VERSION', 'it does not speak this version of MQTT'],
  ['CLIENT_ID', 'it does not accept the client identifier'],
  ['UNAVAILABLE', 'it is not available at present'],
  ['LOGIN', 'user name or password are not right'],
  ['LOGIN', 'the bridge is not authorised; look at its user name and password'],
];

/** By Reason Code of MQTT 5. */
const reasonCodes: ReadonlyMap<number, readonly [code: string, text: string]> = new Map([
  [0x84, ['VERSION', 'it does not speak MQTT 5']],
  [0x85, ['CLIENT_ID', 'it does not accept the client identifier']],
  [0x86, ['LOGIN', 'user name or password are not right']],
  [0x87, ['LOGIN', 'the bridge is not authorised; look at its user name and password']],
  [0x88, ['UNAVAILABLE', 'it is not available at present']],
  [0x89, ['UNAVAILABLE', 'it is busy']],
  [0x8a, ['LOGIN', 'the bridge is banned']],
  [0x95, ['TOO_LARGE', 'the CONNECT packet is too large for it']],
  [0x97, ['UNAVAILABLE', 'a quota is used up']],
  [0x9c, ['MOVED', 'it asks to use another server']],
  [0x9d, ['MOVED', 'it has moved to another server']],
  [0x9f, ['UNAVAILABLE', 'connections are made too fast']],
]);

/** `BRIDGE_REFUSED_LOGIN` and so on. The code `BRIDGE_REFUSED_VERSION` asks for another introduction. */
export function refusal(where: Where, packet: ConnackPacket, version: ProtocolVersion): BridgeError {
  const { reasonCode, properties } = packet;
  const known = version === 5 ? reasonCodes.get(reasonCode) : returnCodes[reasonCode];
  const [code, text] = known ?? ['OTHER', 'it gives no reason that is known here'];
  const said = properties?.reasonString === undefined ? '' : ` ("${properties.reasonString}")`;
  const moved = properties?.serverReference === undefined ? '' : ` at ${properties.serverReference}`;
  return new BridgeError(
    `BRIDGE_REFUSED_${code}`,
    `${where.label} was refused with code ${reasonCode}: ${text}${moved}${said}`,
    {
      address: where.address,
      reasonCode,
      ...(properties?.reasonString !== undefined && { said: properties.reasonString }),
      ...(properties?.serverReference !== undefined && { server: properties.serverReference }),
    },
  );
}

/** Return codes that are about whose the Client Identifier and its session are. */
const OF_ANOTHER: ReadonlySet<number> = new Set([2, 5]);

/** Whether this broker cannot take a bridge at present, and what its session holds is to be left alone. */
export function isForNow(returnCode: number): boolean {
  return !OF_ANOTHER.has(returnCode);
}

/** What it means that this broker does not take the bridge's own session. */
export function localRefusal({ label, address }: Where, clientId: string, returnCode: number): BridgeError {
  const [code, why] = isForNow(returnCode)
    ? ['BRIDGE_LOCAL_UNAVAILABLE', 'its permissions or its session cannot be had at present']
    : ['BRIDGE_LOCAL_REFUSED', `is ${quote(clientId)} used by a client?`];
  const text = `${label} was refused by this broker with code ${returnCode}: ${why}`;
  return new BridgeError(code, text, { address, clientId, reasonCode: returnCode });
}
