import { describe, expect, it } from 'vitest';
import { KeptStore } from '../../../test/broker/kept-store.ts';
import { lasting } from '../../../test/broker/lasting-session.ts';
import { Message } from '../../packet/message.ts';
import { testBroker } from '../../testing/index.ts';
import {
  decodeInflight,
  decodeJson,
  decodeMessage,
  decodeQueued,
  encodeInflight,
  encodeJson,
  encodeMessage,
  encodeQueued,
  peekQueued,
} from './records.ts';

const message = Message.of('a', Buffer.from('x'), 1, false, undefined);
const queued = {
  qos: 1 as const,
  retain: false,
  identifiers: undefined,
  group: undefined,
  bytes: 1,
  messageKey: 0,
  inline: message,
};
const ban = { kind: 'username' as const, value: 'x', by: '', reason: '', atMs: 1 };

/** The same record as a later version would write it. */
function newer(value: Uint8Array): Uint8Array {
  const copy = Buffer.from(value);
  copy[0] = 2;
  return copy;
}

describe('records', () => {
  it('of a newer version are refused, whatever is in them', () => {
    const json = Buffer.from(Buffer.from(encodeJson(ban)).toString().replace('"v":1', '"v":2'));
    const readings: [() => unknown, () => unknown][] = [
      [() => decodeMessage(encodeMessage(message)), () => decodeMessage(newer(encodeMessage(message)))],
      [() => decodeQueued(encodeQueued(queued)), () => decodeQueued(newer(encodeQueued(queued)))],
      [() => peekQueued(encodeQueued(queued)), () => peekQueued(newer(encodeQueued(queued)))],
      [
        () => decodeInflight(encodeInflight({ key: 1, releasedAs: 0 })),
        () => decodeInflight(newer(encodeInflight({ key: 1, releasedAs: 0 }))),
      ],
      [() => decodeJson(encodeJson(ban)), () => decodeJson(json)],
    ];
    for (const [own, later] of readings) {
      expect(own).not.toThrow();
      expect(later).toThrow(expect.objectContaining({ name: 'BackendError', code: 'STORE_RECORD_NEWER' }) as Error);
    }
  });

  it('without any version are refused as well', () => {
    expect(() => decodeJson(Buffer.from('{"number":1}'))).toThrow('a record of no version');
    expect(() => decodeMessage(new Uint8Array(0))).toThrow('a record of no version');
  });

  it('of a newer version stop the start, and nothing in the store is changed', async () => {
    const store = new KeptStore();
    const t = await testBroker({ store });
    const client = await t.connect({ clientId: 'c', connect: lasting(5) });
    await client.subscribe('a', { qos: 1 });
    await client.drop();
    void t.broker.publish({ topic: 'a', payload: 'x', qos: 1, retain: true });
    await t.run();
    for (const prefix of ['s/', 'u/', 'q/', 'r/']) {
      const [entry] = store.range(prefix);
      const { key, value } = entry!;
      const isJson = prefix === 's/' || prefix === 'u/';
      store.put(key, isJson ? Buffer.from(Buffer.from(value).toString().replace('"v":1', '"v":9')) : newer(value));
      await store.commit();
      const before = store.range('').map((one) => [one.key, Buffer.from(one.value).toString('hex')]);
      await expect(testBroker({ store })).rejects.toMatchObject({ code: 'STORE_RECORD_NEWER' });
      await store.commit();
      expect(store.range('').map((one) => [one.key, Buffer.from(one.value).toString('hex')])).toEqual(before);
      store.put(key, value);
      await store.commit();
    }
    await expect(testBroker({ store })).resolves.toBeDefined();
  });
});
