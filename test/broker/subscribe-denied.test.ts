import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';

const asked: string[] = [];
const authorize = (_client: unknown, { topic, action, qos }: { topic: string; action: string; qos: number }) => {
  if (action === 'subscribe') asked.push(`${topic} ${qos}`);
  return (topic.startsWith('no') ? 'deny' : 'ignore') as 'deny' | 'ignore';
};
const access = { authorizers: [{ name: 'no', authorize }] };
const verdict = (allowed: boolean) => (allowed ? 'allow' : 'deny') as 'allow' | 'deny';

for (const version of [3, 4, 5] as const) {
  test(`v${version} a denied subscription gets 0x87, before MQTT 5 0x80, and no message`, async () => {
    const t = await testBroker({ access });
    const client = await t.connect({ version });
    await t.broker.publish({ topic: 'no/way', payload: 'x', retain: true });
    expect((await client.subscribe('no/#'))?.reasonCodes).toEqual([version === 5 ? 0x87 : 0x80]);
    await t.broker.publish({ topic: 'no/way', payload: 'x' });
    await t.run();
    expect(client.inbox).toEqual([]);
    expect(t.broker.gauges.subscriptions).toBe(0);
    expect(await client.unsubscribe('no/#')).toBeDefined();
  });

  test(`v${version} a subscription that is permitted stays as it was when its replacement is denied`, async () => {
    const upToQos1 = { name: 'qos', authorize: (_client: unknown, { qos }: { qos: number }) => verdict(qos < 2) };
    const t = await testBroker({ access: { authorizers: [upToQos1] } });
    const client = await t.connect({ version });
    await client.subscribe('a', { qos: 1 });
    expect((await client.subscribe('a', { qos: 2 }))?.reasonCodes).toEqual([version === 5 ? 0x87 : 0x80]);
    await t.broker.publish({ topic: 'a', payload: 'x', qos: 2 });
    await t.run();
    expect(client.takePublishes()).toMatchObject([{ qos: 1 }]);
  });
}

test('for a shared subscription the filter behind the share name is asked for', async () => {
  asked.length = 0;
  const t = await testBroker({ access });
  const client = await t.connect();
  expect((await client.subscribe('$share/g/no/x', { qos: 2 }))?.reasonCodes).toEqual([0x87]);
  expect((await client.subscribe('$queue/no/y'))?.reasonCodes).toEqual([0x87]);
  expect((await client.subscribe('$share/no/yes', { qos: 1 }))?.reasonCodes).toEqual([1]);
  expect(asked).toEqual(['no/x 2', 'no/y 0', 'yes 1']);
});
