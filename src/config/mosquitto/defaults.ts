/** What Mosquitto 2.0 does without being told, where that differs from what the broker does by itself. */

import type { OptionValue } from '../../ports/option.ts';

/** By the paths of the options. */
export const dialectDefaults: Readonly<Record<string, OptionValue>> = {
  'logins.refusal_code': 'not_authorized',
  'permissions.unmatched': 'allow',
  'permissions.sys_readers': 'everybody',
  'permissions.unchecked': ['bridges'],
  'permissions.check_retained_publishers': true,
  'durability.mode': 'memory',
  'limits.inflight_max': 20,
  'limits.receive_max': 20,
  'limits.queued_messages_max': 1000,
  'limits.queued_bytes_max': Number.MAX_SAFE_INTEGER,
  'limits.packet_bytes_max': 268_435_460,
  'limits.connect_bytes_max': 100_000,
  'limits.client_id_bytes_max': 65_535,
  'limits.topic_levels_max': 200,
  'limits.keep_alive_strict': true,
  // There one subscription more never fails; what a client can hold is bounded by the bytes of its filters.
  'limits.subscriptions_per_client_max': 1_000_000_000,
  // There is no limit there; these are beyond what anybody sends in good faith.
  'limits.filters_per_packet_max': 10_000,
  'limits.user_properties_max': 1000,
  'mqtt.overlapping_subscriptions': 'copy_each_mqtt5',
  'mqtt.session_takeover': 'any_user',
  'mqtt.unauthorized_will': 'drop',
  'log.format': 'mosquitto',
  'log.connections': true,
  'log.file_bytes_max': 0,
  'presence.enabled': false,
  'sys.tree': 'mosquitto',
  'management.enabled': false,
};

/** The same of one listener, named without `listeners.NAME.`. */
export const listenerDefaults: Readonly<Record<string, OptionValue>> = {
  connections_max: 1_000_000_000,
  topic_aliases_max: 10,
  no_delay: false,
};
