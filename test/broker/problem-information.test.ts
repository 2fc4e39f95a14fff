import { expect, test } from 'vitest';
import type { Received, TestClient } from '../../src/testing/index.ts';
import { testBroker } from '../../src/testing/index.ts';

function reasonOf(packet: Received | undefined): string | undefined {
  return packet !== undefined && 'properties' in packet ? packet.properties?.reasonString : undefined;
}

async function deniedClient(requestProblemInformation: boolean | undefined): Promise<TestClient> {
  const t = await testBroker({ access: { authorizers: [{ name: 'no', authorize: () => 'deny' }] } });
  const properties = requestProblemInformation === undefined ? undefined : { requestProblemInformation };
  return t.connect({ connect: { properties } });
}

for (const asked of [undefined, true]) {
  test(`a client with Request Problem Information ${asked} is told why a message is refused`, async () => {
    const client = await deniedClient(asked);
    await client.publish('a', 'x', { qos: 1 });
    expect(reasonOf(client.take('puback'))).toMatch(/permission/);
    await client.publish('a', 'x', { qos: 2 });
    expect(reasonOf(client.take('pubrec'))).toMatch(/permission/);
  });
}

test('[MQTT-3.1.2-29] with Request Problem Information 0 acknowledgements have the code and no Reason String', async () => {
  const client = await deniedClient(false);
  await client.publish('a', 'x', { qos: 1 });
  expect(client.take('puback')).toMatchObject({ reasonCode: 0x87, properties: undefined });
  await client.publish('a', 'x', { qos: 2 });
  expect(client.take('pubrec')).toMatchObject({ reasonCode: 0x87, properties: undefined });
  const suback = await client.subscribe('a');
  expect(suback).toMatchObject({ reasonCodes: [0x87], properties: undefined });
});

test('[MQTT-3.1.2-29] with Request Problem Information 0 PUBLISH keeps its User Properties', async () => {
  const t = await testBroker();
  const client = await t.connect({ connect: { properties: { requestProblemInformation: false } } });
  await client.subscribe('a');
  const userProperties: [string, string][] = [['n', 'v']];
  await client.publish('a', 'x', { properties: { userProperties } });
  expect(client.takePublishes()[0]?.properties).toEqual({ userProperties });
});

test('[MQTT-3.1.2-29] with Request Problem Information 0 DISCONNECT and CONNACK may still say why', async () => {
  const t = await testBroker();
  const client = await t.connect({ connect: { properties: { requestProblemInformation: false } } });
  await client.sendBytes('c1 00');
  expect(reasonOf(client.take('disconnect'))).toMatch(/PINGREQ/);
  const refused = t.client();
  const properties = { requestProblemInformation: false, authenticationMethod: 'none' };
  expect(reasonOf(await refused.connect({ properties }))).toMatch(/none/);
});
