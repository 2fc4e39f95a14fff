import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { lasting } from './lasting-session.ts';
import { outcome } from './outcome.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.1.4-2] a connection above the limit is refused as server busy, and the next has its place`, async () => {
    const t = await testBroker({ broker: { connectionsMax: 2 } });
    await t.connect({ version });
    const second = await t.connect({ version });
    const third = t.client({ version });
    await third.send(third.connectPacket());
    expect(outcome(third)).toBe(version === 5 ? 0x89 : 3);
    expect(t.broker.counters.limitsHit.get('connections')).toBe(1);
    await second.drop();
    await t.connect({ version });
  });

  test(`v${version} [MQTT-3.1.4-2] a session above the limit is refused with quota exceeded, a known one resumes`, async () => {
    const t = await testBroker({ broker: { sessionsMax: 1 } });
    const first = await t.connect({ version, clientId: 'a', connect: lasting(version) });
    await first.drop();
    const second = t.client({ version, clientId: 'b' });
    await second.send(second.connectPacket());
    expect(outcome(second)).toBe(version === 5 ? 0x97 : 3);
    expect(t.broker.counters.limitsHit.get('sessions')).toBe(1);
    await t.connect({ version, clientId: 'a', connect: lasting(version) });
  });
}
