/** Two brokers of ours with a bridge between them, in every version of MQTT. */

import { describe, expect, test } from 'vitest';
import type { BridgeSpec } from '../../src/bridges/spec.ts';
import type { ProtocolVersion } from '../../src/packet/types.ts';
import { folder, pause, until } from '../listeners/listening.ts';
import { bridgeTo, bridgingBroker, connected, texts } from './bridging.ts';

const versions: readonly ProtocolVersion[] = [3, 4, 5];

describe.each(versions)('MQTT level %i', (protocolVersion) => {
  test('messages of every QoS cross in both directions with their prefixes, each once', async () => {
    const [here, there] = [await bridgingBroker(), await bridgingBroker()];
    const rules = ['a/# out 2 here/ there/', 'b/# in 2 mine/ yours/', 'c/# both 2'];
    const bridges = await here.bridged(bridgeTo(there.port, rules, { protocolVersion }));
    const [atHere, atThere] = [here.collect('#'), there.collect('#')];
    for (const qos of [0, 1, 2] as const) {
      await here.broker.publish({ topic: 'here/a/x', payload: `out${qos}`, qos });
      await here.broker.publish({ topic: 'a/x', payload: 'stays', qos });
      await there.broker.publish({ topic: 'yours/b/x', payload: `in${qos}`, qos });
      await here.broker.publish({ topic: 'c/x', payload: `from here ${qos}`, qos });
      await there.broker.publish({ topic: 'c/x', payload: `from there ${qos}`, qos });
    }
    const expectedHere = [0, 1, 2].flatMap((qos) => [
      `here/a/x out${qos}`,
      'a/x stays',
      `mine/b/x in${qos}`,
      `c/x from here ${qos}`,
      `c/x from there ${qos}`,
    ]);
    const expectedThere = [0, 1, 2].flatMap((qos) => [
      `there/a/x out${qos}`,
      `yours/b/x in${qos}`,
      `c/x from here ${qos}`,
      `c/x from there ${qos}`,
    ]);
    await until(() => atHere.length >= expectedHere.length && atThere.length >= expectedThere.length, 'all messages');
    // A message that ran in a circle would be here again before these have crossed one after the other.
    await here.broker.publish({ topic: 'c/end', payload: 'end', qos: 2 });
    await until(() => texts(atThere).includes('c/end end'), 'the end there');
    await there.broker.publish({ topic: 'c/end', payload: 'end too', qos: 2 });
    await until(() => texts(atHere).includes('c/end end too'), 'the end here');
    expect(texts(atHere).sort()).toEqual([...expectedHere, 'c/end end', 'c/end end too'].sort());
    expect(texts(atThere).sort()).toEqual([...expectedThere, 'c/end end', 'c/end end too'].sort());
    expect(bridges.get('bridge')).toMatchObject({
      state: 'connected',
      protocolVersion,
      lastFailure: undefined,
      counters: { messagesOut: 7, messagesIn: 7, connects: 1, failures: 0, refused: 0 },
    });
  });

  test.each<[string, Partial<BridgeSpec>]>([
    ['that tell of their state', {}],
    ['that tell nothing of their state', { notifications: false }],
    ['that tell of their state here alone', { notificationsLocalOnly: true }],
    ['that tell of their state on a topic of its own', { notificationTopic: 'states/x' }],
  ])(
    'two brokers that both bridge everything in both directions do not send messages round, with bridges %s',
    async (_how, options) => {
      const [here, there] = [await bridgingBroker(), await bridgingBroker()];
      const both = { protocolVersion, ...options };
      const toThere = await here.bridge(bridgeTo(there.port, ['# both 2'], { ...both, remoteClientId: 'h.x' }));
      const toHere = await there.bridge(bridgeTo(here.port, ['# both 2'], { ...both, remoteClientId: 't.x' }));
      await connected(toThere);
      await connected(toHere);
      const knowsOther = (): boolean => here.filters.includes('$SYS/broker/bridges/+');
      await until(knowsOther, 'the other bridge has asked for the bridges here');
      const [atHere, atThere] = [here.collect('t/#'), there.collect('t/#')];
      for (let i = 0; i < 20; i++) {
        await here.broker.publish({ topic: `t/${i}`, payload: 'here', qos: 1 });
        await there.broker.publish({ topic: `t/${i}`, payload: 'there', qos: 2 });
      }
      const settled = (): boolean => atHere.length >= 60 && atThere.length >= 60;
      await until(settled, 'all have crossed').catch(() => {});
      await pause(100);
      // Both bridges carry what was published on one side, so the other side gets it twice, and neither gets it back.
      const count = (messages: typeof atHere, payload: string): number =>
        texts(messages).filter((text) => text.endsWith(` ${payload}`)).length;
      expect([count(atHere, 'here'), count(atThere, 'there')]).toEqual([20, 20]);
      expect([count(atHere, 'there'), count(atThere, 'here')]).toEqual([40, 40]);
    },
  );

  test('what was published while the other broker was away waits, also over a restart', async () => {
    const path = folder();
    const first = await bridgingBroker({ folder: path });
    const there = await bridgingBroker();
    const spec = bridgeTo(there.port, ['q/# out 2'], { protocolVersion });
    const unreachable = { ...spec, addresses: [{ host: '127.0.0.1', port: 1 }] };
    const bridges = await first.bridge(unreachable);
    for (let i = 0; i < 30; i++) await first.broker.publish({ topic: `q/${i}`, payload: 'x', qos: ((i % 2) + 1) as 1 });
    await until(() => (bridges.get('bridge')?.counters.failures ?? 0) > 1, 'it tries again');
    expect(bridges.get('bridge')?.lastFailure?.code).toBe('BRIDGE_UNREACHABLE');
    await first.close();
    const second = await bridgingBroker({ folder: path });
    const atThere = there.collect('q/#');
    await second.bridged(spec);
    await until(() => atThere.length >= 30, 'what waited');
    await second.broker.publish({ topic: 'q/end', payload: '', qos: 2 });
    await until(() => atThere.some(({ topic }) => topic === 'q/end'), 'the end');
    expect(atThere.map(({ topic }) => topic)).toEqual([...Array.from({ length: 30 }, (_, i) => `q/${i}`), 'q/end']);
  });
});
