import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createBroker } from '../../src/index.ts';

const CONNECT = Buffer.from('100d00044d51545404020000000163', 'hex');
const SUBSCRIBE = Buffer.from('8206000100012300', 'hex');
const CONNACK_AND_SUBACK_BYTES = 4 + 5;

for (const [messages, payloadBytes, writeBufferBytesMax] of [
  [400, 10_000, 1_048_576],
  [3_000, 2_000, 65_536],
  [5_000, 100, 16_384],
] as const) {
  test(`${messages} retained messages of ${payloadBytes} bytes all reach a client that reads, ${writeBufferBytesMax} bytes at a time`, async () => {
    const broker = await createBroker({ writeBufferBytesMax });
    onTestFinished(() => broker.close());
    let expected = CONNACK_AND_SUBACK_BYTES;
    for (let i = 0; i < messages; i++) {
      const topic = `a/${i}`;
      const body = 2 + topic.length + payloadBytes;
      expected += 1 + (body < 128 ? 1 : 2) + body;
      await broker.publish({ topic, payload: Buffer.alloc(payloadBytes), retain: true });
    }
    const { port } = await broker.listen({ port: 0 });
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => {
      socket.destroy();
    });
    socket.write(Buffer.concat([CONNECT, SUBSCRIBE]));
    let received = 0;
    while (received < expected) received += ((await once(socket, 'data')) as [Buffer])[0].length;
    expect(received).toBe(expected);
  });
}
