/**
 * What the broker can be told, with its defaults. Every limit has a name, a unit and a bound here; the option rows
 * of the configuration fill this object and nothing else reaches the broker.
 */

import type { Qos } from '../packet/types.ts';

/** Whose `$SYS` topics there are. */
export type SysTree = 'both' | 'emqx' | 'mosquitto' | 'off';

export type SharedStrategy = 'random' | 'round_robin' | 'sticky' | 'hash_client' | 'hash_topic';

/** What may differ between clients, by the listener that they come through. */
export interface ClientOptions {
  /** Largest packet accepted, in bytes; announced as Maximum Packet Size. */
  readonly packetBytesMax: number;
  /** Seconds from the connection to the end of the login. */
  readonly connectSecondsMax: number;
  readonly clientIdBytesMax: number;
  readonly topicLevelsMax: number;
  readonly topicBytesMax: number;
  readonly subscriptionsPerClientMax: number;
  /** Bytes of the filters of one client's subscriptions, all together. */
  readonly subscriptionBytesPerClientMax: number;
  /** QoS 1 and 2 messages a client may have unacknowledged towards us; announced as Receive Maximum. */
  readonly receiveMaximum: number;
  /** QoS 1 and 2 messages unacknowledged towards a client, on top of its own Receive Maximum. */
  readonly inflightMax: number;
  /** Bytes of payloads unacknowledged towards a client, from which on further QoS 1 and 2 messages wait; 0 sets no limit. */
  readonly inflightBytesMax: number;
  /** Messages that wait in one session. */
  readonly queuedMessagesMax: number;
  /** Bytes of messages that wait in one session. */
  readonly queuedBytesMax: number;
  /** Whether QoS 0 messages wait for clients that are away, too. */
  readonly queueQos0: boolean;
  /** Which message goes when a queue is full. */
  readonly queueFull: 'drop_oldest' | 'drop_newest';
  /** Bytes that wait to be written to one connection before QoS 0 is dropped and QoS 1 and 2 stay in the queue. */
  readonly writeBufferBytesMax: number;
  /** PUBLISH packets accepted from one client each second; 0 sets no limit. Above it the client is not read. */
  readonly messagesPerSecondMax: number;
  /** Bytes of PUBLISH packets accepted from one client each second; 0 sets no limit. */
  readonly bytesPerSecondMax: number;
  /** Longest Session Expiry Interval granted, in seconds; 0xFFFFFFFF lets sessions last for ever. */
  readonly sessionExpirySecondsMax: number;
  /** How long a session is kept that a client below MQTT 5, which cannot say it, wants kept; the maximum holds as well. */
  readonly sessionExpirySecondsBelowV5: number;
  /** Longest keep alive granted to MQTT 5 clients, told as Server Keep Alive, in seconds; 0 sets no limit. */
  readonly keepAliveSecondsMax: number;
  /** Whether clients below MQTT 5 that ask for a longer one are refused; otherwise they have it. */
  readonly keepAliveStrict: boolean;
  /** Largest payload accepted, in bytes; larger ones are acknowledged and dropped. 0 sets no limit. */
  readonly payloadBytesMax: number;
  /** How Client Identifiers must begin; empty for any. */
  readonly clientIdPrefix: string;
  /** Whether a message goes out at the QoS of the subscription, even where it was published at a lower one. */
  readonly upgradeQos: boolean;
  readonly retainAvailable: boolean;
  readonly wildcardSubscriptionAvailable: boolean;
  readonly sharedSubscriptionAvailable: boolean;
  readonly subscriptionIdentifiersAvailable: boolean;
  /** Whether clients below MQTT 5, where no subscription can say it, get what they publish themselves. */
  readonly echoBelowV5: boolean;
  /** What a publish without permission costs: the message, or the connection as well. */
  readonly unauthorizedPublish: 'drop' | 'disconnect';
  /** Whether a client that logs in too often within a time is banned for a while. */
  readonly flappingDetection: boolean;
  /** Returned to clients that ask for Response Information; `%c` becomes the client identifier. Empty for none. */
  readonly responseInformation: string;
}

export interface BrokerOptions extends ClientOptions {
  /** `name@host`, seen in `$SYS` topics and by a cluster. */
  readonly node: string;
  /** Seconds that a permission check, a hook or a commit may keep one client waiting; after it the answer is no. */
  readonly answerSecondsMax: number;
  /** Bytes of messages that wait in all sessions together; 0 sets no limit. */
  readonly queuedBytesTotalMax: number;
  readonly retainedMessagesMax: number;
  readonly retainedBytesMax: number;
  readonly sessionsMax: number;
  readonly connectionsMax: number;
  /** Topic Alias Maximum towards clients, and most aliases we assign towards one client. 0 switches aliases off. */
  readonly topicAliasMaximum: number;
  readonly maximumQos: Qos;
  readonly sharedStrategy: SharedStrategy;
  /**
   * Overlapping subscriptions of one client: one copy at the highest QoS, or one copy for each of them, which may be for
   * clients of MQTT 5 alone.
   */
  readonly overlappingSubscriptions: 'one_copy' | 'copy_each' | 'copy_each_mqtt5';
  /** Topics whose permissions are remembered for each connection; 0 for none. */
  readonly permissionCacheEntriesMax: number;
  /** How long they are remembered. */
  readonly permissionCacheSecondsMax: number;
  /** Bans that there may be, those by the detection of flapping included. */
  readonly bansMax: number;
  /** The login with which a client is banned, counted within `flappingWindowSeconds`. */
  readonly flappingConnectsMax: number;
  readonly flappingWindowSeconds: number;
  readonly flappingBanSeconds: number;
  /** Whether the publisher of a retained message is asked about again before it is given to a new subscription. */
  readonly checkRetainedPublishers: boolean;
  /** What a will that its client may not publish costs: the connection, or the will when its time comes. */
  readonly unauthorizedWill: 'refuse' | 'drop';
  /** Who may continue or end the session of a Client Identifier: only the user whose login began it, or whoever comes. */
  readonly sessionTakeover: 'same_user' | 'any_user';
  /** Whether it is told on `$SYS/brokers/<node>/clients/…` that clients come and go. */
  readonly presence: boolean;
  /** Highest QoS of those messages. */
  readonly presenceQos: Qos;
  readonly sysTree: SysTree;
  /** How often EMQX's `$SYS` topics are published, in seconds; those of its heartbeat have their own. 0 is never. */
  readonly sysEmqxSeconds: number;
  readonly sysHeartbeatSeconds: number;
  /** How often Mosquitto's `$SYS` topics are published where they changed, in seconds; 0 is never. */
  readonly sysMosquittoSeconds: number;
  /** Whether it is counted from the start which topics have most messages. */
  readonly topTopics: boolean;
  /** Topics that are counted at the same time. */
  readonly topTopicsMax: number;
}

/**
 * Options that may change while the broker runs, because they are looked at when they are needed. What a client was told
 * at its login, such as the largest packet, is none of them; those of rates and windows hold for later connections.
 */
export const liveOptionNames: readonly (keyof BrokerOptions)[] = [
  'connectSecondsMax',
  'answerSecondsMax',
  'clientIdBytesMax',
  'topicLevelsMax',
  'topicBytesMax',
  'subscriptionsPerClientMax',
  'subscriptionBytesPerClientMax',
  'inflightMax',
  'inflightBytesMax',
  'queuedMessagesMax',
  'queuedBytesMax',
  'queuedBytesTotalMax',
  'queueQos0',
  'queueFull',
  'writeBufferBytesMax',
  'retainedMessagesMax',
  'retainedBytesMax',
  'sessionsMax',
  'connectionsMax',
  'messagesPerSecondMax',
  'bytesPerSecondMax',
  'sessionExpirySecondsMax',
  'sessionExpirySecondsBelowV5',
  'keepAliveSecondsMax',
  'keepAliveStrict',
  'payloadBytesMax',
  'clientIdPrefix',
  'sharedStrategy',
  'echoBelowV5',
  'unauthorizedPublish',
  'permissionCacheEntriesMax',
  'permissionCacheSecondsMax',
  'bansMax',
  'flappingDetection',
  'flappingConnectsMax',
  'flappingWindowSeconds',
  'flappingBanSeconds',
  'unauthorizedWill',
  'sessionTakeover',
  'presenceQos',
];

/** Takes those values of `given` that may change while the broker of the options runs. */
export function takeLiveOptions(ofBroker: BrokerOptions, given: BrokerOptions): void {
  for (const name of liveOptionNames) Object.assign(ofBroker, { [name]: given[name] });
}

/** What holds for some clients: where they have no value of their own, that of the broker at any moment. */
export function optionsOfClients(ofBroker: BrokerOptions, own: Partial<ClientOptions> | undefined): BrokerOptions {
  return own === undefined ? ofBroker : (Object.assign(Object.create(ofBroker), own) as BrokerOptions);
}

export const defaultBrokerOptions: BrokerOptions = {
  node: 'hoopoe@127.0.0.1',
  packetBytesMax: 1024 * 1024,
  connectSecondsMax: 15,
  answerSecondsMax: 30,
  clientIdBytesMax: 1024,
  topicLevelsMax: 128,
  topicBytesMax: 65_535,
  subscriptionsPerClientMax: 10_000,
  subscriptionBytesPerClientMax: 16 * 1024 * 1024,
  receiveMaximum: 100,
  inflightMax: 100,
  inflightBytesMax: 0,
  queuedMessagesMax: 10_000,
  queuedBytesMax: 16 * 1024 * 1024,
  queuedBytesTotalMax: 4 * 1024 * 1024 * 1024,
  queueQos0: false,
  queueFull: 'drop_newest',
  writeBufferBytesMax: 1024 * 1024,
  retainedMessagesMax: 1_000_000,
  retainedBytesMax: 256 * 1024 * 1024,
  sessionsMax: 1_000_000,
  connectionsMax: 1_000_000,
  messagesPerSecondMax: 0,
  bytesPerSecondMax: 0,
  sessionExpirySecondsMax: 0xffffffff,
  sessionExpirySecondsBelowV5: 0xffffffff,
  topicAliasMaximum: 32,
  keepAliveSecondsMax: 0,
  keepAliveStrict: false,
  payloadBytesMax: 0,
  clientIdPrefix: '',
  upgradeQos: false,
  maximumQos: 2,
  retainAvailable: true,
  wildcardSubscriptionAvailable: true,
  sharedSubscriptionAvailable: true,
  subscriptionIdentifiersAvailable: true,
  sharedStrategy: 'round_robin',
  overlappingSubscriptions: 'one_copy',
  echoBelowV5: true,
  unauthorizedPublish: 'drop',
  permissionCacheEntriesMax: 32,
  permissionCacheSecondsMax: 60,
  bansMax: 100_000,
  flappingDetection: false,
  flappingConnectsMax: 30,
  flappingWindowSeconds: 60,
  flappingBanSeconds: 300,
  checkRetainedPublishers: false,
  unauthorizedWill: 'refuse',
  sessionTakeover: 'same_user',
  presence: true,
  presenceQos: 1,
  sysTree: 'both',
  sysEmqxSeconds: 60,
  sysHeartbeatSeconds: 30,
  sysMosquittoSeconds: 10,
  topTopics: false,
  topTopicsMax: 200,
  responseInformation: '',
};
