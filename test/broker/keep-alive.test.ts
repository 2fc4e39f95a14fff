import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

for (const version of [3, 4, 5] as const) {
  const code = version === 5 ? 0x8d : 'closed';

  test(`v${version} [MQTT-3.1.2-22] [MQTT-3.2.2-22] [MQTT-3.1.2-24@3.1.1] silence for 1.5 times the keep alive ends it`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version, connect: { keepAlive: 10 } });
    await t.advance(14_900);
    expect(outcome(client)).toBe('open');
    await t.advance(2_100);
    expect(outcome(client)).toBe(code);
    expect(t.broker.counters.keepAliveTimeouts).toBe(1);
  });

  test(`v${version} [MQTT-3.1.2-20] any packet from the client shows that it is there`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version, connect: { keepAlive: 10 } });
    const signs: (() => Promise<unknown>)[] = [
      () => client.send({ type: 'pingreq' }),
      () => client.publish('a', 'x'),
      () => client.publish('a', 'x', { qos: 1 }),
      () => client.subscribe('b'),
      () => client.unsubscribe('b'),
      () => client.ack('puback', 1),
    ];
    for (const sign of signs) {
      await t.advance(14_900);
      expect(outcome(client)).toBe('open');
      await sign();
    }
    await t.advance(14_900);
    expect(outcome(client)).toBe('open');
    await t.advance(2_100);
    expect(outcome(client)).toBe(code);
  });

  test(`v${version} [MQTT-3.1.2-22] what the server sends does not count, nor does half a packet`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version, connect: { keepAlive: 10 } });
    await client.subscribe('a');
    for (let second = 0; second < 17; second++) {
      await t.broker.publish({ topic: 'a', payload: 'x' });
      if (second === 10) await client.sendBytes('30 05 00');
      await t.advance(1000);
    }
    client.takePublishes();
    expect(client.isClosed).toBe(true);
  });

  test(`v${version} [MQTT-3.1.2-22] keep alive 0 switches it off`, async () => {
    const t = await testBroker();
    const client = await t.connect({ version, connect: { keepAlive: 0 } });
    await t.advance(200 * 3_600_000);
    expect(outcome(client)).toBe('open');
  });

  test(`v${version} [MQTT-3.1.2-22] the shortest and the longest keep alive are kept`, async () => {
    const t = await testBroker();
    const short = await t.connect({ version, connect: { keepAlive: 1 } });
    const long = await t.connect({ version, connect: { keepAlive: 65_535 } });
    await t.advance(1_400);
    expect(outcome(short)).toBe('open');
    await t.advance(500);
    expect(outcome(short)).toBe(code);
    await t.advance(65_535 * 1500 - 3_000);
    expect(outcome(long)).toBe('open');
    await t.advance(65_535 * 200);
    expect(outcome(long)).toBe(code);
  });
}
