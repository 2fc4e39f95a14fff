import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} a client above its subscriptions is refused in SUBACK (0x97) and counted`, async () => {
    const t = await testBroker({ broker: { subscriptionsPerClientMax: 2 } });
    const client = await t.connect({ version, clientId: 'c', connect: lasting(version) });
    const refused = version === 5 ? 0x97 : 0x80;
    const codes: (readonly number[] | undefined)[] = [];
    for (const filter of ['a', '$share/g/b', 'c', 'a'])
      codes.push((await client.subscribe(filter, { qos: 1 }))?.reasonCodes);
    expect(codes).toEqual([[1], [1], [refused], [1]]);
    await client.drop();
    const again = await t.connect({ version, clientId: 'c', connect: lasting(version) });
    expect((await again.subscribe('c'))?.reasonCodes).toEqual([refused]);
    await again.unsubscribe('a');
    expect((await again.subscribe('c'))?.reasonCodes).toEqual([0]);
    expect(t.broker.counters.limitsHit.get('subscriptions_per_client')).toBe(2);
    expect(t.broker.gauges.subscriptions).toBe(2);
  });
}

test('another client has a count of its own', async () => {
  const t = await testBroker({ broker: { subscriptionsPerClientMax: 1 } });
  for (let i = 0; i < 3; i++) {
    expect((await (await t.connect()).subscribe('a'))?.reasonCodes).toEqual([0]);
  }
});
