/** What a bridge is told, and what it tells of itself. */

import type { ProtocolVersion } from '../packet/types.ts';
import { bridgeDigest, listedBridge } from '../topic/bridge-list.ts';
import type { TopicRule } from '../topic/bridge-rules.ts';
import type { FailureFields } from './bridge-error.ts';
import type { RetryDelayOptions } from './retry-delay.ts';

export interface BridgeAddress {
  readonly host: string;
  readonly port: number;
}

/** TLS towards the other broker. Files are read at every connection, so that renewed certificates take effect. */
export interface BridgeTls {
  /** Certificates of authorities that are trusted; the system's own when neither is set. */
  readonly caFile?: string | undefined;
  /** A folder of such files. */
  readonly caFolder?: string | undefined;
  readonly certificateFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly alpn?: string | undefined;
  /** Whether the name in the certificate must be the host's. */
  readonly checksHostName: boolean;
  readonly versionMin: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** A pre-shared key instead of certificates. */
  readonly psk?: { readonly identity: string; readonly keyHex: string } | undefined;
}

/**
 * `automatic` starts with the broker and again after every failure, `once` never again, `lazy` when enough messages
 * wait, `manual` when somebody says so.
 */
export type StartType = 'automatic' | 'lazy' | 'once' | 'manual';

export interface BridgeSpec {
  readonly name: string;
  /** In the order in which they are tried; at least one. */
  readonly addresses: readonly BridgeAddress[];
  readonly rules: readonly TopicRule[];
  readonly startType: StartType;
  /** `auto` tries 5 and then 3.1.1. */
  readonly protocolVersion: 'auto' | ProtocolVersion;
  /** Below 5.0: tell the other broker that this is a bridge. It then keeps our own messages from us. */
  readonly tryPrivate: boolean;
  /** The session there ends with the connection. */
  readonly cleanStart: boolean;
  /** The session here ends with the connection: what is published meanwhile does not wait. */
  readonly localCleanStart: boolean;
  readonly remoteClientId: string;
  readonly localClientId: string;
  /** The user name under which permissions of this broker are asked for; `$bridge` unless given. */
  readonly localUsername?: string | undefined;
  readonly remoteUsername?: string | undefined;
  readonly remotePassword?: string | undefined;
  readonly keepAliveSeconds: number;
  /** `lazy` only: silence after which it disconnects. */
  readonly idleSeconds: number;
  /** `lazy` only: messages that make it connect. */
  readonly threshold: number;
  readonly retry: RetryDelayOptions;
  /** False: return to the first address as soon as it answers. */
  readonly roundRobin: boolean;
  readonly notifications: boolean;
  readonly notificationsLocalOnly: boolean;
  /** `$SYS/broker/connection/REMOTE-CLIENT-ID/state` unless given. */
  readonly notificationTopic?: string | undefined;
  /** Unsubscribe there from what only goes out. */
  readonly unsubscribes: boolean;
  /** Largest packet sent, in bytes; 0 for no limit of our own. */
  readonly packetBytesMax: number;
  /** False clears RETAIN on the way out. */
  readonly outgoingRetain: boolean;
  /** QoS 1 and 2 messages in flight in each direction; 0 leaves it to the brokers. */
  readonly inflightMax: number;
  /** Messages that wait here while the other broker is away; as for any session unless given. */
  readonly queuedMessagesMax?: number | undefined;
  /** Bytes of them. */
  readonly queuedBytesMax?: number | undefined;
  readonly bindAddress?: string | undefined;
  readonly tls?: BridgeTls | undefined;
}

/** `idle` is a lazy bridge that waits for messages, `waiting` one that waits to try again, `ended` one that ran once. */
export type BridgeState = 'stopped' | 'idle' | 'connecting' | 'connected' | 'waiting' | 'ended';

export interface BridgeCounters {
  /** Messages handed to the other broker. */
  messagesOut: number;
  messagesIn: number;
  /** Of payload. */
  bytesOut: number;
  bytesIn: number;
  /** Times it was connected. */
  connects: number;
  /** Connections that could not be made or were lost. */
  failures: number;
  /** Messages that the other broker refused for good. */
  refused: number;
  /** Messages kept from going round: not sent back to where they came from, or sent back to us and not taken. */
  loopsPrevented: number;
  /** Messages that no rule wants any more. */
  unmatched: number;
  /** Messages above the largest packet that the other broker takes. */
  tooLarge: number;
  /** Messages that the rules or the limits of this broker kept from crossing. */
  denied: number;
  /** Messages for which the queue here had no room. */
  dropped: number;
}

export interface BridgeFailure {
  /** Stable upper-case words: `BRIDGE_UNREACHABLE`. */
  readonly code: string;
  readonly message: string;
  /** The values in the message by name, for whoever says it in another language. */
  readonly fields: FailureFields;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

export interface BridgeStatus {
  readonly name: string;
  readonly state: BridgeState;
  readonly startType: StartType;
  /** The address that is used or was used last, as `host:port`. */
  readonly address: string;
  /** Of the connection that exists; undefined without one. */
  readonly protocolVersion: ProtocolVersion | undefined;
  readonly remoteClientId: string;
  readonly localClientId: string;
  /** Milliseconds since the epoch; undefined while there is no connection. */
  readonly connectedSinceMs: number | undefined;
  /** When it tries again, in milliseconds since the epoch. */
  readonly retryAtMs: number | undefined;
  /** QoS 1 and 2 messages that the other broker has not acknowledged. */
  readonly inflight: number;
  /** Messages that wait here, above those in flight. */
  readonly queued: number;
  readonly lastFailure: BridgeFailure | undefined;
  readonly counters: Readonly<BridgeCounters>;
}

export function newCounters(): BridgeCounters {
  return {
    messagesOut: 0,
    messagesIn: 0,
    bytesOut: 0,
    bytesIn: 0,
    connects: 0,
    failures: 0,
    refused: 0,
    loopsPrevented: 0,
    unmatched: 0,
    tooLarge: 0,
    denied: 0,
    dropped: 0,
  };
}

/** The topic on which both brokers are told whether the bridge is connected. */
export function stateTopic({ notificationTopic, remoteClientId }: BridgeSpec): string {
  return notificationTopic ?? standardStateTopic(remoteClientId);
}

const STATE_PREFIX = '$SYS/broker/connection/';
const STATE_SUFFIX = '/state';

/** Where bridges of Mosquitto and ours tell their state; a client identifier may have several levels. */
export const STATES_FILTER: string = `${STATE_PREFIX}#`;

function standardStateTopic(clientId: string): string {
  return `${STATE_PREFIX}${clientId}${STATE_SUFFIX}`;
}

/** The digest of the bridge that a topic of the list or of a state tells of; undefined in others. */
export function toldBridge(topic: string): string | undefined {
  if (!topic.startsWith(STATE_PREFIX) || !topic.endsWith(STATE_SUFFIX)) return listedBridge(topic);
  const clientId = topic.slice(STATE_PREFIX.length, -STATE_SUFFIX.length);
  return clientId === '' ? undefined : bridgeDigest(clientId);
}
