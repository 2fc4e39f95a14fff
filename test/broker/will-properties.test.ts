import { expect, test } from 'vitest';
import type { Properties } from '../../src/packet/types.ts';
import { watchedBroker, willOf } from './wills.ts';

const properties: Properties = {
  payloadFormatIndicator: 1,
  contentType: 'text/plain',
  responseTopic: 'answers',
  correlationData: Buffer.from([0, 255]),
  userProperties: [
    ['z', '1'],
    ['a', '2'],
    ['z', '1'],
    ['', ''],
  ],
};

test('[MQTT-3.1.3-10] the properties of a will reach its receivers, User Properties in their order', async () => {
  const [t, watcher] = await watchedBroker();
  const client = await t.connect({ connect: { will: willOf('gone', { willDelayInterval: 1, ...properties }) } });
  await client.drop();
  const [will] = watcher.takePublishes();
  expect(will?.properties).toEqual(properties);
});

test('[MQTT-3.1.3-10] a will that was delayed has its properties too, and no delay', async () => {
  const [t, watcher] = await watchedBroker();
  const will = willOf('gone', { ...properties, willDelayInterval: 5 });
  const client = await t.connect({ connect: { will, properties: { sessionExpiryInterval: 60 } } });
  await client.drop();
  await t.advance(6000);
  expect(watcher.takePublishes()[0]?.properties).toEqual(properties);
});

test('the Message Expiry Interval of a will begins when it is published', async () => {
  const [t, watcher] = await watchedBroker();
  const will = { ...willOf('gone', { messageExpiryInterval: 30, willDelayInterval: 60 }), retain: true };
  const client = await t.connect({ connect: { will, properties: { sessionExpiryInterval: 600 } } });
  await t.advance(100_000);
  await client.drop();
  await t.advance(60_200);
  const [published] = watcher.takePublishes();
  expect(published?.properties?.messageExpiryInterval).toBe(30);
  await t.advance(20_000);
  const late = await t.connect();
  await late.subscribe('will');
  expect(late.takePublishes()[0]?.properties?.messageExpiryInterval).toBe(10);
  await t.advance(11_000);
  const tooLate = await t.connect();
  await tooLate.subscribe('will');
  expect(tooLate.takePublishes()).toEqual([]);
});

for (const version of [3, 4] as const) {
  test(`v${version} receives a will of MQTT 5 without its properties`, async () => {
    const [t] = await watchedBroker();
    const old = await t.connect({ version });
    await old.subscribe('will');
    const client = await t.connect({ connect: { will: willOf('gone', properties) } });
    await client.drop();
    expect(old.takePublishes()).toMatchObject([{ text: 'gone', properties: undefined }]);
  });
}
