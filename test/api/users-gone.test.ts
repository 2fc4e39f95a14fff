/** What becomes of the connections of a user that is taken away or changed. */

import { expect, onTestFinished, test } from 'vitest';
import { connectedJs } from '../clients/mqttjs.ts';
import { until } from '../listeners/listening.ts';
import { ManagedBroker } from './managed-broker.ts';

test('the connections of a user end with its login, and those of others stay', async () => {
  const broker = await ManagedBroker.start();
  onTestFinished(() => broker.close());
  const key = await broker.key('admin');
  const ask = (line: string, body?: unknown) => broker.ask(line, key, body);
  const users = '/access/sources/users/users';
  await ask(`POST ${users}`, { kind: 'username', name: 'ann', password: 'one' });
  await ask(`POST ${users}`, { kind: 'username', name: 'bob', password: 'two' });
  const connect = (username: string, password: string) =>
    connectedJs(broker.mqttUrl, { username, password, protocolVersion: 5 });
  const bob = await connect('bob', 'two');
  const first = await connect('ann', 'one');
  expect((await ask(`PATCH ${users}/username/ann`, { password: 'three' })).status).toBeLessThan(300);
  await until(() => first.disconnects.length > 0, 'the end');
  const second = await connect('ann', 'three');
  expect((await ask(`DELETE ${users}/username/ann`)).status).toBe(204);
  await until(() => second.disconnects.length > 0, 'the end');
  expect([first.disconnects, second.disconnects]).toEqual([[0x98], [0x98]]);
  expect(bob.disconnects).toEqual([]);
});
