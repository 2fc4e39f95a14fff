import { expect, test } from 'vitest';
import type { ClientIdentity } from '../../src/ports/access.ts';
import { SeededRandom, testBroker } from '../../src/testing/index.ts';
import { outcome } from './outcome.ts';

const nameless = { clientId: '' };

for (const version of [4, 5] as const) {
  test(`v${version} [MQTT-3.1.3-6] [MQTT-3.2.2-16] clients without an identifier get one each`, async () => {
    const t = await testBroker();
    const connected: ClientIdentity[] = [];
    t.broker.on('connected', ({ client }) => connected.push(client));
    for (let i = 0; i < 200; i++) await t.connect({ version, ...nameless });
    const ids = connected.map(({ clientId }) => clientId);
    expect(new Set(ids).size).toBe(200);
    expect(ids).not.toContain('');
    expect(t.broker.gauges.connections).toBe(200);
  });
}

for (const cleanStart of [true, false]) {
  test(`[MQTT-3.1.3-7] an MQTT 5 client is told its identifier and resumes with it, Clean Start ${cleanStart}`, async () => {
    const t = await testBroker();
    const first = t.client(nameless);
    const connack = await first.connect({ cleanStart, properties: { sessionExpiryInterval: 60 } });
    const assigned = connack?.properties?.assignedClientIdentifier;
    expect(assigned).toMatch(/^.+$/);
    await first.subscribe('a', { qos: 1 });
    await first.drop();
    await t.broker.publish({ topic: 'a', payload: 'kept', qos: 1 });
    const second = t.client({ clientId: assigned! });
    const again = await second.connect({ cleanStart: false });
    expect(again).toMatchObject({ sessionPresent: true });
    expect(again?.properties?.assignedClientIdentifier).toBeUndefined();
    expect(second.takePublishes()).toMatchObject([{ text: 'kept' }]);
  });
}

test('[MQTT-3.2.2-16] an assigned identifier is not one that another client already uses', async () => {
  const seed = 5;
  const digits = new SeededRandom(seed).hex(16);
  const taken = `auto-${digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}`;
  const t = await testBroker({ seed });
  const owner = await t.connect({ clientId: taken, connect: { properties: { sessionExpiryInterval: 60 } } });
  const connack = await t.client(nameless).connect();
  expect(connack?.properties?.assignedClientIdentifier).not.toBe(taken);
  expect(outcome(owner)).toBe('open');
  expect(t.broker.gauges.connections).toBe(2);
});

test('[MQTT-3.1.3-8@3.1.1] [MQTT-3.1.3-7@3.1.1] v4 gets return code 2 without identifier and without clean session', async () => {
  const t = await testBroker();
  const client = t.client({ version: 4, ...nameless });
  await client.send(client.connectPacket({ cleanStart: false }));
  expect(outcome(client)).toBe(2);
  expect(t.broker.gauges.sessions).toBe(0);
});

for (const cleanStart of [true, false]) {
  test(`v3 has no empty identifier and answers with return code 2, clean session ${cleanStart}`, async () => {
    const t = await testBroker();
    const client = t.client({ version: 3, ...nameless });
    await client.send(client.connectPacket({ cleanStart }));
    expect(outcome(client)).toBe(2);
  });
}
