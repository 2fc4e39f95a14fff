/** Delayed messages of a broker that is killed: what was acknowledged comes after the start, when its time has come. */

import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../listeners/listening.ts';
import { BrokerProcess, dataFolder } from './broker-process.ts';

const CONFIGURATION = 'log: { level: warn }\nmodules: { delayed: { enabled: true } }\n';

async function connect(port: number): Promise<mqtt.MqttClient> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 });
  client.on('error', () => {});
  onTestFinished(() => {
    client.end(true);
  });
  return client;
}

test('every delayed message that was acknowledged before kill -9 comes after it', async () => {
  const broker = new BrokerProcess(dataFolder(), CONFIGURATION);
  await broker.start();
  const publisher = await connect(broker.port);
  const wanted = Array.from({ length: 50 }, (_, i) => String(i));
  await Promise.all(wanted.map((text) => publisher.publishAsync('$delayed/6/later', text, { qos: 1 })));
  await broker.kill();
  await broker.start();
  const heard: string[] = [];
  const subscriber = await connect(broker.port);
  subscriber.on('message', (_topic, payload) => heard.push(payload.toString()));
  await subscriber.subscribeAsync('later', { qos: 1 });
  await until(() => new Set(heard).size === wanted.length, 'all of them', 30_000);
  expect(heard).toEqual(wanted);
});
