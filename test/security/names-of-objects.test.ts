/** Names that mean something to JavaScript, and names that are patterns, are names like any other. */

import { expect, test } from 'vitest';
import { testBroker } from '../../src/testing/index.ts';

const names = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'then',
  'length',
  '__defineGetter__',
];

for (const name of names) {
  test(`${name} as client identifier, user name, topic, filter, group, user property and alias`, async () => {
    const t = await testBroker();
    const connect = {
      username: name,
      password: Buffer.from(name),
      cleanStart: false,
      properties: { sessionExpiryInterval: 60, userProperties: [[name, name]] as [string, string][] },
      will: { topic: name, payload: Buffer.from('will'), qos: 0 as const, retain: false, properties: undefined },
    };
    const client = await t.connect({ clientId: name, connect });
    for (const filter of [name, `${name}/+`, `$share/${name}/${name}/#`]) {
      expect((await client.subscribe(filter, { qos: 1 }))?.reasonCodes).toEqual([1]);
    }
    const properties = { userProperties: [[name, name]] as [string, string][], contentType: name, topicAlias: 1 };
    await client.publish(name, name, { qos: 1, retain: true, properties });
    const [first] = client.takePublishes();
    expect(first).toMatchObject({ topic: name, text: name, properties: { userProperties: [[name, name]] } });
    expect(t.broker.gauges).toMatchObject({ retainedMessages: 1, sessions: 1, subscriptions: 3 });
    await client.drop();
    expect(t.broker.disconnectClient(name, true)).toBe(true);
    await t.broker.publish({ topic: name, payload: '', retain: true });
    expect(t.broker.gauges).toMatchObject({ retainedMessages: 0, sessions: 0, subscriptions: 0 });
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { name?: unknown }).name).toBeUndefined();
  });
}

for (const clientId of [
  '#',
  '+',
  'a/+/b',
  '%c',
  '$SYS',
  '(a+)+$',
  '[a-z',
  '.*',
  '\\',
  '../..',
  ' ',
  '\u{1f426}',
  '\ufeff',
]) {
  test(`the client identifier ${JSON.stringify(clientId)} is no pattern: its session is its own`, async () => {
    const t = await testBroker({ broker: { responseInformation: 'reply/%c/x' } });
    const connect = { properties: { requestResponseInformation: true, sessionExpiryInterval: 60 } };
    const other = await t.connect({ clientId: 'other', connect });
    const client = t.client({ clientId });
    const connack = await client.connect(connect);
    expect(connack?.properties?.responseInformation).toBe(`reply/${clientId}/x`);
    expect(t.broker.disconnectClient(clientId, true)).toBe(true);
    await t.run();
    expect(client.take('disconnect')?.reasonCode).toBe(0x98);
    expect(other.isClosed).toBe(false);
    expect(t.broker.gauges.sessions).toBe(1);
  });
}
