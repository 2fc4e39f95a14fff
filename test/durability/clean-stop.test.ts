/** SIGTERM with durable sessions, and what a restart finds. Also: who else may use the data folder. */

import { expect, test } from 'vitest';
import { until } from '../listeners/listening.ts';
import { hoopoe } from '../system/executable.ts';
import { BrokerProcess, dataFolder } from './broker-process.ts';
import { DurableClient } from './client.ts';
import { Ledger } from './ledger.ts';

const QUIET = 'log: { level: warn }\n';

test('a clean stop tells clients, publishes wills, loses nothing and ends with 0', async () => {
  const broker = new BrokerProcess(dataFolder());
  await broker.start();
  const ledger = new Ledger((topic) => topic.startsWith('2/'));
  const will = { topic: 'wills', payload: Buffer.from('wills 1'), qos: 1 as const, retain: true };
  const present = [4, 5].map((version) => new DurableClient(`present-${version}`, version as 4 | 5));
  const absent = [4, 5].map((version) => new DurableClient(`absent-${version}`, version as 4 | 5));
  const publisher = new DurableClient('publisher', 5, { will });
  ledger.watchPublisher(publisher);
  for (const client of [...present, ...absent]) {
    ledger.watchReceiver(client);
    await broker.accept(client);
    let isDone = false;
    client.subscribe({ '1/#': 1, '2/#': 2, wills: 1 }, () => {
      isDone = true;
    });
    await until(() => isDone, 'SUBACK');
  }
  for (const client of absent) client.disconnect();
  await broker.accept(publisher);
  for (let sent = 0; sent < 50; sent++) {
    const qos = sent % 2 === 0 ? 1 : 2;
    publisher.publish(`${qos}/a`, ledger.next(`${qos}/a`), qos);
  }
  const since = performance.now();
  expect(await broker.stop()).toBe(0);
  expect(performance.now() - since).toBeLessThan(3_000);
  await until(() => present.every(({ isOpen }) => !isOpen) && !publisher.isOpen, 'all lines are closed');
  expect([publisher.disconnectCode, present[1]?.disconnectCode]).toEqual([0x8b, 0x8b]);
  expect(broker.running.program.errors).toMatch(/Stopped\n$/);
  await broker.start();
  for (const client of [...present, ...absent, publisher]) await broker.accept(client);
  const receivers = [...present, ...absent].map(({ clientId }) => clientId);
  const missing = (): string[] => receivers.flatMap((clientId) => ledger.missing(clientId, () => true));
  await until(() => publisher.unacknowledged === 0 && missing().length === 0, 'everything', 5_000);
  expect(ledger.complaints).toEqual([]);
  expect([...present, ...absent].flatMap(({ complaints }) => complaints)).toEqual([]);
  const reader = new DurableClient('reader', 4, { cleanStart: true });
  const wills: string[] = [];
  reader.onReceived = ({ payload }) => wills.push(payload);
  await broker.accept(reader);
  reader.subscribe({ wills: 0 });
  await until(() => wills.length > 0, 'the will');
  expect(wills).toEqual(['wills 1']);
  for (const clientId of receivers) expect(ledger.timesReceived(clientId, 'wills', 1)).toBe(1);
  await broker.stop();
});

test('a delayed will of a durable session survives a clean stop and is published at its time', async () => {
  const broker = new BrokerProcess(dataFolder(), QUIET);
  await broker.start();
  const properties = { willDelayInterval: 1 };
  const will = { topic: 'late', payload: Buffer.from('late'), qos: 1 as const, retain: true, properties };
  await broker.accept(new DurableClient('c', 5, { will }));
  expect(await broker.stop()).toBe(0);
  await broker.start();
  const reader = new DurableClient('reader', 4, { cleanStart: true });
  let received = 0;
  reader.onReceived = () => {
    received++;
  };
  await broker.accept(reader);
  reader.subscribe({ late: 1 });
  await until(() => received === 1, 'the will', 4_000);
  await broker.stop();
});

test('a second broker on the same folder ends with 1 and names the first, which goes on; after it is killed the next one starts', async () => {
  const broker = new BrokerProcess(dataFolder(), QUIET);
  await broker.start();
  const yaml = 'listeners:\n  tcp: { host: 127.0.0.1, port: 0 }\n';
  const { program } = hoopoe([], { yaml, dataDirectory: broker.dataDirectory });
  expect(await program.end()).toBe(1);
  expect(program.errors).toContain(`process ${broker.running.program.child.pid}`);
  expect(program.errors).toContain(broker.dataDirectory);
  await broker.accept(new DurableClient('c', 4));
  await broker.kill();
  await broker.start();
  const client = new DurableClient('c', 4);
  await broker.accept(client);
  expect(client.sessionPresent).toBe(true);
  await broker.stop();
});
