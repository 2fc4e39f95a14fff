import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

const slow = { name: 'slow', authenticate: () => new Promise<never>(() => {}) };

test('a connection on which no CONNECT comes is closed when its time is over', async () => {
  const t = await testBroker({ broker: { connectSecondsMax: 5 } });
  const silent = t.client();
  const half = t.client();
  await half.sendBytes('10 20 00 04');
  await t.advance(4_900);
  expect([outcome(silent), outcome(half)]).toEqual(['open', 'open']);
  await half.sendBytes('4d');
  await t.advance(300);
  expect([outcome(silent), outcome(half)]).toEqual(['closed', 'closed']);
  expect(t.broker.counters.limitsHit.get('connect_seconds')).toBe(2);
  expect(t.broker.gauges.connections).toBe(0);
});

for (const version of [3, 4, 5] as const) {
  test(`v${version} a login that is not answered in time is closed`, async () => {
    const t = await testBroker({ broker: { connectSecondsMax: 5 }, access: { authenticators: [slow] } });
    const client = t.client({ version });
    await client.connect();
    await t.advance(4_900);
    expect(client.isClosed).toBe(false);
    await t.advance(300);
    expect(client.isClosed).toBe(true);
    expect(t.broker.gauges).toMatchObject({ connections: 0, sessions: 0 });
  });

  test(`v${version} a client that was accepted in time stays`, async () => {
    const t = await testBroker({ broker: { connectSecondsMax: 5 } });
    const client = await t.connect({ version });
    await t.advance(60_000);
    expect(outcome(client)).toBe('open');
  });
}

test('an authentication that goes on without end is closed', async () => {
  const exchange = { step: () => ({ outcome: 'continue' as const, data: undefined }) };
  const t = await testBroker({
    broker: { connectSecondsMax: 5 },
    access: { enhancedAuthenticators: [{ method: 'm', begin: () => exchange }] },
  });
  const client = t.client();
  const properties = { authenticationMethod: 'm' };
  await client.connect({ properties });
  for (let second = 0; second < 6; second++) {
    if (!client.isClosed) await client.send({ type: 'auth', reasonCode: 0x18, properties });
    await t.advance(1000);
  }
  expect(client.isClosed).toBe(true);
  expect(client.take('connack')?.reasonCode ?? 0x87).toBe(0x87);
});
