/**
 * What waits is on disk: memory and the data file stay within stated bounds, whatever the clients leave behind, and a
 * start with many stored messages is quick. `STORED=1000000` and `SESSIONS=10000` make it larger; `npm run soak -- --store`.
 */

import { expect, test } from 'vitest';
import { until } from '../listeners/listening.ts';
import { BrokerProcess, dataFolder } from './broker-process.ts';
import { DurableClient } from './client.ts';

const stored = Number(process.env['STORED'] ?? 100_000);
const sessions = Number(process.env['SESSIONS'] ?? 500);
const MESSAGES_EACH = 100;
const PAYLOAD_BYTES = 100;
/** What a session costs in memory: its state and its subscription, none of its messages. */
const SESSION_KILOBYTES = 4;
/** Below 5.0 there is no Receive Maximum, so that thousands of messages share a commit. */
const WINDOW = 3000;
const LIMITS = 'limits: { queued_messages_max: 2000000, queued_bytes_max: 4GB }\nlog: { level: warn }\n';
const LONG_MS = 60_000 + (stored / 1000) * 400 + sessions * 60;

/** Begins with a number. */
const payloadOf = (index: number): string => String(index).padEnd(PAYLOAD_BYTES, ' p');

/** Publishes as fast as acknowledgements come. */
async function publishMany(client: DurableClient, topicOf: (index: number) => string, count: number): Promise<void> {
  let sent = 0;
  const fill = (): void => {
    while (sent < count && client.unacknowledged < WINDOW) client.publish(topicOf(sent), payloadOf(sent++), 1);
  };
  client.onAcknowledged = fill;
  fill();
  await until(() => sent === count && client.unacknowledged === 0, `${count} acknowledgements`, LONG_MS);
}

/** What lives in the heap has no more room than this: a broker that needs more dies of it. */
const HEAP_MEGABYTES = 64;

async function begun(yaml: string = LIMITS, heapMegabytes: number = HEAP_MEGABYTES): Promise<BrokerProcess> {
  const env = { NODE_OPTIONS: `--max-old-space-size=${heapMegabytes}` };
  const broker = new BrokerProcess(dataFolder(), yaml, env);
  await broker.start();
  return broker;
}

async function accepted(broker: BrokerProcess, client: DurableClient): Promise<DurableClient> {
  await broker.accept(client);
  return client;
}

/** A client whose session stays, subscribed and gone. */
async function absent(broker: BrokerProcess, client: DurableClient, filter: string): Promise<DurableClient> {
  await broker.accept(client);
  client.subscribe({ [filter]: 1 }, () => client.disconnect());
  await until(() => !client.isOpen, `SUBACK for ${client.clientId}`, 20_000);
  return client;
}

test(
  `a session with ${stored} queued messages costs no memory, starts quickly and is delivered whole and in order`,
  async () => {
    const broker = await begun();
    const receiver = await absent(broker, new DurableClient('receiver', 5), 'a');
    const publisher = await accepted(broker, new DurableClient('publisher', 4));
    await publishMany(publisher, () => 'warm', 2000);
    const before = broker.ownMegabytes ?? 0;
    await publishMany(publisher, () => 'a', stored);
    const after = broker.ownMegabytes ?? 0;
    publisher.disconnect();
    expect(await broker.stop()).toBe(0);
    const { fileMegabytes } = broker;
    const startMs = await broker.start();
    const started = broker.ownMegabytes ?? 0;
    console.info(
      `${stored} queued: own memory ${before.toFixed(0)} → ${after.toFixed(0)} MB, file ${fileMegabytes.toFixed(0)} MB, ` +
        `start ${startMs.toFixed(0)} ms, then ${started.toFixed(0)} MB`,
    );
    // V8 takes some memory for turnover, whatever the number.
    expect(after - before).toBeLessThan(80);
    expect(started).toBeLessThan(150);
    expect(startMs).toBeLessThan(2000 + stored / 100);
    expect(fileMegabytes).toBeLessThan(2 + (stored * 450) / 1024 / 1024);
    let received = 0;
    let outOfOrder = 0;
    receiver.onReceived = ({ payload }) => {
      if (Number.parseInt(payload, 10) !== received) outOfOrder++;
      received++;
    };
    await broker.accept(receiver);
    await until(() => received >= stored, 'all messages', LONG_MS);
    expect({ received, outOfOrder }).toEqual({ received: stored, outOfOrder: 0 });
    expect(broker.ownMegabytes ?? 0).toBeLessThan(started + 100);
    await broker.stop();
  },
  LONG_MS,
);

test(
  `${sessions} sessions with ${MESSAGES_EACH} messages each need ${SESSION_KILOBYTES} KB of heap for a session, whatever waits`,
  async () => {
    const heapMegabytes = HEAP_MEGABYTES + Math.ceil((sessions * SESSION_KILOBYTES) / 1024);
    const broker = await begun(LIMITS, heapMegabytes);
    const publisher = await accepted(broker, new DurableClient('publisher', 4));
    await publishMany(publisher, () => 'warm', 2000);
    const before = broker.ownMegabytes ?? 0;
    for (let first = 0; first < sessions; first += 100) {
      const group = Array.from({ length: Math.min(100, sessions - first) }, (_, index) =>
        absent(broker, new DurableClient(`s${first + index}`, 4), `s/${first + index}`),
      );
      await Promise.all(group);
    }
    await publishMany(publisher, (index) => `s/${index % sessions}`, sessions * MESSAGES_EACH);
    const after = broker.ownMegabytes ?? 0;
    console.info(`${sessions} sessions: own memory ${before.toFixed(0)} → ${after.toFixed(0)} MB`);
    expect(after - before).toBeLessThan(heapMegabytes + 30);
    publisher.disconnect();
    await broker.stop();
  },
  LONG_MS,
);

test('a message for 1,000 absent sessions is stored once, and its room is free when the last one has it', async () => {
  const receivers = 1000;
  const broker = await begun();
  for (let first = 0; first < receivers; first += 500) {
    await Promise.all(
      Array.from({ length: 500 }, (_, index) => absent(broker, new DurableClient(`r${first + index}`, 4), 'all')),
    );
  }
  const publisher = await accepted(broker, new DurableClient('publisher', 5));
  const large = 'x'.repeat(1_000_000);
  const empty = broker.fileMegabytes;
  publisher.publish('all', large, 1);
  await until(() => publisher.unacknowledged === 0, 'PUBACK', 20_000);
  const once = broker.fileMegabytes;
  expect(once - empty).toBeLessThan(4);
  for (let first = 0; first < receivers; first += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, index) => receiveOne(broker, `r${first + index}`)));
  }
  // Were it still there, ten more would make the file ten times as large.
  for (let more = 0; more < 10; more++) {
    publisher.publish('single', large, 1, true);
    await until(() => publisher.unacknowledged === 0, 'PUBACK', 20_000);
  }
  console.info(
    `stored for 1,000: file ${empty.toFixed(1)} → ${once.toFixed(1)} → ${broker.fileMegabytes.toFixed(1)} MB`,
  );
  expect(broker.fileMegabytes).toBeLessThan(once + 4);
  await broker.stop();
});

async function receiveOne(broker: BrokerProcess, clientId: string): Promise<void> {
  const client = new DurableClient(clientId, 4);
  let received = 0;
  client.onReceived = () => {
    received++;
  };
  broker.connect(client);
  await until(() => received === 1, `the message for ${clientId}`, 20_000);
  client.disconnect();
}

test('a client that never acknowledges costs its window and no more', async () => {
  const broker = await begun('limits: { queued_messages_max: 5000 }\nlog: { level: warn }\n');
  const silent = new DurableClient('silent', 5);
  silent.answers = false;
  let received = 0;
  silent.onReceived = () => {
    received++;
  };
  await broker.accept(silent);
  silent.subscribe({ a: 1 });
  const publisher = await accepted(broker, new DurableClient('publisher', 4));
  await publishMany(publisher, () => 'warm', 2000);
  const before = broker.ownMegabytes ?? 0;
  await publishMany(publisher, () => 'a', 20_000);
  const after = broker.ownMegabytes ?? 0;
  console.info(`never acknowledged: own memory ${before.toFixed(0)} → ${after.toFixed(0)} MB, ${received} received`);
  expect(received).toBe(100);
  expect(after - before).toBeLessThan(80);
  expect(publisher.isConnected).toBe(true);
  await broker.stop();
});
