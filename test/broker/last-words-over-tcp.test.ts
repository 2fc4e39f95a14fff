import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createBroker } from '../../src/index.ts';

const CONNECT = Buffer.from('100e00044d5154540502000000000163', 'hex');
/** QoS 2 to `a`, 1,000 bytes of payload. */
const publish = (packetId: number): Buffer =>
  Buffer.concat([Buffer.from([0x34, 0xee, 0x07, 0, 1, 0x61, packetId >> 8, packetId & 255, 0]), Buffer.alloc(1000)]);

test('[MQTT-3.3.4-7] a client that floods beyond the Receive Maximum reads DISCONNECT 0x93 and then the end, not a reset', async () => {
  const broker = await createBroker({ receiveMaximum: 5 });
  onTestFinished(() => broker.close());
  const { port } = await broker.listen({ port: 0 });
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  let failure: Error | undefined;
  socket.on('error', (error) => {
    failure = error;
  });
  socket.write(Buffer.concat([CONNECT, ...Array.from({ length: 1000 }, (_, i) => publish(i + 1))]));
  await once(socket, 'end');
  expect(failure).toBeUndefined();
  const received = Buffer.concat(chunks);
  const last = received.subarray(received.lastIndexOf(0xe0));
  expect(last[2]).toBe(0x93);
  expect(last.subarray(2 + 1).toString()).toContain('Receive Maximum is 5');
});
