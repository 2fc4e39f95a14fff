/** Names of 65,535 bytes that a client chooses and that end up in what the broker says about it: packets and log lines. */

import { expect, test } from 'vitest';
import type { Log } from '../../src/ports/log.ts';
import { testBroker } from '../../src/testing/index.ts';

const long = 'x'.repeat(65_450);

/** The length of everything that is logged. */
function measuringLog(): { log: Log; longest: () => number } {
  let longest = 0;
  const see = (message: string): void => {
    longest = Math.max(longest, message.length);
  };
  return { log: { debug: see, info: see, warn: see, error: see }, longest: () => longest };
}

test('a client identifier that is too long is refused, named briefly, and ends nobody else', async () => {
  const { log, longest } = measuringLog();
  const t = await testBroker({ log });
  const bystander = await t.connect();
  const client = t.client({ clientId: long });
  const connack = await client.connect();
  expect(connack?.reasonCode).toBe(0x85);
  expect(connack?.properties?.reasonString?.length).toBeLessThan(1001);
  expect(client.isClosed).toBe(true);
  expect(bystander.isClosed).toBe(false);
  expect(longest()).toBeLessThan(2000);
  expect(t.broker.counters.limitsHit.get('client_id_bytes')).toBe(1);
});

test('an authentication method of the longest kind is refused as one that nobody provides', async () => {
  const t = await testBroker();
  const client = t.client();
  const connack = await client.connect({ properties: { authenticationMethod: long } });
  expect(connack?.reasonCode).toBe(0x8c);
  expect(connack?.properties?.reasonString?.length).toBeLessThan(1001);
});

for (const filter of [`${long}/a#`, `$share/g/${long}/#/b`]) {
  test(`a filter of the longest kind that is none disconnects only its client: ${filter.slice(0, 12)}`, async () => {
    const t = await testBroker();
    const bystander = await t.connect();
    for (const ask of ['subscribe', 'unsubscribe'] as const) {
      const client = await t.connect();
      await client[ask](filter);
      expect(client.take('disconnect')).toMatchObject({ reasonCode: 0x8f });
      expect(client.isClosed).toBe(true);
    }
    expect(bystander.isClosed).toBe(false);
  });
}

for (const qos of [1, 2] as const) {
  test(`a publish without permission to the longest topic is refused at QoS ${qos}, and the client stays`, async () => {
    const t = await testBroker({ access: { unmatched: 'deny' } });
    const client = await t.connect();
    await client.publish('y'.repeat(65_535), 'a', { qos });
    expect(client.take(qos === 1 ? 'puback' : 'pubrec')).toMatchObject({ reasonCode: 0x87 });
    expect(client.isClosed).toBe(false);
  });
}

test('a will without permission to the longest topic is refused', async () => {
  const t = await testBroker({ access: { unmatched: 'deny' } });
  const client = t.client();
  const will = {
    topic: 'w'.repeat(65_400),
    payload: Buffer.from('x'),
    qos: 0 as const,
    retain: false,
    properties: undefined,
  };
  const connack = await client.connect({ will });
  expect(connack?.reasonCode).toBe(0x87);
});

test('what an authenticator says at any length reaches the client shortened', async () => {
  const authenticator = {
    name: 'talkative',
    authenticate: () => ({ outcome: 'deny' as const, reasonString: 'no'.repeat(100_000) }),
  };
  const t = await testBroker({ access: { authenticators: [authenticator] } });
  const connack = await t.client().connect();
  expect(connack?.reasonCode).toBe(0x86);
  expect(connack?.properties?.reasonString?.length).toBeLessThan(1001);
});

test('a small publish that is refused costs a small answer, though its alias stands for a topic of 65,535 bytes', async () => {
  const t = await testBroker({ access: { unmatched: 'deny' } });
  const client = await t.connect();
  await client.publish('z'.repeat(65_535), '', { qos: 1, properties: { topicAlias: 1 } });
  client.take('puback');
  await client.publish('', '', { qos: 1, packetId: 2, properties: { topicAlias: 1 } });
  const answer = client.take('puback');
  expect(answer?.properties?.reasonString?.length).toBeLessThan(200);
});
