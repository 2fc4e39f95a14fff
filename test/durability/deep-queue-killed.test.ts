/** A queue far longer than what memory holds is delivered by a broker that is killed again and again meanwhile. */

import { expect, test } from 'vitest';
import { pause, until } from '../listeners/listening.ts';
import { BrokerProcess, dataFolder } from './broker-process.ts';
import { DurableClient } from './client.ts';
import { Ledger } from './ledger.ts';

const messages = Number(process.env['DEEP'] ?? 3000);
const KILLS = 3;
const WINDOW = 1000;

test(`${messages} messages that wait for two receivers survive ${KILLS} kills during their delivery`, async () => {
  const broker = new BrokerProcess(dataFolder(), 'limits: { queued_messages_max: 100000 }\nlog: { level: warn }\n');
  await broker.start();
  const ledger = new Ledger((topic) => topic === '2/a');
  const receivers = [4, 5].map((version) => {
    const client = new DurableClient(`receiver-${version}`, version as 4 | 5, { receiveMaximum: 20 });
    ledger.watchReceiver(client);
    return client;
  });
  for (const client of receivers) {
    await broker.accept(client);
    client.subscribe({ '1/#': 1, '2/#': 2 }, () => client.disconnect());
    await until(() => !client.isOpen, 'SUBACK');
  }
  const publisher = new DurableClient('publisher', 4);
  ledger.watchPublisher(publisher);
  await broker.accept(publisher);
  for (let sent = 0; sent < messages; ) {
    for (; sent < messages && publisher.unacknowledged < WINDOW; sent++) {
      const topic = sent % 2 === 0 ? '1/a' : '2/a';
      publisher.publish(topic, ledger.next(topic), sent % 2 === 0 ? 1 : 2);
    }
    await pause(1);
  }
  await until(() => publisher.unacknowledged === 0, 'the last acknowledgement', 20_000);
  for (let kill = 1; kill <= KILLS; kill++) {
    for (const client of receivers) await broker.accept(client);
    const enough = (kill * 2 * messages) / (KILLS + 1);
    await until(() => ledger.received >= enough, `${enough} deliveries`, 60_000);
    await broker.kill();
    for (const client of receivers) client.drop();
    await broker.start();
  }
  for (const client of receivers) await broker.accept(client);
  const missing = (): string[] => receivers.flatMap(({ clientId }) => ledger.missing(clientId, () => true));
  await until(() => ledger.received === 2 * messages, 'all deliveries', 60_000);
  expect([...ledger.complaints, ...missing()]).toEqual([]);
  expect(ledger.acknowledged).toBe(messages);
  expect(await broker.stop()).toBe(0);
});
