/** What clients below MQTT 5 cannot say for themselves, and the operator says for them. */

import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';

test('echoBelowV5: false keeps the own messages of older clients from them, and no others', async () => {
  const t = await testBroker({ broker: { echoBelowV5: false } });
  const old = await t.connect({ version: 4 });
  const recent = await t.connect();
  for (const client of [old, recent]) await client.subscribe('a');
  await old.publish('a', 'of the old one');
  await recent.publish('a', 'of the recent one');
  expect(old.takePublishes().map(({ text }) => text)).toEqual(['of the recent one']);
  expect(recent.takePublishes().map(({ text }) => text)).toEqual(['of the old one', 'of the recent one']);
});

test('sessions of older clients last as long as the operator says, and others as long as they ask', async () => {
  const t = await testBroker({ broker: { sessionExpirySecondsBelowV5: 60 } });
  const old = await t.connect({ version: 4, clientId: 'old', connect: { cleanStart: false } });
  const recent = await t.connect({ clientId: 'recent', connect: { properties: { sessionExpiryInterval: 600 } } });
  for (const client of [old, recent]) await client.drop();
  await t.advance(120_000);
  const again = await t.client({ version: 4, clientId: 'old' }).connect({ cleanStart: false });
  const other = await t.client({ clientId: 'recent' }).connect({ cleanStart: false });
  expect([again, other]).toMatchObject([{ sessionPresent: false }, { sessionPresent: true }]);
});
