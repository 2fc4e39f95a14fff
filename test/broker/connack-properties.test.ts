import { expect, test } from 'vitest';
import type { BrokerOptions } from '../../src/broker/options.ts';
import type { Properties } from '../../src/packet/types.ts';
import { type TestBrokerOptions, testBroker } from '../../src/testing/index.ts';

/** Options under which CONNACK has nothing to say but the Maximum Packet Size. */
const silent: Partial<BrokerOptions> = { receiveMaximum: 65_535, topicAliasMaximum: 0, packetBytesMax: 1_048_576 };

async function announced(options: TestBrokerOptions, asked?: Properties): Promise<Properties | undefined> {
  const t = await testBroker({ ...options, broker: { ...silent, ...options.broker } });
  return (await t.client().connect({ properties: asked }))?.properties;
}

test('CONNACK tells only what differs from the defaults of the standard', async () => {
  expect(await announced({})).toEqual({ maximumPacketSize: 1_048_576 });
});

const rows: [options: TestBrokerOptions, expected: Properties][] = [
  [{ broker: { receiveMaximum: 7 } }, { receiveMaximum: 7 }],
  [{ broker: { packetBytesMax: 4711 } }, { maximumPacketSize: 4711 }],
  [{ broker: { topicAliasMaximum: 9 } }, { topicAliasMaximum: 9 }],
  [{ rules: { topicAliasMaximum: 3 } }, { topicAliasMaximum: 3 }],
  [{ broker: { maximumQos: 0 } }, { maximumQos: 0 }],
  [{ rules: { maximumQos: 1 } }, { maximumQos: 1 }],
  [{ broker: { retainAvailable: false } }, { retainAvailable: false }],
  [{ broker: { wildcardSubscriptionAvailable: false } }, { wildcardSubscriptionAvailable: false }],
  [{ broker: { subscriptionIdentifiersAvailable: false } }, { subscriptionIdentifiersAvailable: false }],
  [{ broker: { sharedSubscriptionAvailable: false } }, { sharedSubscriptionAvailable: false }],
];

for (const [options, expected] of rows) {
  test(`CONNACK announces ${JSON.stringify(expected)}`, async () => {
    expect(await announced(options)).toEqual({ maximumPacketSize: 1_048_576, ...expected });
  });
}

test('CONNACK has the User Properties that an authenticator gave, in their order', async () => {
  const userProperties: [string, string][] = [
    ['b', '1'],
    ['a', '2'],
  ];
  const authenticator = { name: 'x', authenticate: () => ({ outcome: 'allow' as const, userProperties }) };
  const properties = await announced({ access: { authenticators: [authenticator] } });
  expect(properties?.userProperties).toEqual(userProperties);
});
