/** Turns settings into what the broker takes. The table is complete by its type: an option without a row fails to compile. */

import type { BrokerOptions } from '../broker/options.ts';
import type { Settings } from './settings.ts';

/** The row that fills each option of the broker. */
const rowNames: Readonly<Record<keyof BrokerOptions, string>> = {
  node: 'node.name',
  packetBytesMax: 'limits.packet_bytes_max',
  connectSecondsMax: 'limits.connect_seconds_max',
  answerSecondsMax: 'limits.answer_seconds_max',
  clientIdBytesMax: 'limits.client_id_bytes_max',
  topicLevelsMax: 'limits.topic_levels_max',
  topicBytesMax: 'limits.topic_bytes_max',
  subscriptionsPerClientMax: 'limits.subscriptions_per_client_max',
  subscriptionBytesPerClientMax: 'limits.subscription_bytes_per_client_max',
  receiveMaximum: 'limits.receive_max',
  inflightMax: 'limits.inflight_max',
  queuedMessagesMax: 'limits.queued_messages_max',
  queuedBytesMax: 'limits.queued_bytes_max',
  queuedBytesTotalMax: 'limits.queued_bytes_total_max',
  queueQos0: 'limits.queue_qos0',
  queueFull: 'limits.queue_full',
  writeBufferBytesMax: 'limits.write_buffer_bytes_max',
  retainedMessagesMax: 'limits.retained_messages_max',
  retainedBytesMax: 'limits.retained_bytes_max',
  sessionsMax: 'limits.sessions_max',
  connectionsMax: 'limits.connections_max',
  messagesPerSecondMax: 'limits.messages_per_second_max',
  bytesPerSecondMax: 'limits.bytes_per_second_max',
  sessionExpirySecondsMax: 'limits.session_expiry_seconds_max',
  sessionExpirySecondsBelowV5: 'limits.session_expiry_seconds_below_v5',
  topicAliasMaximum: 'limits.topic_aliases_max',
  keepAliveSecondsMax: 'limits.keep_alive_seconds_max',
  keepAliveStrict: 'limits.keep_alive_strict',
  payloadBytesMax: 'limits.payload_bytes_max',
  clientIdPrefix: 'mqtt.client_id_prefix',
  upgradeQos: 'mqtt.upgrade_qos',
  maximumQos: 'mqtt.qos_max',
  retainAvailable: 'mqtt.retain_available',
  wildcardSubscriptionAvailable: 'mqtt.wildcard_subscriptions_available',
  sharedSubscriptionAvailable: 'mqtt.shared_subscriptions_available',
  subscriptionIdentifiersAvailable: 'mqtt.subscription_identifiers_available',
  sharedStrategy: 'shared_subscriptions.strategy',
  overlappingSubscriptions: 'mqtt.overlapping_subscriptions',
  echoBelowV5: 'mqtt.echo_below_v5',
  unauthorizedPublish: 'mqtt.unauthorized_publish',
  permissionCacheEntriesMax: 'permissions.cache_entries_max',
  permissionCacheSecondsMax: 'permissions.cache_seconds_max',
  bansMax: 'bans.count_max',
  flappingDetection: 'flapping.enabled',
  flappingConnectsMax: 'flapping.connects_max',
  flappingWindowSeconds: 'flapping.window_seconds',
  flappingBanSeconds: 'flapping.ban_seconds',
  sessionTakeover: 'mqtt.session_takeover',
  presence: 'presence.enabled',
  presenceQos: 'presence.qos',
  sysTree: 'sys.tree',
  sysEmqxSeconds: 'sys.emqx_seconds',
  sysHeartbeatSeconds: 'sys.heartbeat_seconds',
  sysMosquittoSeconds: 'sys.mosquitto_seconds',
  topTopics: 'metrics.top_topics',
  topTopicsMax: 'metrics.top_topics_max',
  responseInformation: 'mqtt.response_information',
};

/** The rows' bounds make the values valid for the broker, which is why they are not checked again. */
export function brokerOptions(settings: Settings): BrokerOptions {
  const entries = Object.entries(rowNames).map(([option, name]) => [option, settings.get(name).value]);
  return Object.fromEntries(entries) as unknown as BrokerOptions;
}

/** The limits on packets that hold before they reach the broker. */
export function packetLimits(settings: Settings): {
  readonly connectBytesMax: number;
  readonly userPropertiesMax: number;
  readonly filtersMax: number;
} {
  return {
    connectBytesMax: settings.number('limits.connect_bytes_max'),
    userPropertiesMax: settings.number('limits.user_properties_max'),
    filtersMax: settings.number('limits.filters_per_packet_max'),
  };
}
