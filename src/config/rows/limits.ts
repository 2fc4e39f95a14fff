/**
 * The limits' rows. Every default is one that an ordinary user never meets and that bounds what one client can cost;
 * defaults of limits that the broker itself keeps are the broker's own, so that embedding and the command agree.
 */

import { defaultBrokerOptions as broker } from '../../broker/options.ts';
import type { OptionRow } from '../../ports/option.ts';

const KB = 1024;
const MB = 1024 * KB;
const countMax = 1_000_000_000;
/** The largest packet that MQTT can express: five header bytes and a Remaining Length of 268,435,455. */
const packetBytesMax = 268_435_460;

const packetRows: readonly OptionRow[] = [
  {
    name: 'limits.packet_bytes_max',
    type: { kind: 'size', min: 20, max: packetBytesMax },
    default: broker.packetBytesMax,
    reloadable: false,
    sentence:
      'Largest packet accepted; MQTT 5 clients are told it as Maximum Packet Size, and a larger one disconnects.',
    mosquitto: 'max_packet_size',
    emqx: 'mqtt.max_packet_size',
  },
  {
    name: 'limits.payload_bytes_max',
    type: { kind: 'size', min: 0, max: packetBytesMax },
    default: broker.payloadBytesMax,
    zero: 'no limit besides limits.packet_bytes_max',
    reloadable: true,
    sentence:
      'Largest payload accepted; a message with a larger one is acknowledged and dropped, and its sender stays connected.',
    mosquitto: 'message_size_limit',
  },
  {
    name: 'limits.connect_bytes_max',
    // Below 4 KB a long token as password or a modest will would not fit.
    type: { kind: 'size', min: 4 * KB, max: packetBytesMax },
    // Whoever has not logged in yet may make the broker keep no more than this.
    default: 64 * KB,
    reloadable: false,
    sentence: 'Largest CONNECT accepted, will and password included, because its sender is not known yet.',
  },
  {
    name: 'limits.connect_seconds_max',
    type: { kind: 'duration', min: 1, max: 600 },
    default: broker.connectSecondsMax,
    reloadable: true,
    sentence: 'Time from the connection to the end of the login; a connection that takes longer is closed.',
    emqx: 'zone.$z.idle_timeout',
  },
  {
    name: 'limits.answer_seconds_max',
    type: { kind: 'duration', min: 1, max: 600 },
    default: broker.answerSecondsMax,
    reloadable: true,
    sentence:
      'Time that a permission check, a hook or a commit may keep one client waiting; what is not answered by then is ' +
      'refused.',
  },
  {
    name: 'limits.client_id_bytes_max',
    // [MQTT-3.1.3-5] asks for at least 23.
    type: { kind: 'integer', min: 23, max: 65_535 },
    default: broker.clientIdBytesMax,
    reloadable: true,
    sentence: 'Longest client identifier accepted.',
    emqx: 'mqtt.max_clientid_len',
  },
  {
    name: 'limits.topic_levels_max',
    type: { kind: 'integer', min: 1, max: 65_535 },
    default: broker.topicLevelsMax,
    reloadable: true,
    sentence: 'Most levels of a topic name or filter, in PUBLISH, SUBSCRIBE, UNSUBSCRIBE and wills.',
    emqx: 'mqtt.max_topic_levels',
  },
  {
    name: 'limits.topic_bytes_max',
    type: { kind: 'integer', min: 16, max: 65_535 },
    default: broker.topicBytesMax,
    reloadable: true,
    sentence: 'Longest topic name or filter, in PUBLISH, SUBSCRIBE, UNSUBSCRIBE and wills.',
  },
  {
    name: 'limits.user_properties_max',
    type: { kind: 'integer', min: 0, max: 65_535 },
    // Thousands of them in one packet have been used to burn the time of brokers.
    default: 64,
    reloadable: false,
    sentence: 'Most user properties in one packet.',
  },
  {
    name: 'limits.filters_per_packet_max',
    type: { kind: 'integer', min: 1, max: 1_000_000 },
    // A packet of a megabyte has room for 250,000 filters of one letter, each of which costs far more than its bytes.
    default: 1024,
    reloadable: false,
    sentence: 'Most topic filters in one SUBSCRIBE or UNSUBSCRIBE.',
  },
];

const sessionRows: readonly OptionRow[] = [
  {
    name: 'limits.subscriptions_per_client_max',
    type: { kind: 'integer', min: 1, max: countMax },
    default: broker.subscriptionsPerClientMax,
    reloadable: true,
    sentence: 'Most subscriptions of one client; a further one is refused with 0x97.',
    emqx: 'zone.$z.max_subscriptions',
  },
  {
    name: 'limits.subscription_bytes_per_client_max',
    type: { kind: 'size', min: KB, max: Number.MAX_SAFE_INTEGER },
    // A filter may have 64 KB: their number alone would bound nothing.
    default: broker.subscriptionBytesPerClientMax,
    reloadable: true,
    sentence: "Bytes of the filters of one client's subscriptions, all together; a further one is refused with 0x97.",
  },
  {
    name: 'limits.receive_max',
    type: { kind: 'integer', min: 1, max: 65_535 },
    default: broker.receiveMaximum,
    unit: 'messages',
    reloadable: false,
    sentence: 'QoS 1 and 2 messages that a client may have unacknowledged towards the broker (Receive Maximum).',
    emqx: 'zone.$z.max_awaiting_rel',
  },
  {
    name: 'limits.inflight_max',
    type: { kind: 'integer', min: 1, max: 65_535 },
    default: broker.inflightMax,
    unit: 'messages',
    reloadable: true,
    sentence:
      'QoS 1 and 2 messages unacknowledged towards a client; its own Receive Maximum holds where it is smaller.',
    mosquitto: 'max_inflight_messages',
    emqx: 'zone.$z.max_inflight',
  },
  {
    name: 'limits.inflight_bytes_max',
    type: { kind: 'size', min: 0, max: Number.MAX_SAFE_INTEGER },
    default: broker.inflightBytesMax,
    zero: 'limits.inflight_max alone holds',
    reloadable: true,
    sentence:
      'Bytes of payloads at QoS 1 and 2 unacknowledged towards a client, from which on further messages wait in its queue.',
    mosquitto: 'max_inflight_bytes',
  },
  {
    name: 'limits.queued_messages_max',
    type: { kind: 'integer', min: 1, max: countMax },
    default: broker.queuedMessagesMax,
    reloadable: true,
    sentence: 'Messages that wait in one session, above those in flight.',
    mosquitto: 'max_queued_messages',
    emqx: 'zone.$z.max_mqueue_len',
  },
  {
    name: 'limits.queued_bytes_max',
    type: { kind: 'size', min: KB, max: Number.MAX_SAFE_INTEGER },
    default: broker.queuedBytesMax,
    reloadable: true,
    sentence: 'Bytes of messages that wait in one session, above those in flight.',
    mosquitto: 'max_queued_bytes',
  },
  {
    name: 'limits.queue_qos0',
    type: { kind: 'boolean' },
    default: broker.queueQos0,
    reloadable: true,
    sentence: 'Whether QoS 0 messages wait for clients that are away, too, within the same limits.',
    mosquitto: 'queue_qos0_messages',
    emqx: 'zone.$z.mqueue_store_qos0',
  },
  {
    name: 'limits.queue_full',
    type: { kind: 'one-of', values: ['drop_oldest', 'drop_newest'] },
    default: broker.queueFull,
    reloadable: true,
    sentence: 'Which message goes when the queue of a session is full.',
  },
  {
    name: 'limits.write_buffer_bytes_max',
    type: { kind: 'size', min: 16 * KB, max: 1024 * MB },
    default: broker.writeBufferBytesMax,
    reloadable: true,
    sentence: 'Bytes that wait to be written to one connection before QoS 0 is dropped and QoS 1 and 2 stay queued.',
    emqx: 'listener.$l.high_watermark',
  },
  {
    name: 'limits.session_expiry_seconds_max',
    type: { kind: 'duration', min: 0, max: 0xffffffff, unlimited: 0xffffffff },
    default: broker.sessionExpirySecondsMax,
    reloadable: true,
    sentence: 'Longest time that the session of an absent client is kept, whatever the client asks for.',
    mosquitto: 'persistent_client_expiration',
  },
  {
    name: 'limits.session_expiry_seconds_below_v5',
    type: { kind: 'duration', min: 0, max: 0xffffffff, unlimited: 0xffffffff },
    default: broker.sessionExpirySecondsBelowV5,
    reloadable: true,
    sentence:
      'How long the session of an absent client below MQTT 5 is kept, which cannot ask for a time; ' +
      'limits.session_expiry_seconds_max holds where it is shorter.',
    emqx: 'zone.$z.session_expiry_interval',
  },
  {
    name: 'limits.topic_aliases_max',
    type: { kind: 'integer', min: 0, max: 65_535 },
    default: broker.topicAliasMaximum,
    zero: 'no topic aliases',
    reloadable: false,
    sentence: 'Topic aliases of one connection, in each direction.',
    mosquitto: 'max_topic_alias',
    emqx: 'mqtt.max_topic_alias',
  },
  {
    name: 'limits.keep_alive_seconds_max',
    type: { kind: 'duration', min: 0, max: 65_535 },
    default: broker.keepAliveSecondsMax,
    zero: 'no limit',
    reloadable: true,
    sentence: 'Longest keep alive granted to MQTT 5 clients, which are told it as Server Keep Alive.',
    mosquitto: 'max_keepalive',
    emqx: 'zone.$z.server_keepalive',
  },
  {
    name: 'limits.keep_alive_strict',
    type: { kind: 'boolean' },
    default: broker.keepAliveStrict,
    reloadable: true,
    sentence:
      'Whether clients below MQTT 5, which cannot be told of a shorter keep alive, are refused when they ask for a ' +
      'longer one than limits.keep_alive_seconds_max.',
  },
];

const totalRows: readonly OptionRow[] = [
  {
    name: 'limits.retained_messages_max',
    type: { kind: 'integer', min: 0, max: countMax },
    default: broker.retainedMessagesMax,
    reloadable: true,
    sentence: 'Retained messages kept; when it is reached only topics that have one already are replaced.',
    emqx: 'retainer.max_retained_messages',
  },
  {
    name: 'limits.retained_bytes_max',
    type: { kind: 'size', min: 0, max: Number.MAX_SAFE_INTEGER },
    default: broker.retainedBytesMax,
    reloadable: true,
    sentence: 'Bytes of retained messages kept, all together.',
  },
  {
    name: 'limits.queued_bytes_total_max',
    type: { kind: 'size', min: 0, max: Number.MAX_SAFE_INTEGER },
    default: broker.queuedBytesTotalMax,
    zero: 'no limit',
    reloadable: true,
    sentence:
      'Bytes of messages that wait in all sessions together, in memory or on disk; above it a further message is dropped ' +
      'for the session that it would have to wait in.',
  },
  {
    name: 'limits.sessions_max',
    type: { kind: 'integer', min: 1, max: countMax },
    default: broker.sessionsMax,
    reloadable: true,
    sentence: 'Sessions kept, those of absent clients included; a further client is refused with 0x97.',
  },
  {
    name: 'limits.connections_max',
    type: { kind: 'integer', min: 1, max: countMax },
    default: broker.connectionsMax,
    reloadable: true,
    sentence: 'Connections of the whole broker; a further one is closed.',
  },
  {
    name: 'limits.messages_per_second_max',
    type: { kind: 'integer', min: 0, max: countMax },
    default: broker.messagesPerSecondMax,
    zero: 'no limit',
    reloadable: true,
    sentence: 'Messages accepted from one client each second; above it the client is not read for a while.',
    emqx: 'zone.$z.rate_limit.conn_messages_in',
  },
  {
    name: 'limits.bytes_per_second_max',
    type: { kind: 'size', min: 0, max: Number.MAX_SAFE_INTEGER },
    default: broker.bytesPerSecondMax,
    zero: 'no limit',
    reloadable: true,
    sentence: 'Bytes accepted from one client each second; above it the client is not read for a while.',
    emqx: 'zone.$z.rate_limit.conn_bytes_in',
  },
];

/** All limits, in the order in which they are documented. */
export const limitRows: readonly OptionRow[] = [...packetRows, ...sessionRows, ...totalRows];
