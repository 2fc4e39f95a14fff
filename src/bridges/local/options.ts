/**
 * What holds for a bridge's own session. Limits on what a client may ask for are there because nobody knows who it is;
 * a bridge asks for what the operator has written, and its session is where messages wait that are promised to the
 * other broker. So it does not expire while that one is away, and what clients may not be called or ask for is no
 * reason to refuse it.
 */

import { type BrokerOptions, type ClientOptions, optionsOfClients } from '../../broker/options.ts';
import { TOPIC_BYTES_MAX } from '../../topic/name.ts';
import type { BridgeSpec } from '../spec.ts';

const FOR_EVER = 0xffffffff;

const OWN: Partial<ClientOptions> = {
  clientIdPrefix: '',
  clientIdBytesMax: 65_535,
  keepAliveSecondsMax: 0,
  keepAliveStrict: false,
  sessionExpirySecondsMax: FOR_EVER,
  sessionExpirySecondsBelowV5: FOR_EVER,
  flappingDetection: false,
  subscriptionsPerClientMax: Number.MAX_SAFE_INTEGER,
  subscriptionBytesPerClientMax: Number.MAX_SAFE_INTEGER,
  topicLevelsMax: 65_535,
  topicBytesMax: TOPIC_BYTES_MAX,
  wildcardSubscriptionAvailable: true,
  sharedSubscriptionAvailable: true,
};

/** @param ofBroker whose values hold, as they are at any moment, where the bridge has none of its own */
export function localOptions(
  ofBroker: BrokerOptions,
  { queuedMessagesMax, queuedBytesMax }: Pick<BridgeSpec, 'queuedMessagesMax' | 'queuedBytesMax'>,
): BrokerOptions {
  const options = optionsOfClients(ofBroker, {
    ...OWN,
    ...(queuedMessagesMax !== undefined && { queuedMessagesMax }),
    ...(queuedBytesMax !== undefined && { queuedBytesMax }),
  });
  // A message that is not taken would come again for ever; what subscribers get is bounded where they are.
  return Object.assign(options, { maximumQos: 2 });
}
