/** A right that was taken away is gone: for who is connected, for who comes back, and for what waits. */

import { expect, test } from 'vitest';
import type { AccessRequest, Authorizer, ClientIdentity } from '../../src/ports/access.ts';
import { BackendError } from '../../src/ports/backend-error.ts';
import { silentLog } from '../../src/ports/log.ts';
import { type TestBroker, type TestBrokerOptions, testBroker } from '../../src/testing/index.ts';
import { KeptStore } from '../broker/kept-store.ts';
import { lasting } from '../broker/lasting-session.ts';

/** Denies what is in `denied`, as `client action topic`; answers late or not at all where told so. */
class Rules implements Authorizer {
  readonly name = 'rules';
  readonly denied: Set<string> = new Set<string>();
  readonly asked: string[] = [];
  late = false;
  failing = false;

  authorize({ clientId }: ClientIdentity, { action, topic }: AccessRequest) {
    const question = `${clientId} ${action} ${topic}`;
    this.asked.push(question);
    const answer = this.denied.has(question) ? ('deny' as const) : ('allow' as const);
    if (this.failing) return Promise.reject(new BackendError('RULES_DOWN', 'The rules are away'));
    return this.late ? Promise.resolve(answer) : answer;
  }
}

async function guarded(options: TestBrokerOptions = {}): Promise<{ t: TestBroker; rules: Rules }> {
  const rules = new Rules();
  const t = await testBroker({ ...options, access: { authorizers: [rules] } });
  return { t, rules };
}

/** By the program; with a journal it is there when the commit is. */
async function publish(t: TestBroker, topic: string, payload: string, qos: 1 | 2 = 1): Promise<void> {
  void t.broker.publish({ topic, payload, qos });
  await t.run();
}

function subscriptions(t: TestBroker): number {
  return t.broker.gauges.subscriptions;
}

for (const late of [false, true]) {
  for (const version of [4, 5] as const) {
    test(`v${version} a connected client loses what it may not have any more, late answers ${late}`, async () => {
      const { t, rules } = await guarded();
      rules.late = late;
      const gone: string[] = [];
      t.broker.on('unsubscribed', ({ client, filter }) => {
        gone.push(`${client.clientId} ${filter}`);
      });
      const client = await t.connect({ clientId: 'c', version });
      const other = await t.connect({ clientId: 'other' });
      for (const filter of ['secret/#', 'open', '$share/g/secret/+']) await client.subscribe(filter, { qos: 1 });
      await other.subscribe('secret/#', { qos: 1 });
      rules.denied.add('c subscribe secret/#').add('c subscribe secret/+');
      t.access.rulesChanged();
      await t.run();
      expect(gone.sort()).toEqual(['c $share/g/secret/+', 'c secret/#']);
      for (const topic of ['secret/a', 'open']) await publish(t, topic, 'x', 1);
      expect(client.takePublishes().map(({ topic }) => topic)).toEqual(['open']);
      expect(other.takePublishes().map(({ topic }) => topic)).toEqual(['secret/a']);
      expect(client.isClosed).toBe(false);
      expect(subscriptions(t)).toBe(2);
    });
  }
}

for (const kind of ['memory', 'journal'] as const) {
  test(`a session that is resumed loses it too, with what waits and what was in flight: ${kind}`, async () => {
    const { t, rules } = await guarded(kind === 'journal' ? { store: new KeptStore() } : {});
    const client = await t.connect({
      clientId: 'c',
      connect: { ...lasting(5), properties: { sessionExpiryInterval: 60, receiveMaximum: 2 } },
    });
    await client.subscribe('secret/#', { qos: 1 });
    await client.subscribe('open/#', { qos: 1 });
    await publish(t, 'secret/in-flight', 'secret/in-flight');
    await publish(t, 'open/in-flight', 'open/in-flight');
    await publish(t, 'secret/queued', 'secret/queued');
    await client.drop();
    await publish(t, 'secret/away', 'secret/away');
    await publish(t, 'open/away', 'open/away');
    rules.denied.add('c subscribe secret/#');
    const back = await t.connect({ clientId: 'c', connect: lasting(5) });
    expect(back.takePublishes().map(({ topic }) => topic)).toEqual(['open/in-flight', 'open/away']);
    expect(t.broker.counters.dropped.get('not_authorized')).toBe(3);
    expect(subscriptions(t)).toBe(1);
    await publish(t, 'secret/later', 'secret/later');
    await publish(t, 'open/later', 'open/later');
    expect(back.takePublishes().map(({ topic }) => topic)).toEqual(['open/later']);
    await back.drop();
    // What was taken away is gone for good.
    rules.denied.clear();
    const again = await t.connect({ clientId: 'c', connect: lasting(5) });
    expect(again.takePublishes().map(({ topic }) => topic)).not.toContain('secret/queued');
    expect(subscriptions(t)).toBe(1);
  });
}

test('what a lost right has left in the queue is not delivered after a restart either', async () => {
  const store = new KeptStore();
  const { t, rules } = await guarded({ store });
  const connect = { cleanStart: false, properties: { sessionExpiryInterval: 3600, receiveMaximum: 1 } };
  const client = await t.connect({ clientId: 'c', connect });
  for (const filter of ['secret', 'open']) await client.subscribe(filter, { qos: 1 });
  for (const topic of ['open', 'secret', 'open', 'secret']) {
    await publish(t, topic, topic, 1);
  }
  expect(client.takePublishes()).toHaveLength(1);
  rules.denied.add('c subscribe secret');
  t.access.rulesChanged();
  await t.run();
  // The process dies here; nothing of the queue was sent or dropped.
  const after = await guarded({ store });
  const back = await after.t.connect({ clientId: 'c', connect: lasting(5) });
  expect(back.takePublishes().map(({ topic }) => topic)).toEqual(['open', 'open']);
  expect(subscriptions(after.t)).toBe(1);
});

test('a QoS 2 message that may have arrived before is not sent again, and its identifier is set free', async () => {
  const { t, rules } = await guarded({ store: new KeptStore() });
  const client = await t.connect({ clientId: 'c', connect: lasting(5) });
  await client.subscribe('secret', { qos: 2 });
  await publish(t, 'secret', 'x', 2);
  const [first] = client.takePublishes();
  await client.drop();
  rules.denied.add('c subscribe secret');
  const back = await t.connect({ clientId: 'c', connect: lasting(5) });
  expect(back.takePublishes()).toEqual([]);
  expect(back.take('pubrel')).toMatchObject({ packetId: first!.packetId });
});

test('a session whose rights cannot be checked is not resumed, and loses nothing', async () => {
  const { t, rules } = await guarded({ store: new KeptStore() });
  const client = await t.connect({ clientId: 'c', connect: lasting(5) });
  await client.subscribe('a', { qos: 1 });
  rules.failing = true;
  const will = { topic: 'lost', payload: Buffer.from('x'), qos: 0 as const, retain: false, properties: undefined };
  const wills: string[] = [];
  t.broker.subscribe('lost', ({ topic }) => {
    wills.push(topic);
  });
  for (const version of [4, 5] as const) {
    const early = t.client({ clientId: 'c', version });
    const connack = await early.connect({ ...lasting(version), ...(version === 5 && { will: undefined }) });
    expect(connack?.reasonCode).toBe(version === 5 ? 0x88 : 3);
  }
  // Nobody took the connection over, and a will that was never accepted is not published.
  expect(client.isClosed).toBe(false);
  expect((await t.client({ clientId: 'c' }).connect({ ...lasting(5), will }))?.reasonCode).toBe(0x87);
  expect(wills).toEqual([]);
  await client.drop();
  await publish(t, 'a', 'x', 1);
  rules.failing = false;
  const back = await t.connect({ clientId: 'c', connect: lasting(5) });
  expect(back.takePublishes()).toHaveLength(1);
});

test('clean start asks nobody about what it ends', async () => {
  const { t, rules } = await guarded();
  const client = await t.connect({ clientId: 'c', connect: lasting(5) });
  await client.subscribe('a', { qos: 1 });
  rules.failing = true;
  expect((await t.client({ clientId: 'c' }).connect({ cleanStart: true }))?.reasonCode).toBe(0);
});

test('a source that cannot answer takes nothing away from who is connected; it is asked again until it can', async () => {
  const lines: string[] = [];
  const { t, rules } = await guarded({
    log: { ...silentLog, warn: (text) => lines.push(text) },
  });
  const client = await t.connect({ clientId: 'c' });
  await client.subscribe('a');
  rules.denied.add('c subscribe a');
  rules.failing = true;
  t.access.rulesChanged();
  for (let i = 0; i < 3; i++) await t.advance(10_000);
  expect(subscriptions(t)).toBe(1);
  expect(lines.filter((line) => line.startsWith('Subscriptions could not be checked'))).toHaveLength(1);
  rules.failing = false;
  await t.advance(10_000);
  expect(subscriptions(t)).toBe(0);
  expect(client.isClosed).toBe(false);
});

test('rules that change while a SUBSCRIBE waits for its answer hold for it too', async () => {
  const { t, rules } = await guarded();
  const answers: (() => void)[] = [];
  let isWaiting = true;
  const authorize = rules.authorize.bind(rules);
  rules.authorize = (client, request) => {
    const answer = authorize(client, request);
    if (!isWaiting || request.action !== 'subscribe') return answer;
    return new Promise((resolve) => answers.push(() => resolve(answer)));
  };
  const client = await t.connect({ clientId: 'c' });
  await client.subscribe('a');
  rules.denied.add('c subscribe a');
  isWaiting = false;
  t.access.rulesChanged();
  await t.run();
  answers[0]!();
  await t.run();
  expect(client.take('suback')?.reasonCodes).toEqual([0]);
  expect(subscriptions(t)).toBe(0);
});

test('a client that asks again for what it holds and is refused loses it, but not because nobody can answer', async () => {
  const { t, rules } = await guarded();
  const client = await t.connect({ clientId: 'c' });
  await client.subscribe('a');
  rules.failing = true;
  expect((await client.subscribe('a'))?.reasonCodes).toEqual([0x87]);
  expect(subscriptions(t)).toBe(1);
  rules.failing = false;
  rules.denied.add('c subscribe a');
  expect((await client.subscribe('a'))?.reasonCodes).toEqual([0x87]);
  expect(subscriptions(t)).toBe(0);
});

test('what an earlier connection subscribes to while its successor is looked at is looked at too', async () => {
  const { t, rules } = await guarded();
  const first = await t.connect({ clientId: 'c', connect: lasting(5) });
  await first.subscribe('a');
  const authorize = rules.authorize.bind(rules);
  let go = (): void => {};
  rules.authorize = (client, request) => {
    const answer = authorize(client, request);
    if (request.topic !== 'a') return answer;
    return new Promise((resolve) => {
      go = () => resolve(answer);
    });
  };
  const second = t.client({ clientId: 'c' });
  await second.connect(lasting(5));
  await first.subscribe('b');
  rules.denied.add('c subscribe b');
  go();
  await t.run();
  expect(second.take('connack')?.reasonCode).toBe(0);
  go();
  await t.run();
  expect(subscriptions(t)).toBe(1);
});

test('a storm of changes makes few walks, and none is left undone', async () => {
  const { t, rules } = await guarded();
  for (let i = 0; i < 50; i++) await (await t.connect({ clientId: `c${i}` })).subscribe('a');
  rules.asked.length = 0;
  for (let i = 0; i < 100; i++) t.access.rulesChanged();
  rules.denied.add('c49 subscribe a');
  t.access.rulesChanged();
  await t.run();
  expect(subscriptions(t)).toBe(49);
  expect(rules.asked.length).toBeLessThanOrEqual(200);
});

test('thousands of subscriptions are checked in slices, and others are served between them', async () => {
  const { t, rules } = await guarded();
  const many = await t.connect({ clientId: 'many' });
  for (let i = 0; i < 5; i++) {
    const subscriptions = Array.from({ length: 1000 }, (_, at) => ({
      filter: `t/${i}/${at}`,
      qos: 0 as const,
      noLocal: false,
      retainAsPublished: false,
      retainHandling: 0 as const,
    }));
    await many.send({ type: 'subscribe', packetId: i + 1, subscriptions, properties: undefined });
  }
  expect(subscriptions(t)).toBe(5000);
  rules.asked.length = 0;
  for (let at = 0; at < 1000; at++) rules.denied.add(`many subscribe t/4/${at}`);
  t.access.rulesChanged();
  const inTurns: number[] = [];
  for (let turn = 0; turn < 60; turn++) {
    const before = rules.asked.length;
    t.clock.runSoon();
    for (let i = 0; i < 20; i++) await Promise.resolve();
    inTurns.push(rules.asked.length - before);
  }
  expect(Math.max(...inTurns)).toBeLessThanOrEqual(1000);
  expect(rules.asked).toHaveLength(5000);
  await t.run();
  expect(subscriptions(t)).toBe(4000);
});

test('messages of a shared subscription that was taken away go to the others of its group', async () => {
  for (const store of [undefined, new KeptStore()]) {
    const { t, rules } = await guarded(store === undefined ? {} : { store });
    const connect = { cleanStart: false, properties: { sessionExpiryInterval: 60, receiveMaximum: 1 } };
    const client = await t.connect({ clientId: 'c', connect });
    await client.subscribe('$share/g/jobs', { qos: 1 });
    for (let i = 0; i < 4; i++) {
      await publish(t, 'jobs', String(i), 1);
    }
    expect(client.takePublishes()).toHaveLength(1);
    const other = await t.connect({ clientId: 'other' });
    await other.subscribe('$share/g/jobs', { qos: 1 });
    rules.denied.add('c subscribe jobs');
    t.access.rulesChanged();
    await t.run();
    expect(other.takePublishes().map(({ text }) => text)).toEqual(['1', '2', '3']);
  }
});

test('a client that proves to be somebody else keeps only what that user may have', async () => {
  let username = 'root';
  const t = await testBroker({
    access: {
      enhancedAuthenticators: [
        {
          method: 'M',
          begin: () => ({ step: () => ({ outcome: 'allow', username, superuser: username === 'root' }) }),
        },
      ],
      authorizers: [{ name: 'x', authorize: (_client, { topic }) => (topic === 'secret' ? 'deny' : 'allow') }],
    },
  });
  const properties = { authenticationMethod: 'M' };
  const client = t.client({ clientId: 'c' });
  await client.connect({ properties });
  for (const filter of ['secret', 'open']) await client.subscribe(filter);
  username = 'nobody';
  await client.send({ type: 'auth', reasonCode: 0x19, properties });
  await t.run();
  expect(t.broker.gauges.subscriptions).toBe(1);
});
