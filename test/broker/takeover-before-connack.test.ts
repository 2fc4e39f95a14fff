import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { KeptStore } from './kept-store.ts';
import { lasting } from './lasting-session.ts';
import { outcome } from './outcome.ts';

for (const version of [3, 4, 5] as const) {
  test(`v${version} [MQTT-3.14.0-1] [MQTT-3.1.4-3] who is taken over before its CONNACK gets no DISCONNECT`, async () => {
    const t = await testBroker({ store: new KeptStore() });
    const first = t.client({ version, clientId: 'pump' });
    const second = t.client({ version, clientId: 'pump' });
    // Both CONNECTs are read before what the first wrote is durable.
    await Promise.all([
      first.send(first.connectPacket(lasting(version))),
      second.send(second.connectPacket(lasting(version))),
    ]);
    expect(outcome(first)).toBe(version === 5 ? 0x80 : 'closed');
    expect(first.inbox.map(({ type }) => type)).toEqual(version === 5 ? ['connack'] : []);
    expect(second.inbox.map(({ type }) => type)).toEqual(['connack']);
    expect(outcome(second)).toBe('open');
    expect(t.broker.gauges).toMatchObject({ connections: 1, sessions: 1 });
  });

  test(`v${version} [MQTT-3.1.4-3] of two logins that are checked at the same time the later accepted one stays`, async () => {
    const pending: (() => void)[] = [];
    const authenticate = () =>
      new Promise<{ outcome: 'allow' }>((resolve) => pending.push(() => resolve({ outcome: 'allow' })));
    const t = await testBroker({ access: { authenticators: [{ name: 'slow', authenticate }] } });
    const first = t.client({ version, clientId: 'pump' });
    const second = t.client({ version, clientId: 'pump' });
    await first.connect();
    await second.connect();
    pending[1]!();
    await t.run();
    expect(second.take('connack')?.reasonCode).toBe(0);
    pending[0]!();
    await t.run();
    expect(first.take('connack')?.reasonCode).toBe(0);
    expect(outcome(second)).toBe(version === 5 ? 0x8e : 'closed');
    expect(outcome(first)).toBe('open');
    expect(t.broker.gauges).toMatchObject({ connections: 1, sessions: 1 });
  });
}
