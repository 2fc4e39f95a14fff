/** Whether a retained message is given to a new subscription once its publisher may not publish it any more. */

import { describe, expect, test } from 'vitest';
import { recordKeys } from '../../src/broker/journal/records.ts';
import type { Message } from '../../src/packet/message.ts';
import type { AccessRequest, ClientIdentity, Permission } from '../../src/ports/access.ts';
import type { Store } from '../../src/ports/store.ts';
import { FakeClock, type TestBroker, testBroker } from '../../src/testing/index.ts';
import { KeptStore } from './kept-store.ts';

interface Rules {
  denied: Set<string>;
  deniedTopics: Set<string>;
  fails: boolean;
  /** A promise that rejects, and one that has to come first. */
  failsLate?: boolean;
  gate?: Promise<void>;
  asked: string[];
}

async function broker(
  options: {
    late?: boolean;
    checks?: boolean;
    remembers?: boolean;
    store?: Store;
    superuser?: string;
    publishFilter?: (message: Message) => Message;
  } = {},
): Promise<{ t: TestBroker; rules: Rules }> {
  const rules: Rules = { denied: new Set(), deniedTopics: new Set(), fails: false, asked: [] };
  const authorize = (client: ClientIdentity, request: AccessRequest): Permission | Promise<Permission> => {
    if (request.action !== 'publish') return 'allow';
    rules.asked.push(`${client.clientId} ${client.username} ${client.peer.address} ${request.topic}`);
    if (rules.fails) throw new TypeError('away');
    const answer = rules.denied.has(client.clientId) || rules.deniedTopics.has(request.topic) ? 'deny' : 'allow';
    if (rules.failsLate === true) return Promise.reject(new TypeError('away'));
    if (rules.gate !== undefined) return rules.gate.then(() => answer);
    return options.late === true ? Promise.resolve(answer) : answer;
  };
  const t = await testBroker({
    broker: {
      checkRetainedPublishers: options.checks ?? true,
      permissionCacheEntriesMax: options.remembers === true ? 32 : 0,
    },
    access: {
      authorizers: [{ name: 'test', authorize }],
      authenticators: [
        {
          name: 'test',
          authenticate: ({ clientId }) => ({ outcome: 'allow', superuser: clientId === options.superuser }),
        },
      ],
    },
    ...(options.store !== undefined && { store: options.store }),
    ...(options.publishFilter !== undefined && { publishFilter: options.publishFilter }),
    clock: new FakeClock(),
  });
  return { t, rules };
}

let subscribers = 0;

async function topicsSeen(t: TestBroker, filter = '#'): Promise<string[]> {
  const reader = await t.connect({ clientId: `reader-${++subscribers}` });
  await reader.subscribe(filter);
  await t.run();
  return reader.takePublishes().map(({ topic }) => topic);
}

async function retain(t: TestBroker, clientId: string, topic: string): Promise<void> {
  const client = await t.connect({ clientId, peer: { address: '10.0.0.7' } });
  await client.publish(topic, 'x', { retain: true, qos: 1 });
  await t.run();
}

describe.each([false, true])('with answers that come later: %s', (late) => {
  test('it is not, and is again when the right is back', async () => {
    const { t, rules } = await broker({ late });
    await retain(t, 'a', 't/a');
    await retain(t, 'b', 't/b');
    await retain(t, 'c', 't/c');
    expect(await topicsSeen(t)).toEqual(['t/a', 't/b', 't/c']);
    rules.denied.add('b');
    rules.asked.length = 0;
    expect(await topicsSeen(t)).toEqual(['t/a', 't/c']);
    expect(rules.asked).toContain('b undefined 10.0.0.7 t/b');
    rules.denied.clear();
    expect(await topicsSeen(t, 't/b')).toEqual(['t/b']);
  });

  test('a message that is cleared, replaced by another publisher or the program has the new one or none', async () => {
    const { t, rules } = await broker({ late });
    await retain(t, 'a', 't');
    await retain(t, 'b', 't');
    rules.denied.add('a');
    expect(await topicsSeen(t)).toEqual(['t']);
    rules.denied.add('b');
    expect(await topicsSeen(t)).toEqual([]);
    await t.broker.publish({ topic: 't', payload: 'x', retain: true });
    expect(await topicsSeen(t)).toEqual(['t']);
  });

  test('a will is asked about as what its client has published', async () => {
    const { t, rules } = await broker({ late });
    const client = t.client({ clientId: 'a' });
    const will = { topic: 'w', payload: Buffer.from('x'), qos: 0, retain: true, properties: undefined } as const;
    await client.connect({ will });
    await client.drop();
    await t.run();
    expect(await topicsSeen(t)).toEqual(['w']);
    rules.denied.add('a');
    expect(await topicsSeen(t)).toEqual([]);
  });

  test('who it was is known after a restart, and forgotten with the message', async () => {
    const store = new KeptStore();
    const first = await broker({ late, store });
    await retain(first.t, 'a', 't/a');
    await retain(first.t, 'b', 't/b');
    await first.t.close();
    const second = await broker({ late, store });
    second.rules.denied.add('a');
    expect(await topicsSeen(second.t)).toEqual(['t/b']);
    second.rules.denied.clear();
    const client = await second.t.connect({ clientId: 'c' });
    for (const topic of ['t/a', 't/b']) await client.publish(topic, '', { retain: true });
    await second.t.run();
    expect(store.range('o/')).toEqual([]);
    expect(store.get(recordKeys.retained('t/a'))).toBeUndefined();
  });
});

test('a topic that was rewritten is asked about as its publisher named it, after a restart too', async () => {
  const store = new KeptStore();
  const publishFilter = (message: Message): Message => {
    message.topic = message.topic.replace(/^in\//, 'out/');
    return message;
  };
  const first = await broker({ store, publishFilter });
  first.rules.deniedTopics.add('out/1');
  await retain(first.t, 'a', 'in/1');
  expect(await topicsSeen(first.t)).toEqual(['out/1']);
  await first.t.close();
  const second = await broker({ store, publishFilter });
  second.rules.deniedTopics.add('out/1');
  expect(await topicsSeen(second.t)).toEqual(['out/1']);
  second.rules.deniedTopics.add('in/1');
  expect(await topicsSeen(second.t)).toEqual([]);
});

test('what a superuser has retained stands, and so does everything where it is not wanted', async () => {
  const { t, rules } = await broker({ superuser: 'root' });
  await retain(t, 'root', 't');
  rules.denied.add('root');
  expect(await topicsSeen(t)).toEqual(['t']);
  const store = new KeptStore();
  const open = await broker({ checks: false, store });
  await retain(open.t, 'a', 't');
  open.rules.denied.add('a');
  expect(await topicsSeen(open.t)).toEqual(['t']);
  expect(store.range('o/')).toEqual([]);
});

test('while the publisher cannot be asked about, its message is not given', async () => {
  const { t, rules } = await broker();
  await retain(t, 'a', 't');
  rules.fails = true;
  expect(await topicsSeen(t)).toEqual([]);
});

describe('answers that had to be waited for', () => {
  const askedAbout = (rules: Rules): number => rules.asked.filter((one) => one.endsWith(' t')).length;

  test('hold for the next subscribers, for as long as those of clients', async () => {
    const { t, rules } = await broker({ late: true, remembers: true });
    await retain(t, 'a', 't');
    rules.asked.length = 0;
    for (let i = 0; i < 5; i++) expect(await topicsSeen(t)).toEqual(['t']);
    expect(askedAbout(rules)).toBe(1);
    await t.advance(60_000);
    expect(await topicsSeen(t)).toEqual(['t']);
    expect(askedAbout(rules)).toBe(2);
  });

  test('are forgotten when rules change and when somebody else publishes', async () => {
    const { t, rules } = await broker({ late: true, remembers: true });
    await retain(t, 'a', 't');
    expect(await topicsSeen(t)).toEqual(['t']);
    rules.denied.add('a');
    t.access.rulesChanged();
    await t.run();
    expect(await topicsSeen(t)).toEqual([]);
    rules.denied.clear();
    await retain(t, 'b', 't');
    expect(await topicsSeen(t)).toEqual(['t']);
  });

  test('are not remembered where they failed, nor where nothing is to be', async () => {
    const { t, rules } = await broker({ late: true, remembers: true });
    await retain(t, 'a', 't');
    rules.failsLate = true;
    expect(await topicsSeen(t)).toEqual([]);
    rules.failsLate = false;
    expect(await topicsSeen(t)).toEqual(['t']);
    const off = await broker({ late: true });
    await retain(off.t, 'a', 't');
    off.rules.asked.length = 0;
    for (let i = 0; i < 3; i++) await topicsSeen(off.t);
    expect(askedAbout(off.rules)).toBe(3);
  });

  test('are waited for together by all who come meanwhile', async () => {
    const { t, rules } = await broker({ late: true });
    await retain(t, 'a', 't');
    rules.asked.length = 0;
    const readers = await Promise.all(Array.from({ length: 20 }, (_, i) => t.connect({ clientId: `r${i}` })));
    let open = (): void => undefined;
    rules.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    for (const reader of readers) await reader.subscribe('t');
    open();
    await t.run();
    for (const reader of readers) expect(reader.takePublishes()).toHaveLength(1);
    expect(askedAbout(rules)).toBe(1);
  });
});
