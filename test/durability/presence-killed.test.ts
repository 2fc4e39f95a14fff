/** A broker that is killed: whoever was told that a client is there is told that it is gone. */

import mqtt, { type MqttClient } from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../listeners/listening.ts';
import { BrokerProcess, dataFolder } from './broker-process.ts';

async function connect(broker: BrokerProcess, clientId: string, clean: boolean): Promise<MqttClient> {
  const client = mqtt.connect(`mqtt://127.0.0.1:${broker.port}`, { clientId, clean, reconnectPeriod: 0 });
  // What a killed broker does to a connection is no news here.
  client.on('error', () => {});
  onTestFinished(() => {
    client.end(true);
  });
  return client;
}

async function connected(client: MqttClient): Promise<void> {
  await until(() => client.connected, 'CONNACK', 10_000);
}

/** Notices that somebody is gone, by Client Identifier. */
function watchGone(client: MqttClient): Map<string, Record<string, unknown>> {
  const gone = new Map<string, Record<string, unknown>>();
  client.on('message', (topic, payload) => {
    if (!topic.endsWith('/disconnected')) return;
    const notice = JSON.parse(payload.toString()) as Record<string, unknown>;
    gone.set(String(notice['clientid']), notice);
  });
  return gone;
}

test('after kill -9 a lasting watcher and one that comes later learn who was cut off', async () => {
  const broker = new BrokerProcess(dataFolder(), 'log: { level: warn }\n');
  await broker.start();
  const watcher = await connect(broker, 'watcher', false);
  await connected(watcher);
  let here = 0;
  watcher.on('message', (topic) => {
    if (topic.endsWith('/connected')) here++;
  });
  await watcher.subscribeAsync('$SYS/brokers/+/clients/#', { qos: 1 });
  await connected(await connect(broker, 'cut-off', true));
  const left = await connect(broker, 'left', true);
  await connected(left);
  await left.endAsync();
  await until(() => here === 2, 'the notices that two came', 10_000);
  // That it was told is on disk a commit later, and the next promise of the broker is behind that commit.
  await watcher.publishAsync('a', 'x', { qos: 1, retain: true });
  await broker.kill();
  await broker.start();

  const again = await connect(broker, 'watcher', false);
  const lasting = watchGone(again);
  await connected(again);
  await until(() => lasting.has('cut-off') && lasting.has('watcher'), 'the notices of the crash', 10_000);
  expect(lasting.get('cut-off')).toMatchObject({ reason: 'internal_error', ipaddress: '127.0.0.1', proto_ver: 4 });
  expect(lasting.get('left')?.['reason'] ?? 'normal').toBe('normal');

  const newcomer = await connect(broker, 'newcomer', true);
  const late = watchGone(newcomer);
  await connected(newcomer);
  await newcomer.subscribeAsync('$SYS/brokers/+/clients/+/disconnected', { qos: 1 });
  await until(() => late.has('cut-off'), 'the notice for those who come later', 10_000);
  expect([...late.keys()]).toEqual(['cut-off']);
  expect(await broker.stop()).toBe(0);
});
