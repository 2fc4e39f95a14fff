import { describe, expect, it } from 'vitest';
import { KeptStore } from '../../../test/broker/kept-store.ts';
import { lasting } from '../../../test/broker/lasting-session.ts';
import { willOf } from '../../../test/broker/wills.ts';
import type { ClientIdentity } from '../../ports/access.ts';
import { FakeClock, type TestBrokerOptions, testBroker } from '../../testing/index.ts';
import { exportLines } from './export-lines.ts';
import { LineImport } from './import-lines.ts';

const header = '{"type":"hoopoe","format":1}';

function exported(store: KeptStore): string[] {
  const counts = { sessions: 0, subscriptions: 0, queuedMessages: 0, retainedMessages: 0 };
  return [...exportLines(store, counts)].map((line) => line.slice(0, -1));
}

async function imported(lines: readonly string[], store: KeptStore = new KeptStore(), replaces = false) {
  const reader = new LineImport(store, replaces);
  const problems = lines.flatMap((line, index) => {
    const problem = reader.take(line);
    return problem === undefined ? [] : [`${index + 1}: ${problem}`];
  });
  await store.commit();
  return { store, problems, counts: reader.counts };
}

/** A store with everything in it that a broker records. */
async function fullStore(): Promise<KeptStore> {
  const store = new KeptStore();
  const test = await testBroker({ store, clock: new FakeClock(1_800_000_000_000) });
  const properties = { sessionExpiryInterval: 3600 };
  const will = {
    topic: 'pumps/lost',
    payload: Buffer.from([0xff, 0]),
    qos: 1 as const,
    retain: true,
    properties: { willDelayInterval: 60, messageExpiryInterval: 9, contentType: 'bytes' },
  };
  const pump = await test.connect({ clientId: 'pump', connect: { ...lasting(5), will } });
  await pump.subscribe('both', { qos: 2 });
  await pump.subscribe('one/+', { qos: 1, noLocal: true, retainHandling: 2 });
  const valve = await test.connect({ clientId: 'välve', connect: { cleanStart: false, properties } });
  await valve.subscribe('both', { qos: 1 });
  await valve.subscribe('$share/group/shared', { qos: 1 });
  await valve.drop();
  const publisher = await test.connect({ clientId: 'publisher', connect: { cleanStart: false, properties } });
  await publisher.publish('both', 'released', { qos: 2, packetId: 9 });
  const [first] = pump.takePublishes();
  await pump.ack('pubrec', first!.packetId);
  await publisher.publish('both', 'in flight', { qos: 1, packetId: 1 });
  await pump.drop();
  const extras = { correlationData: Buffer.from([1, 2]), userProperties: [['a', 'b'] as const], responseTopic: 'r' };
  await publisher.publish('both', 'waits for two', { qos: 2, packetId: 10, properties: extras });
  await publisher.publish('one/x', Buffer.from([0xc3, 0x28]), { qos: 1, packetId: 2 });
  await publisher.publish('shared', 'for a member', { qos: 1, packetId: 3 });
  await publisher.publish('kept', 'here', { qos: 1, packetId: 4, retain: true });
  void test.broker.bans.add({ kind: 'address', value: '10.0.0.0/8', by: 'me', reason: 'noise' });
  void test.broker.bans.add({ kind: 'username', value: 'bad', untilMs: 1_900_000_000_000 });
  await test.run();
  return store;
}

/** Numbers that a store gives are its own. */
function withoutNumbers(lines: readonly string[]): string[] {
  const ids = new Map<unknown, number>();
  const renamed = (id: unknown): unknown => {
    if (typeof id !== 'number') return id;
    if (!ids.has(id)) ids.set(id, ids.size + 1);
    return ids.get(id);
  };
  const renumbered = lines.map((line) => {
    const record = JSON.parse(line) as { type: string; id?: number; message?: unknown };
    if (record.type === 'message') return { ...record, id: renamed(record.id) };
    return record.type === 'queued' ? { ...record, message: renamed(record.message) } : record;
  });
  // Sessions are numbered anew, and what belongs to them is in the order of these numbers.
  return renumbered.map((record) => JSON.stringify(record)).sort();
}

describe('lines', () => {
  it('come out of a store and go into another without a change', async () => {
    const lines = exported(await fullStore());
    const types = lines.map((line) => (JSON.parse(line) as { type: string }).type);
    expect(new Set(types)).toEqual(
      new Set(['hoopoe', 'session', 'subscription', 'message', 'queued', 'retained', 'ban']),
    );
    const { store, problems, counts } = await imported(lines);
    expect(problems).toEqual([]);
    expect(withoutNumbers(exported(store))).toEqual(withoutNumbers(lines));
    expect(counts).toEqual({ sessions: 3, subscriptions: 4, queuedMessages: 8, retainedMessages: 1 });
  });

  it('are text that a person can read', async () => {
    const text = exported(await fullStore()).join('\n');
    expect(text).toContain(
      '{"type":"subscription","clientId":"pump","filter":"one/+","qos":1,"noLocal":true,"retainHandling":2}',
    );
    expect(text).toContain(
      '{"type":"retained","topic":"kept","payload":"here","qos":1,"retain":true,"publisher":"publisher"}',
    );
    expect(text).toContain('"payloadBase64":"wyg="');
    expect(text).toMatch(/"will":\{"topic":"pumps\/lost","payloadBase64":"\/wA=".*"delaySeconds":60/);
    expect(text).toMatch(/"clientId":"publisher".*"incoming":\[9,10\]|"clientId":"publisher".*"incoming":\[10,9\]/);
  });

  it('give a broker the same sessions as the store they came from', async () => {
    const { store } = await imported(exported(await fullStore()));
    const test = await testBroker({ store, clock: new FakeClock(1_800_000_000_000) });
    expect(test.broker.gauges).toMatchObject({ sessions: 3, subscriptions: 4, retainedMessages: 1 });
    const pump = test.client({ clientId: 'pump' });
    expect(await pump.connect(lasting(5))).toMatchObject({ sessionPresent: true });
    expect(pump.inbox.filter(({ type }) => type === 'pubrel')).toHaveLength(1);
    expect(pump.takePublishes().map(({ text, dup }) => [text, dup])).toEqual([
      ['in flight', true],
      ['waits for two', false],
      [Buffer.from([0xc3, 0x28]).toString(), false],
    ]);
    const valve = test.client({ clientId: 'välve' });
    await valve.connect(lasting(5));
    expect(valve.takePublishes().map(({ text }) => text)).toEqual([
      'released',
      'in flight',
      'waits for two',
      'for a member',
    ]);
  });

  it('keep what a lost permission has left in a queue from being sent', async () => {
    const store = new KeptStore();
    let isAllowed = true;
    const authorize = (_client: unknown, { topic }: { topic: string }) =>
      topic !== 'secret' || isAllowed ? 'allow' : 'deny';
    const before = await testBroker({ store, access: { authorizers: [{ name: 'x', authorize }] } });
    const connect = { cleanStart: false, properties: { sessionExpiryInterval: 60, receiveMaximum: 1 } };
    const client = await before.connect({ clientId: 'c', connect });
    for (const filter of ['secret', 'open']) await client.subscribe(filter, { qos: 1 });
    const publish = async (topic: string): Promise<void> => {
      void before.broker.publish({ topic, payload: topic, qos: 1 });
      await before.run();
    };
    for (const topic of ['open', 'secret', 'open']) await publish(topic);
    isAllowed = false;
    before.access.rulesChanged();
    await before.run();
    await publish('open');
    const lines = exported(store);
    expect(lines.filter((line) => line.includes('"suspect":true'))).toHaveLength(3);
    const after = await testBroker({ store: (await imported(lines)).store });
    const back = await after.connect({ clientId: 'c', connect: lasting(5) });
    expect(back.takePublishes().map(({ topic }) => topic)).toEqual(['open', 'open', 'open']);
  });

  it('keep by whose right a message is retained, and none where the line has none', async () => {
    const store = new KeptStore();
    let isAllowed = true;
    const authorize = (client: { clientId: string }, { action }: { action: string }) =>
      action === 'publish' && client.clientId === 'a' && !isAllowed ? 'deny' : 'allow';
    const access = { authorizers: [{ name: 'x', authorize }] } as const;
    const broker = { checkRetainedPublishers: true };
    const before = await testBroker({ store, access, broker });
    const certificate = { commonName: 'a', subject: 'CN=a', fingerprint256: 'AA', der: Buffer.from('x') };
    const client = await before.connect({ clientId: 'a', peer: { address: '10.0.0.7', certificate } });
    for (const topic of ['mine', 'free']) await client.publish(topic, 'x', { qos: 1, retain: true });
    await before.run();
    const lines = exported(store);
    const right = JSON.parse(lines.find((line) => line.includes('"mine"'))!).right;
    expect(right).toMatchObject({ clientId: 'a', peer: { address: '10.0.0.7', certificate: { commonName: 'a' } } });
    const replacement = '{"type":"retained","topic":"free","payload":"y","qos":0}';
    const seen = async (into: KeptStore): Promise<string[]> => {
      const after = await testBroker({ store: into, access, broker });
      const reader = await after.connect({ clientId: 'b' });
      await reader.subscribe('#');
      await after.run();
      return reader.takePublishes().map(({ topic }) => topic);
    };
    isAllowed = false;
    const first = await imported(lines);
    expect(first.problems).toEqual([]);
    expect(exported(first.store).map((line) => JSON.parse(line))).toEqual(lines.map((line) => JSON.parse(line)));
    expect(await seen(first.store)).toEqual([]);
    const second = await imported([header, replacement], first.store, true);
    expect(second.problems).toEqual([]);
    expect(await seen(second.store)).toEqual(['free']);
  });

  it('keep whose right a will is sent by', async () => {
    const store = new KeptStore();
    const clock = new FakeClock(1_800_000_000_000);
    const asked: ClientIdentity[] = [];
    const access = {
      authenticators: [
        { name: 'x', authenticate: ({ clientId }) => ({ outcome: 'allow', superuser: clientId === 'root' }) },
      ],
      authorizers: [{ name: 'x', authorize: (client) => (asked.push(client) > 0 ? 'allow' : 'deny') }],
    } as const satisfies TestBrokerOptions['access'];
    const before = await testBroker({ store, clock, access });
    const will = { ...willOf('gone'), properties: { willDelayInterval: 60 } };
    const certificate = { commonName: 'a', subject: 'CN=a', fingerprint256: 'AA', der: Buffer.from('x') };
    const peer = { address: '10.0.0.7', certificate };
    for (const clientId of ['a', 'root']) {
      const connect = { ...lasting(5), username: 'ann', will };
      await (await before.connect({ clientId, peer, connect })).drop();
    }
    await before.run();
    const lines = exported(store);
    const whole = await imported(lines);
    expect(whole.problems).toEqual([]);
    expect(exported(whole.store)).toEqual(lines);
    const ownersOf = async (into: KeptStore): Promise<ClientIdentity[]> => {
      asked.length = 0;
      const after = await testBroker({ store: into, clock, access });
      await after.advance(61_000);
      return [...asked];
    };
    const kept = { commonName: 'a', subject: 'CN=a', fingerprint256: 'AA' };
    // The superuser is one still, and asked about nothing.
    const owner = { clientId: 'a', username: 'ann', version: 5, peer: { address: '10.0.0.7', certificate: kept } };
    expect(await ownersOf(whole.store)).toMatchObject([owner]);
    const bare = await imported(lines.map((line) => line.replace(/,"owner":.*\}\}\}/, '}}')));
    expect(bare.problems).toEqual([]);
    expect(await ownersOf(bare.store)).toMatchObject([
      { clientId: 'a', username: 'ann', peer: { address: '' } },
      { clientId: 'root', username: 'ann', peer: { address: '' } },
    ]);
  });

  it.each([
    ['{}', '"will" "owner" "version" is missing'],
    ['{"version":5,"peer":{}}', '"will" "owner" "peer" "address" is missing'],
    ['{"version":5,"superuser":"yes","peer":PEER}', '"will" "owner" "superuser"'],
    ['{"version":5,"clientId":"b","peer":PEER}', '"will" "owner" nothing is known about "clientId"'],
  ])('refuse the owner %s of a will', async (owner, problem) => {
    const peer = '{"address":"","port":0,"localAddress":"","localPort":0,"listener":"mqtt","transport":"tcp"}';
    const will = `{"topic":"t","payload":"y","owner":${owner.replace('PEER', peer)}}`;
    const line = `{"type":"session","clientId":"a","expirySeconds":60,"will":${will}}`;
    expect((await imported([header, line])).problems.join()).toContain(problem);
  });

  it.each([
    ['{}', '"right" "clientId" is missing'],
    ['{"clientId":"a","version":9,"peer":{}}', '"right" "version" got 9; allowed: a whole number from 3 to 5'],
    ['{"clientId":"a","version":5}', '"right" "peer" is missing'],
    ['{"clientId":"a","version":5,"superuser":true,"peer":PEER}', '"right" nothing is known about "superuser"'],
    ['{"clientId":"a","version":5,"askedTopic":"#","peer":PEER}', '"right" "askedTopic"'],
    [
      '{"clientId":"a","version":5,"permissions":[{"effect":"x","action":"all","topic":"#"}],"peer":PEER}',
      '"right" "permissions" "effect" is none of allow, deny',
    ],
  ])('refuse the right %s', async (right, problem) => {
    const peer = '{"address":"","port":0,"localAddress":"","localPort":0,"listener":"mqtt","transport":"tcp"}';
    const line = `{"type":"retained","topic":"t","payload":"y","qos":0,"right":${right.replace('PEER', peer)}}`;
    expect((await imported([header, line])).problems.join()).toContain(problem);
  });

  it('keep a message for several sessions once', async () => {
    const lines = exported(await fullStore());
    expect(lines.filter((line) => line.includes('waits for two'))).toHaveLength(1);
    const { store } = await imported(lines);
    expect([...store.range('m/')]).toHaveLength([...lines].filter((line) => line.includes('"type":"message"')).length);
  });
});

describe('lines written by hand', () => {
  const session = '{"type":"session","clientId":"a","expirySeconds":60}';
  const queued = '{"type":"queued","clientId":"a","qos":2,"message":{"topic":"t","payload":"x"}';

  it('begin the time of a session when the broker starts', async () => {
    const { store, problems } = await imported([
      header,
      session,
      '',
      '{"type":"subscription","clientId":"a","filter":"#","qos":0}',
    ]);
    expect(problems).toEqual([]);
    const test = await testBroker({ store, clock: new FakeClock(5) });
    expect(test.broker.gauges).toMatchObject({ sessions: 1, subscriptions: 1 });
    await test.advance(59_000);
    expect(test.broker.gauges.sessions).toBe(1);
    await test.advance(2_000);
    expect(test.broker.gauges.sessions).toBe(0);
  });

  it.each([
    ['{', /^it is not JSON: /],
    ['[]', /^got \[\]; allowed: an object$/],
    ['{}', /^"type" is missing$/],
    [
      '{"type":"sesion"}',
      /^"type" got 'sesion'; allowed: hoopoe, session, subscription, message, queued, retained, ban$/,
    ],
    ['{"type":"hoopoe","format":2}', /^it has format 2; this version of the broker knows formats up to 1$/],
    ['{"type":"session","clientId":"b"}', /^"expirySeconds" is missing$/],
    [
      '{"type":"session","clientId":"b","expirySeconds":0}',
      /^"expirySeconds" got 0; allowed: a whole number from 1 to /,
    ],
    ['{"type":"session","clientId":"b","expirySeconds":1,"expires":2}', /^nothing is known about "expires"$/],
    [
      '{"type":"session","clientId":"b","expirySeconds":1,"will":{"topic":"+","payload":""}}',
      /^"will" "topic" contains the wildcard \+/,
    ],
    ['{"type":"session","clientId":"b","expirySeconds":1,"__proto__":2}', /^nothing is known about "__proto__"$/],
    [session, /^the session 'a' is there twice$/],
    ['{"type":"subscription","clientId":"z","filter":"#","qos":1}', /^no line before this one is the session 'z'$/],
    [
      '{"type":"subscription","clientId":"a","filter":"a#","qos":1}',
      /^"filter" has a # that is not the whole last level/,
    ],
    [
      '{"type":"subscription","clientId":"a","filter":"a","qos":3}',
      /^"qos" got 3; allowed: a whole number from 0 to 2$/,
    ],
    ['{"type":"retained","topic":"t","payload":""}', /^a retained message has a payload$/],
    ['{"type":"retained","topic":"t"}', /^a message has either a "payload" or a "payloadBase64"$/],
    ['{"type":"retained","topic":"t","payload":"a\\ud800"}', /^"payload" contains half a surrogate pair/],
    ['{"type":"retained","topic":"t\\u0000","payload":"a"}', /^"topic" contains U\+0000/],
    ['{"type":"retained","topic":"t","payloadBase64":"a"}', /^"payloadBase64" got "a"; allowed: Base64$/],
    [
      '{"type":"retained","topic":"t","payload":"a","properties":{"topicAlias":1}}',
      /^"properties" nothing is known about "topicAlias"$/,
    ],
    [
      '{"type":"retained","topic":"t","payload":"a","properties":{"userProperties":[["a"]]}}',
      /^"properties" "userProperties" got \["a"\]; allowed: two strings in a list$/,
    ],
    [
      '{"type":"queued","clientId":"a","qos":1,"message":7}',
      /^"message" 7 is the "id" of no message before this line$/,
    ],
    [`${queued},"released":1}`, /^"released" belongs to a message of QoS 2 that has a "packetId"$/],
    ['{"type":"ban","kind":"address","value":"localhost","atMs":1}', /^"value" is neither an address/],
    ['{"type":"ban","kind":"topic","value":"x","atMs":1}', /^"kind" is none of client_id, username, address$/],
    ['{"type":"ban","kind":"username","value":"x"}', /^"atMs" is missing$/],
    ['{"type":"ban","kind":"username","value":"x","atMs":1,"untilMs":-1}', /^"untilMs" got -1/],
    [`${queued},"packetId":7}`, /^a message with a "packetId" comes before those without$/],
  ])('are refused where they are wrong: %s', async (line, problem) => {
    const { problems } = await imported([header, session, `${queued}}`, line]);
    expect(problems).toEqual([expect.stringMatching(/^4: /)]);
    expect(problems[0]!.slice(3)).toMatch(problem);
  });

  it('need a first line that says which format they have', async () => {
    expect((await imported([session])).problems).toEqual(['1: the first line must be {"type":"hoopoe","format":1}']);
  });

  it('replace what a store has only when told to', async () => {
    const { store } = await imported([
      header,
      session,
      `${queued}}`,
      '{"type":"retained","topic":"t","payload":"old"}',
    ]);
    const lines = [header, session, '{"type":"retained","topic":"t","payload":"new"}'];
    expect((await imported(lines, store)).problems).toEqual([
      "2: the store has a session 'a' already",
      "3: the store has a retained message on 't' already",
    ]);
    const { problems } = await imported(lines, store, true);
    expect(problems).toEqual([]);
    const now = exported(store).join('\n');
    expect(now).toContain('"payload":"new"');
    // The messages of the session that gave way are nobody's, and the next start removes them.
    expect(now).not.toContain('"type":"queued"');
    const test = await testBroker({ store });
    await test.run();
    expect([...store.range('q/')]).toEqual([]);
    expect(test.broker.gauges).toMatchObject({ sessions: 1, retainedMessages: 1 });
  });
});
