/**
 * Brokers that bridge in a circle: no message goes round, in whichever version and with whichever options, and nothing is
 * taken for a message that goes round because it is like one.
 */

import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AccessChain } from '../../src/access/chain/access-chain.ts';
import type { Bridges } from '../../src/bridges/bridges.ts';
import type { BridgeSpec } from '../../src/bridges/spec.ts';
import type { ProtocolVersion } from '../../src/packet/types.ts';
import type { Authorizer } from '../../src/ports/access.ts';
import { pause, until } from '../listeners/listening.ts';
import { type BridgingBroker, bridgeTo, bridgingBroker, connected } from './bridging.ts';
import { freePort, runningMosquitto } from './mortal.ts';
import { connectedJs } from './mqttjs.ts';
import { lacks, needing } from './programs.ts';

const versions: readonly ProtocolVersion[] = [3, 4, 5];
const combinations = versions.flatMap((protocolVersion) =>
  [true, false].flatMap((notifications) =>
    [true, false].map((tryPrivate) => ({ protocolVersion, notifications, tryPrivate })),
  ),
);

/** How often each message is published. */
const TIMES = 15;

/** What one broker publishes and what it gets. */
interface Place {
  publish(topic: string, payload: string, qos: 0 | 1 | 2): Promise<unknown>;
  readonly got: string[];
}

function placeOf(broker: BridgingBroker, filter = 't/#'): Place {
  const got: string[] = [];
  broker.broker.subscribe(filter, (message) => got.push(`${message.topic} ${message.payload}`));
  return { got, publish: (topic, payload, qos) => broker.broker.publish({ topic, payload, qos }) };
}

async function placeAt(port: number): Promise<Place> {
  const got: string[] = [];
  const { client } = await connectedJs(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4 });
  client.on('message', (topic, payload) => got.push(`${topic} ${payload}`));
  await client.subscribeAsync('t/#', { qos: 2 });
  return { got, publish: (topic, payload, qos) => client.publishAsync(topic, payload, { qos }) };
}

/** How often each text was got. */
function counts(got: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const text of got) found[text] = (found[text] ?? 0) + 1;
  return found;
}

/** The same payload again and again on one topic, from both sides. */
async function publishAlike(one: Place, other: Place, qosMin: 0 | 1 = 0): Promise<void> {
  for (let i = 0; i < TIMES; i++) {
    const qos = (qosMin + (i % (3 - qosMin))) as 0 | 1 | 2;
    await one.publish('t/lamp', 'on', qos);
    await other.publish('t/lamp', 'on', qos);
    await one.publish('t/here', 'on', 1);
    await other.publish('t/there', 'on', 1);
    await pause(2);
  }
}

/** Waits until nothing more comes. */
async function settled(places: readonly Place[], atLeast: number): Promise<void> {
  await until(() => places.every(({ got }) => got.length >= atLeast), 'everything has crossed', 5_000).catch(() => {});
  await pause(150);
}

function eachOnce(): Record<string, number> {
  return { 't/lamp on': 2 * TIMES, 't/here on': TIMES, 't/there on': TIMES };
}

/** Waits until the bridges know of each other, so that what is counted does not depend on who was first. */
async function asked(...brokers: readonly BridgingBroker[]): Promise<void> {
  const isAsked = ({ filters }: BridgingBroker): boolean => filters.includes('$SYS/broker/bridges/+');
  await until(() => brokers.every(isAsked), 'the bridges have asked for each other');
  await pause(30);
}

describe('two brokers of ours that bridge everything to each other', () => {
  test.each(combinations)('%o', async (options) => {
    const [here, there] = [await bridgingBroker(), await bridgingBroker()];
    // The list of bridges has a level for each identifier, whatever is in it; a state cannot be told of all.
    const idHere = { ...options, remoteClientId: options.notifications ? 'site/1%' : 'site/1+#%' };
    await connected(await here.bridge(bridgeTo(there.port, ['# both 2'], idHere)));
    await connected(await there.bridge(bridgeTo(here.port, ['# both 2'], { ...options, remoteClientId: 't.x' })));
    await asked(here, there);
    const [atHere, atThere] = [placeOf(here), placeOf(there)];
    await publishAlike(atHere, atThere);
    await settled([atHere, atThere], 6 * TIMES);
    // Both bridges carry what was published on one side, so the other side gets it twice, and neither gets it back.
    expect(counts(atHere.got)).toEqual({ 't/lamp on': 3 * TIMES, 't/here on': TIMES, 't/there on': 2 * TIMES });
    expect(counts(atThere.got)).toEqual({ 't/lamp on': 3 * TIMES, 't/here on': 2 * TIMES, 't/there on': TIMES });
  });

  test('a rule that keeps $SYS from everybody does not hide the list of bridges, and nothing else is shown', async () => {
    // As in the acl.conf that EMQX is installed with, for clients that are not on its machine.
    const authorize: Authorizer['authorize'] = (_, { topic }) => (topic.startsWith('$SYS') ? 'deny' : 'allow');
    const access = (): AccessChain =>
      new AccessChain({ authorizers: [{ name: 'rules', checksDelivery: true, authorize }], unmatched: 'deny' });
    const [here, there] = [await bridgingBroker({ access: access() }), await bridgingBroker({ access: access() })];
    const options = { protocolVersion: 4, notifications: false, tryPrivate: false } as const;
    await connected(await here.bridge(bridgeTo(there.port, ['t/# both 1'], { ...options, remoteClientId: 'a' })));
    await connected(await there.bridge(bridgeTo(here.port, ['t/# both 1'], { ...options, remoteClientId: 'b' })));
    await asked(here, there);
    const [atHere, atThere] = [placeOf(here), placeOf(there)];
    await atHere.publish('t/x', 'here', 1);
    await atThere.publish('t/x', 'there', 1);
    await settled([atHere, atThere], 3);
    expect(counts(atHere.got)).toEqual({ 't/x here': 1, 't/x there': 2 });
    expect(counts(atThere.got)).toEqual({ 't/x here': 2, 't/x there': 1 });

    const { client } = await connectedJs(`mqtt://127.0.0.1:${here.port}`, { protocolVersion: 4 });
    const listed: string[] = [];
    client.on('message', (topic) => listed.push(topic));
    const wanted = ['$SYS/broker/bridges/+', '$SYS/broker/bridges/#', '$SYS/broker/+/+', '$SYS/#'];
    const codes: number[] = [];
    client.on('packetreceive', (packet) => packet.cmd === 'suback' && codes.push(...(packet.granted as number[])));
    await client.subscribeAsync(wanted).catch(() => {});
    await until(() => listed.length > 0, 'the list');
    expect(codes).toEqual([0, 0x80, 0x80, 0x80]);
    // The digest of `a`, by `printf a | openssl dgst -sha256 -binary | basenc --base64url`.
    expect(listed).toEqual(['$SYS/broker/bridges/ypeBEsobvcr6wjGzmiPcTa']);
  });

  test('two bridges of one broker that lead to the same other one, over MQTT 5', async () => {
    const [here, there] = [await bridgingBroker(), await bridgingBroker()];
    const specs = ['a', 'b'].map((name) =>
      bridgeTo(there.port, ['# both 1'], { name, remoteClientId: name, protocolVersion: 5 }),
    );
    await here.bridged(...specs);
    const [atHere, atThere] = [placeOf(here), placeOf(there)];
    await atHere.publish('t/x', 'here', 1);
    await atThere.publish('t/x', 'there', 1);
    await settled([atHere, atThere], 3);
    expect(counts(atHere.got)).toEqual({ 't/x here': 1, 't/x there': 2 });
    expect(counts(atThere.got)).toEqual({ 't/x here': 2, 't/x there': 1 });
  });
});

test('a ring of three brokers of ours, over MQTT 5: to each broker each message comes once by each way', async () => {
  const ring = [await bridgingBroker(), await bridgingBroker(), await bridgingBroker()];
  const all: Bridges[] = [];
  for (const [i, broker] of ring.entries()) {
    const next = ring[(i + 1) % 3]!;
    all.push(await broker.bridge(bridgeTo(next.port, ['# both 1'], { remoteClientId: `b${i}` })));
  }
  for (const bridges of all) await connected(bridges);
  const places = ring.map((broker) => placeOf(broker));
  for (const [i, place] of places.entries()) await place.publish('t/x', `from ${i}`, 1);
  await settled(places, 5);
  for (const [i, { got }] of places.entries()) {
    const [before, after] = [(i + 2) % 3, (i + 1) % 3];
    expect(counts(got)).toEqual({ [`t/x from ${i}`]: 1, [`t/x from ${before}`]: 2, [`t/x from ${after}`]: 2 });
  }
});

test('an answer that copies the User Properties of its question, and a copy under another name, are new messages', async () => {
  const [here, there] = [await bridgingBroker(), await bridgingBroker()];
  const rules = ['question/# out 1', 'answer/# in 1', 'copy/# in 1'];
  await here.bridged(bridgeTo(there.port, rules, { protocolVersion: 5 }));
  there.broker.subscribe('question/#', ({ payload, properties }) => {
    const userProperties = properties?.userProperties ?? [];
    expect(userProperties.map(([name]) => name)).toEqual(['trace', 'hoopoe-path']);
    void there.broker.publish({ topic: 'answer/1', payload: `${payload}!`, qos: 1, properties: { userProperties } });
    void there.broker.publish({ topic: 'copy/1', payload, qos: 1, properties: { userProperties } });
  });
  const [answers, copies] = [placeOf(here, 'answer/#'), placeOf(here, 'copy/#')];
  const properties = { userProperties: [['trace', '7']] as [string, string][] };
  await here.broker.publish({ topic: 'question/1', payload: 'why', qos: 1, properties });
  await settled([answers, copies], 1);
  expect([answers.got, copies.got]).toEqual([['answer/1 why!'], ['copy/1 why']]);
});

/** What a bridge to a broker that sends everything back must show on both sides. */
async function bridgedOnce(remotePort: number, options: Partial<BridgeSpec>): Promise<void> {
  const here = await bridgingBroker();
  const bridges = await here.bridged(bridgeTo(remotePort, ['t/# both 2'], options));
  const [atHere, atThere] = [placeOf(here), await placeAt(remotePort)];
  await publishAlike(atHere, atThere);
  await settled([atHere, atThere], 4 * TIMES);
  expect(counts(atHere.got)).toEqual(eachOnce());
  expect(counts(atThere.got)).toEqual(eachOnce());
  expect(bridges.get('bridge')?.counters).toMatchObject({ messagesIn: 2 * TIMES, messagesOut: 2 * TIMES });
}

describe('one bridge to a broker that knows nothing of bridges', () => {
  const older = combinations.filter(({ protocolVersion }) => protocolVersion < 5);

  // It closes the connection of whoever publishes to $SYS, and of a bridge that it keeps messages from.
  test.each(older.filter((one) => !one.notifications && !one.tryPrivate))(
    'aedes, %o: each message is on each side once',
    async (options) => {
      const aedes = await Aedes.createBroker();
      const server = createServer(aedes.handle);
      const port = await new Promise<number>((resolve) => {
        server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
      });
      onTestFinished(async () => {
        await new Promise<void>((resolve) => aedes.close(() => resolve()));
        server.close();
      });
      await bridgedOnce(port, options);
    },
  );

  test.each(older)('one of ours, %o: each message is on each side once', async (options) => {
    await bridgedOnce((await bridgingBroker()).port, options);
  });
});

describe.skipIf(lacks('mosquitto'))(needing('mosquitto', 'a real Mosquitto'), () => {
  test.each(combinations)('one bridge of ours, %o: each message is on each side once', async (options) => {
    const port = await freePort();
    await runningMosquitto(port);
    await bridgedOnce(port, options);
  });

  const names = { 3: 'mqttv31', 4: 'mqttv311', 5: 'mqttv50' } as const;

  async function mutual(options: (typeof combinations)[number], theirs: readonly string[]): Promise<[Place, Place]> {
    const port = await freePort();
    const here = await bridgingBroker();
    await runningMosquitto(port, [
      'connection back',
      `address 127.0.0.1:${here.port}`,
      'remote_clientid theirs',
      'topic # both 2',
      'restart_timeout 1',
      `bridge_protocol_version ${names[options.protocolVersion]}`,
      `try_private ${options.tryPrivate}`,
      ...theirs,
    ]);
    await here.bridged(bridgeTo(port, ['# both 2'], options));
    const subscribed = (): number => here.filters.filter((filter) => filter === '#').length;
    await until(() => subscribed() > 1, 'our bridge and theirs have subscribed here', 5_000);
    await pause(50);
    return [placeOf(here), await placeAt(port)];
  }

  test.each(combinations)('bridges of both to each other, ours with %o', async (options) => {
    const [atHere, atThere] = await mutual(options, ['notifications true']);
    await publishAlike(atHere, atThere, 1);
    // Mosquitto sends back through one bridge what came through the other, and below MQTT 5 without the bit for bridges
    // also through the same one. It ends here.
    const isSentBackTwice = options.protocolVersion < 5 && !options.tryPrivate;
    const [here, there] = isSentBackTwice ? [4, 3] : [3, 2];
    await settled([atHere, atThere], 4 * (there - 1) * TIMES);
    const own = { 't/lamp on': (here + there) * TIMES, 't/here on': here * TIMES, 't/there on': there * TIMES };
    expect(counts(atHere.got)).toEqual(own);
    const others = { 't/here on': there * TIMES, 't/there on': (there - 1) * TIMES };
    expect(counts(atThere.got)).toEqual({ 't/lamp on': (2 * there - 1) * TIMES, ...others });
  });

  test('bridges of both to each other over MQTT 5, theirs without notifications: no message goes round', async () => {
    const [atHere, atThere] = await mutual(combinations.at(-1)!, ['notifications false']);
    await atHere.publish('t/x', 'here', 1);
    await atThere.publish('t/x', 'there', 1);
    await settled([atHere, atThere], 6);
    expect(counts(atHere.got)).toEqual({ 't/x here': 3, 't/x there': 3 });
    expect(counts(atThere.got)).toEqual({ 't/x here': 3, 't/x there': 3 });
  });
});
