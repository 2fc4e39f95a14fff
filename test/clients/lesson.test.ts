/** The programs of a beginners' lesson on MQTT brokers, as it prints them, save for the port. */

import { createRequire } from 'node:module';
import type mqttModule from 'mqtt';
import type { MqttClient } from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../listeners/listening.ts';
import { serve } from './serving.ts';

const require = createRequire(import.meta.url);

function watched(client: MqttClient): { said: string[] } {
  const said: string[] = [];
  onTestFinished(async () => {
    await client.endAsync(true);
  });
  client.on('connect', (connack) => {
    said.push(`return code: ${connack.returnCode}, sessionPresent: ${connack.sessionPresent}`);
    client.end();
  });
  client.on('error', (error) => {
    said.push(`${error}`);
  });
  return { said };
}

test('var client = mqtt.connect("mqtt://127.0.0.1:…") gets return code 0', async () => {
  const { port } = await serve();
  const mqtt = require('mqtt') as typeof mqttModule;
  const { said } = watched(mqtt.connect(`mqtt://127.0.0.1:${port}`));
  await until(() => said.length > 0, 'an answer');
  expect(said).toEqual(['return code: 0, sessionPresent: false']);
});

test('mqtts with rejectUnauthorized: false connects to the certificate that the broker made', async () => {
  const { portOf } = await serve({ transports: ['tls'] });
  const mqtt = require('mqtt') as typeof mqttModule;
  const client = mqtt.connect(`mqtts://127.0.0.1:${portOf('tls')}`, {
    rejectUnauthorized: false,
  });
  const { said } = watched(client);
  await until(() => said.length > 0, 'an answer');
  expect(said).toEqual(['return code: 0, sessionPresent: false']);
});

test('a wrong password is answered with "Connection refused: Bad username or password", the right one lets in', async () => {
  const { port } = await serve({
    authenticate: ({ username, password }) => username === 'testuser' && password?.toString() === '123456',
  });
  const mqtt = require('mqtt') as typeof mqttModule;
  const without = watched(mqtt.connect(`mqtt://127.0.0.1:${port}`));
  await until(() => without.said.length > 0, 'a refusal');
  expect(without.said[0]).toMatch(/Connection refused: Bad username or password/);
  const login = { username: 'testuser', password: '123456' };
  const { said } = watched(mqtt.connect(`mqtt://127.0.0.1:${port}`, login));
  await until(() => said.length > 0, 'an answer');
  expect(said).toEqual(['return code: 0, sessionPresent: false']);
});
