/** The rows of what the broker offers to clients and how it treats their messages. Limits have rows of their own. */

import { defaultBrokerOptions as broker } from '../../broker/options.ts';
import type { OptionRow } from '../../ports/option.ts';

export const mqttRows: readonly OptionRow[] = [
  {
    name: 'mqtt.qos_max',
    type: { kind: 'integer', min: 0, max: 2 },
    default: broker.maximumQos,
    unit: 'QoS',
    reloadable: false,
    sentence: 'Highest QoS granted; a message published above it disconnects, as MQTT 5 demands.',
    mosquitto: 'max_qos',
    emqx: 'mqtt.max_qos_allowed',
  },
  {
    name: 'mqtt.upgrade_qos',
    type: { kind: 'boolean' },
    default: broker.upgradeQos,
    reloadable: false,
    sentence: 'Whether a message is sent at the QoS of the subscription even where it was published at a lower one.',
    mosquitto: 'upgrade_outgoing_qos',
    emqx: 'zone.$z.upgrade_qos',
  },
  {
    name: 'mqtt.client_id_prefix',
    type: { kind: 'string' },
    default: broker.clientIdPrefix,
    reloadable: true,
    sentence: 'How client identifiers must begin; clients with others are refused, and an empty text refuses nobody.',
    mosquitto: 'clientid_prefixes',
  },
  {
    name: 'mqtt.retain_available',
    type: { kind: 'boolean' },
    default: broker.retainAvailable,
    reloadable: false,
    sentence: 'Whether clients may publish retained messages.',
    mosquitto: 'retain_available',
    emqx: 'mqtt.retain_available',
  },
  {
    name: 'mqtt.wildcard_subscriptions_available',
    type: { kind: 'boolean' },
    default: broker.wildcardSubscriptionAvailable,
    reloadable: false,
    sentence: 'Whether clients may subscribe to filters with wildcards.',
    emqx: 'mqtt.wildcard_subscription',
  },
  {
    name: 'mqtt.shared_subscriptions_available',
    type: { kind: 'boolean' },
    default: broker.sharedSubscriptionAvailable,
    reloadable: false,
    sentence: 'Whether clients may use shared subscriptions.',
    emqx: 'mqtt.shared_subscription',
  },
  {
    name: 'mqtt.subscription_identifiers_available',
    type: { kind: 'boolean' },
    default: broker.subscriptionIdentifiersAvailable,
    reloadable: false,
    sentence: 'Whether MQTT 5 clients may give identifiers to their subscriptions.',
  },
  {
    name: 'mqtt.overlapping_subscriptions',
    type: { kind: 'one-of', values: ['one_copy', 'copy_each', 'copy_each_mqtt5'] },
    default: broker.overlappingSubscriptions,
    reloadable: false,
    sentence:
      'Whether a message that several subscriptions of one client match is sent once, at the highest QoS with all their identifiers, or once for each, or once for each to clients of MQTT 5 alone.',
    mosquitto: 'allow_duplicate_messages',
  },
  {
    name: 'mqtt.response_information',
    type: { kind: 'string' },
    default: broker.responseInformation,
    reloadable: false,
    sentence:
      'Text given to MQTT 5 clients that ask for Response Information; %c becomes the client identifier, and an empty text gives none.',
    emqx: 'mqtt.response_information',
  },
  {
    name: 'mqtt.echo_below_v5',
    type: { kind: 'boolean' },
    default: broker.echoBelowV5,
    reloadable: true,
    sentence:
      'Whether clients below MQTT 5 get the messages that they publish themselves where they subscribe to them; MQTT 5 ' +
      'clients say that with each subscription.',
    emqx: 'mqtt.ignore_loop_deliver',
  },
  {
    name: 'mqtt.unauthorized_publish',
    type: { kind: 'one-of', values: ['drop', 'disconnect'] },
    default: broker.unauthorizedPublish,
    reloadable: true,
    sentence: 'What a publish without permission costs the client: the message, or the connection as well.',
    emqx: 'acl_deny_action',
  },
  {
    name: 'mqtt.unauthorized_will',
    type: { kind: 'one-of', values: ['refuse', 'drop'] },
    default: broker.unauthorizedWill,
    reloadable: true,
    sentence:
      'What a will without permission costs the client: the connection, of which it is told at once, or the will alone, ' +
      'for which the rules are asked when it is to be published.',
  },
  {
    name: 'mqtt.session_takeover',
    type: { kind: 'one-of', values: ['same_user', 'any_user'] },
    default: broker.sessionTakeover,
    reloadable: true,
    sentence:
      'Who may continue or end a session by its client identifier: only the user whose login began it, or whoever ' +
      'comes; sessions of anonymous clients are open to all.',
  },
  {
    name: 'shared_subscriptions.strategy',
    type: { kind: 'one-of', values: ['random', 'round_robin', 'sticky', 'hash_client', 'hash_topic'] },
    default: broker.sharedStrategy,
    reloadable: true,
    sentence: 'How the member of a shared subscription that gets a message is chosen.',
    emqx: 'broker.shared_subscription_strategy',
  },
];
