/** What MQTT.js shows of MQTT 5: properties in both directions, aliases, and reason codes as errors. */

import { describe, expect, test } from 'vitest';
import { until } from '../listeners/listening.ts';
import { connectedJs, jsClient } from './mqttjs.ts';
import { serve } from './serving.ts';

const mqtt5 = { protocolVersion: 5 } as const;

describe('MQTT 5 with MQTT.js', () => {
  test('a request carries its properties to whoever answers, and the answer comes back', async () => {
    const { urlOf } = await serve();
    const server = await connectedJs(urlOf('tcp'), mqtt5);
    await server.client.subscribeAsync('time/now', { qos: 1, properties: { subscriptionIdentifier: 7 } });
    server.client.on('message', (_topic, _payload, { properties }) => {
      const { responseTopic = '', correlationData } = properties ?? {};
      server.client.publish(responseTopic, '12:00', { qos: 1, properties: { correlationData: correlationData! } });
    });
    const asking = await connectedJs(urlOf('tcp'), mqtt5);
    await asking.client.subscribeAsync('answers/me', { qos: 1, nl: true });
    const correlationData = Buffer.from([0, 255, 7]);
    await asking.client.publishAsync('time/now', 'Shanghai', {
      qos: 1,
      properties: {
        responseTopic: 'answers/me',
        correlationData,
        contentType: 'text/plain',
        payloadFormatIndicator: true,
        messageExpiryInterval: 60,
        userProperties: { zone: ['Asia', 'Shanghai'], hour: '24' },
      },
    });
    const [answer] = await asking.received(1);
    expect(answer).toMatchObject({ topic: 'answers/me', payload: '12:00' });
    expect(answer!.packet.properties?.correlationData?.equals(correlationData)).toBe(true);
    expect(server.messages[0]!.packet.properties).toMatchObject({
      contentType: 'text/plain',
      payloadFormatIndicator: true,
      messageExpiryInterval: 60,
      subscriptionIdentifier: 7,
      userProperties: { zone: ['Asia', 'Shanghai'], hour: '24' },
    });
  });

  test('No Local keeps a client from hearing itself', async () => {
    const { urlOf } = await serve();
    const { client, messages } = await connectedJs(urlOf('tcp'), mqtt5);
    await client.subscribeAsync('room', { qos: 1, nl: true });
    await client.subscribeAsync('end', { qos: 1 });
    await client.publishAsync('room', 'echo', { qos: 1 });
    await client.publishAsync('end', 'end', { qos: 1 });
    await until(() => messages.length > 0, 'the end');
    expect(messages.map(({ payload }) => payload)).toEqual(['end']);
  });

  test('aliases work in both directions', async () => {
    const { broker, urlOf } = await serve();
    const receiver = await connectedJs(urlOf('tcp'), { ...mqtt5, properties: { topicAliasMaximum: 2 } });
    const sender = await connectedJs(urlOf('tcp'), { ...mqtt5, autoAssignTopicAlias: true, autoUseTopicAlias: true });
    const wire: [string, number | undefined][] = [];
    receiver.client.on('packetreceive', (packet) => {
      if (packet.cmd === 'publish') wire.push([packet.topic, packet.properties?.topicAlias]);
    });
    await receiver.client.subscribeAsync('alias/#', { qos: 1 });
    const topics = ['alias/one', 'alias/two', 'alias/three', 'alias/one', 'alias/two', 'alias/three'];
    for (const topic of topics) await sender.client.publishAsync(topic, topic, { qos: 1 });
    await receiver.received(6);
    expect(receiver.messages.map(({ topic, payload }) => [topic, payload])).toEqual(
      topics.map((topic) => [topic, topic]),
    );
    expect(wire.slice(0, 3)).toEqual([
      ['alias/one', 1],
      ['alias/two', 2],
      ['alias/three', undefined],
    ]);
    expect(broker.counters.protocolErrors).toBe(0);
  });

  test('CONNACK tells what is offered', async () => {
    const { urlOf } = await serve({ receiveMaximum: 20, packetBytesMax: 5_000, responseInformation: 'answers/%c' });
    const { client } = jsClient(urlOf('tcp'), {
      ...mqtt5,
      clientId: '',
      properties: { requestResponseInformation: true },
    });
    const properties = await new Promise<Record<string, unknown>>((resolve) =>
      client.once('connect', (packet) => resolve({ ...packet.properties })),
    );
    const { assignedClientIdentifier } = properties;
    expect(assignedClientIdentifier).toMatch(/^auto-/);
    expect(properties).toMatchObject({
      receiveMaximum: 20,
      maximumPacketSize: 5_000,
      responseInformation: `answers/${assignedClientIdentifier}`,
    });
  });

  test('a publish without permission fails with 0x87 and its reason', async () => {
    const { urlOf } = await serve({
      authorize: (_client, { action, topic }) => action !== 'publish' || topic !== 'forbidden',
    });
    const { client } = await connectedJs(urlOf('tcp'), mqtt5);
    for (const qos of [1, 2] as const) {
      await expect(client.publishAsync('forbidden', 'x', { qos })).rejects.toMatchObject({ code: 0x87 });
    }
    await client.publishAsync('allowed', 'x', { qos: 2 });
  });

  test('a subscription without permission fails with 0x87', async () => {
    const { urlOf } = await serve({ authorize: (_client, { action }) => action !== 'subscribe' });
    const { client } = await connectedJs(urlOf('tcp'), mqtt5);
    await expect(client.subscribeAsync('secret')).rejects.toMatchObject({ packet: { granted: [0x87] } });
  });

  test.each([
    ['3.1.1', 4, 4],
    ['5.0', 5, 0x86],
  ] as const)(
    'a client of %s without a login is refused where none may come in',
    async (_name, protocolVersion, code) => {
      const { urlOf } = await serve({ listen: { allowAnonymous: false } });
      const { errors } = jsClient(urlOf('tcp'), { protocolVersion });
      await until(() => errors.length > 0, 'the refusal');
      expect(errors[0]).toMatchObject({ code });
    },
  );

  test.each([
    ['3.1.1', 4, 4],
    ['5.0', 5, 0x86],
  ] as const)('a wrong password of %s is told as such', async (_name, protocolVersion, code) => {
    const { urlOf } = await serve({ authenticate: ({ password }) => password?.toString() === 'right' });
    const wrong = jsClient(urlOf('tcp'), { protocolVersion, username: 'pump', password: 'wrong' });
    await until(() => wrong.errors.length > 0, 'the refusal');
    expect(wrong.errors[0]).toMatchObject({ code });
    const right = await connectedJs(urlOf('tcp'), { protocolVersion, username: 'pump', password: 'right' });
    expect(right.client.connected).toBe(true);
  });

  test('a message too large for the client is left out and the flow goes on', async () => {
    const { broker, urlOf } = await serve();
    const { client, messages } = await connectedJs(urlOf('tcp'), {
      ...mqtt5,
      properties: { maximumPacketSize: 1_000 },
    });
    await client.subscribeAsync('#', { qos: 1 });
    await broker.publish({ topic: 'a', payload: 'x'.repeat(2_000), qos: 1 });
    await broker.publish({ topic: 'a', payload: 'fits', qos: 1 });
    await until(() => messages.length > 0, 'the small one');
    expect(messages.map(({ payload }) => payload)).toEqual(['fits']);
  });

  test('the server says goodbye with 0x8B when it stops', async () => {
    const { broker, urlOf } = await serve();
    const { client, disconnects } = await connectedJs(urlOf('tcp'), mqtt5);
    const closing = broker.close();
    await until(() => !client.connected, 'the client is told');
    await closing;
    expect(disconnects).toEqual([0x8b]);
  });
});
