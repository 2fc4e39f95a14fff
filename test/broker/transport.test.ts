import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { createBroker } from '../../src/index.ts';
import { frame } from '../vectors/vector.ts';

test('[MQTT-4.2.0-1] [MQTT-7.1.1-1] over TCP every byte arrives in order in both directions', async () => {
  const broker = await createBroker();
  const { port } = await broker.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect(port, '127.0.0.1');
  const received: Buffer[] = [];
  let bytes = 0;
  const payload = Buffer.from(Array.from({ length: 60_000 }, (_, i) => (i * 31) % 251));
  const publish = frame(0x32, Buffer.concat([Buffer.from([0, 1, 0x61, 0, 1]), payload]));
  const expected = [frame(0x20, '0000'), frame(0x90, '0001 00')];
  for (let i = 0; i < 30; i++) {
    expected.push(frame(0x30, Buffer.concat([Buffer.from([0, 1, 0x61]), payload])), frame(0x40, '0001'));
  }
  const length = Buffer.concat(expected).length;
  const complete = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      received.push(chunk);
      bytes += chunk.length;
      if (bytes >= length) resolve();
    });
  });
  await once(socket, 'connect');
  socket.write(frame(0x10, '<MQTT> 04 02 0000 <a>'));
  socket.write(frame(0x82, '0001 <a> 00'));
  for (let i = 0; i < 30; i++) socket.write(publish);
  await complete;
  expect(Buffer.concat(received).equals(Buffer.concat(expected))).toBe(true);
  socket.destroy();
  await broker.close();
});
