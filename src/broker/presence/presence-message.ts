/**
 * What is said of a client that comes or goes: topic and JSON as EMQX 4.3 says it, in its order of keys, with
 * milliseconds everywhere and the fields of 4.3.12 when it goes. A client without a user name has the user name
 * "undefined" there, as a text.
 */

import { reason } from '../../packet/reason-codes.ts';
import type { ProtocolVersion } from '../../packet/types.ts';
import type { EndName } from '../events.ts';

/** What is known of a client that comes. */
export interface Arrival {
  readonly clientId: string;
  readonly username: string | undefined;
  readonly address: string;
  /** Port of the listener. */
  readonly localPort: number;
  readonly version: ProtocolVersion;
  /** Seconds. */
  readonly keepAlive: number;
  readonly expirySeconds: number;
  readonly cleanStart: boolean;
  readonly connectedAtMs: number;
}

/** What is known of a client that is gone; of one that was connected when the broker crashed it may be less. */
export interface Departure {
  readonly clientId: string;
  readonly username: string | undefined;
  readonly reason: string;
  readonly atMs: number;
  readonly address?: string;
  readonly localPort?: number;
  readonly version?: ProtocolVersion;
  readonly connectedAtMs?: number;
}

/** EMQX's words for why a connection ended; undefined where the Reason Code has a name that says more. */
const reasons: Readonly<Record<EndName, string | undefined>> = {
  normal: undefined,
  peer_closed: 'tcp_closed',
  connection_error: 'tcp_closed',
  keep_alive_timeout: 'keepalive_timeout',
  connect_timeout: 'idle_timeout',
  taken_over: 'takeovered',
  kicked: undefined,
  protocol_error: undefined,
  limit: undefined,
  not_authorized: undefined,
  server_shutting_down: 'server_shutting_down',
  server_moved: 'server_moved',
  store_failed: 'internal_error',
};

/** `packet_too_large` for 0x95: the names of the specification as EMQX writes them. */
const namesOfCodes: ReadonlyMap<number, string> = new Map([
  ...Object.entries(reason).map(([name, code]): [number, string] => [
    code,
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  ]),
  [0x00, 'normal'],
  [0x04, 'disconnect_with_will_message'],
  [0x83, 'internal_error'],
  [0x98, 'kicked'],
]);

/** Why a client is gone that was connected when the broker ended without a word. */
export const CRASH_REASON = 'internal_error';

/** @param secure whether the connection was TLS, which has a word of its own for being closed */
export function presenceReason(name: EndName, reasonCode: number, secure: boolean): string {
  const word = reasons[name] ?? namesOfCodes.get(reasonCode) ?? name;
  return secure && word === 'tcp_closed' ? 'ssl_closed' : word;
}

/**
 * The topic of a client's presence. A name must not contain wildcards, so + and # of a Client Identifier stand there as
 * %2B and %23; slashes stay and make levels. The payload has the identifier as it is.
 */
export function presenceTopic(node: string, clientId: string, event: 'connected' | 'disconnected'): string {
  const name = clientId.replaceAll('+', '%2B').replaceAll('#', '%23');
  return `$SYS/brokers/${node}/clients/${name}/${event}`;
}

const protocolName = (version: ProtocolVersion): string => (version === 3 ? 'MQIsdp' : 'MQTT');

export function connectedJson(arrival: Arrival): string {
  const { clientId, username, address, localPort, version, connectedAtMs } = arrival;
  return JSON.stringify({
    username: username ?? 'undefined',
    ts: connectedAtMs,
    sockport: localPort,
    proto_ver: version,
    proto_name: protocolName(version),
    keepalive: arrival.keepAlive,
    ipaddress: address,
    expiry_interval: arrival.expirySeconds,
    connected_at: connectedAtMs,
    connack: 0,
    clientid: clientId,
    clean_start: arrival.cleanStart,
  });
}

/** What is not known is left out. */
export function disconnectedJson(departure: Departure): string {
  const { clientId, username, reason, atMs, address, localPort, version, connectedAtMs } = departure;
  return JSON.stringify({
    username: username ?? 'undefined',
    ts: atMs,
    sockport: localPort,
    reason,
    proto_ver: version,
    proto_name: version === undefined ? undefined : protocolName(version),
    ipaddress: address,
    disconnected_at: atMs,
    connected_at: connectedAtMs,
    clientid: clientId,
  });
}
