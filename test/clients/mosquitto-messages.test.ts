/** mosquitto_pub to mosquitto_sub in every version and QoS, and what they can do with a payload. */

import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folder, until } from '../listeners/listening.ts';
import { mosquittoPub, mosquittoPubStarted, mosquittoPubWith, mosquittoSub, versions } from './mosquitto.ts';
import { lacks, needing } from './programs.ts';
import { serve } from './serving.ts';

describe.skipIf(lacks('mosquitto-clients'))(needing('mosquitto-clients', 'mosquitto_pub and mosquitto_sub'), () => {
  for (const version of versions) {
    for (const qos of ['0', '1', '2']) {
      test(`-V ${version} -q ${qos} gets through with -t '#' -v`, async () => {
        const { port, subscribed } = await serve();
        const sub = mosquittoSub(port, '-V', version, '-q', qos, '-t', '#', '-F', '%q %r %t %p', '-C', '2');
        await subscribed('#');
        await mosquittoPub(port, '-V', version, '-q', qos, '-t', 'home/kitchen/temperature', '-m', '21.5');
        await mosquittoPub(port, '-V', version, '-q', qos, '-t', '家/厨房', '-n');
        expect(await sub.said(2)).toEqual([`${qos} 0 home/kitchen/temperature 21.5`, `${qos} 0 家/厨房 `]);
        expect(await sub.end()).toBe(0);
      });
    }
    for (const other of versions.filter((one) => one !== version)) {
      test(`a message of ${version} reaches a subscriber of ${other}`, async () => {
        const { port, subscribed } = await serve();
        const sub = mosquittoSub(port, '-V', other, '-q', '2', '-t', 'a/+', '-v');
        await subscribed('a/+');
        await mosquittoPub(port, '-V', version, '-q', '2', '-t', 'a/b', '-m', 'hello');
        expect(await sub.said(1)).toEqual(['a/b hello']);
      });
    }
  }

  test('[MQTT-3.8.4-8] the QoS that arrives is the lower of publish and subscription', async () => {
    const { port, subscribed } = await serve();
    const sub = mosquittoSub(port, '-q', '1', '-t', 'down', '-F', '%q %p');
    await subscribed('down');
    for (const qos of ['0', '1', '2']) await mosquittoPub(port, '-q', qos, '-t', 'down', '-m', qos);
    expect(await sub.said(3)).toEqual(['0 0', '1 1', '1 2']);
  });

  test('-l sends a message for each line, in order', async () => {
    const { port, subscribed } = await serve();
    const sub = mosquittoSub(port, '-q', '2', '-t', 'lines', '-C', '300');
    await subscribed('lines');
    const lines = Array.from({ length: 300 }, (_, index) => `line ${index}`);
    await mosquittoPubWith(`${lines.join('\n')}\n`, port, '-q', '2', '-t', 'lines', '-l');
    expect(await sub.said(300)).toEqual(lines);
  });

  for (const version of versions) {
    test(`-f sends 900 kB of anything unaltered by ${version}`, async () => {
      const { port, subscribed } = await serve();
      const payload = randomBytes(900_000);
      const file = join(folder(), 'payload');
      writeFileSync(file, payload);
      const sub = mosquittoSub(port, '-V', version, '-q', '1', '-t', 'file', '-N', '-C', '1');
      await subscribed('file');
      await mosquittoPub(port, '-V', version, '-q', '1', '-t', 'file', '-f', file);
      expect(await sub.end()).toBe(0);
      const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
      expect(digest(sub.bytes)).toBe(digest(payload));
    });
  }

  test('[MQTT-3.1.3-6] an empty client identifier is given one where the version allows it', async () => {
    const { broker, port } = await serve();
    const clientIds: string[] = [];
    broker.on('connected', ({ client }) => clientIds.push(client.clientId));
    // Without -i the client sends an empty one.
    await mosquittoPub(port, '-V', 'mqttv5', '-t', 'a', '-m', 'x');
    await mosquittoPub(port, '-V', 'mqttv311', '-t', 'a', '-m', 'x');
    expect(clientIds).toHaveLength(2);
    expect(clientIds[0]).toMatch(/^auto-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/);
    expect(clientIds[1]).toMatch(/^auto-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/);
    expect(clientIds[0]).not.toBe(clientIds[1]);
  });

  test('a packet above the limit ends that publisher and nobody else', async () => {
    const { broker, port, subscribed } = await serve({ packetBytesMax: 10_000 });
    const file = join(folder(), 'payload');
    writeFileSync(file, Buffer.alloc(20_000, 'x'));
    const sub = mosquittoSub(port, '-t', '#', '-v');
    await subscribed('#');
    const ends: string[] = [];
    broker.on('disconnected', ({ message }) => ends.push(message));
    // A client of MQTT 5 obeys the Maximum Packet Size of CONNACK by itself; an older one knows none.
    const tooLarge = mosquittoPubStarted(port, '-V', 'mqttv311', '-i', 'big', '-q', '1', '-t', 'big', '-f', file);
    await until(() => ends.length > 0, 'the publisher is disconnected');
    tooLarge.kill('SIGKILL');
    expect(ends[0]).toBe(
      "Client 'big' (127.0.0.1): A packet of 20011 bytes was announced; the limit is 10000 (packet_bytes_max)",
    );
    await mosquittoPub(port, '-t', 'small', '-m', 'still here');
    expect(await sub.said(1)).toEqual(['small still here']);
  });
});
