import { Session } from 'node:inspector/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { ListenerRules } from '../../src/ports/rules.ts';
import { openMqtt } from '../../src/protocols/mqtt.ts';
import { type TestBroker, testBroker } from '../../src/testing/index.ts';
import { FakeConnection } from '../doubles/fake-connection.ts';
import { frame } from '../vectors/vector.ts';

const rules: ListenerRules = { name: 'a', anonymous: 'allow', mountpoint: '', maximumQos: 2, topicAliasMaximum: 0 };
const limits = { packetBytesMax: 1 << 20, connectBytesMax: 1000, userPropertiesMax: 8, filtersMax: 8 };
const MESSAGES = 40_000;

let broker: TestBroker;

afterEach(() => broker.close());

async function connect(name: string, ...packets: Buffer[]): Promise<FakeConnection> {
  const connection = new FakeConnection();
  openMqtt(connection, (link) => broker.broker.accept(link, rules), limits);
  connection.receive(frame(0x10, `<MQTT> 04 02 003c <${name}>`));
  await broker.run();
  connection.receive(...packets);
  await broker.run();
  connection.written();
  return connection;
}

/** Bytes of JavaScript objects that `work` allocates, those included that were collected meanwhile. */
async function allocated(work: () => void): Promise<number> {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: 8192,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  work();
  const { profile } = await session.post('HeapProfiler.stopSampling');
  session.disconnect();
  let bytes = 0;
  const nodes = [profile.head];
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    bytes += node.selfSize;
    nodes.push(...node.children);
  }
  return bytes;
}

/** Forwards messages of `qos`, so many in one read, from one client to another, acknowledged where they are to be. */
async function bytesPerMessage(qos: 0 | 1, inOneRead: number): Promise<number> {
  broker = await testBroker();
  const subscriber = await connect('to', frame(0x82, `0001 <a> 0${qos}`));
  const publisher = await connect('from');
  const id = (i: number): string => (qos === 0 ? '' : (i + 1).toString(16).padStart(4, '0'));
  const batch = Array.from({ length: inOneRead }, (_, i) =>
    frame(0x30 | (qos << 1), `<a> ${id(i)} "${'x'.repeat(64)}"`),
  );
  const chunk = Buffer.concat(batch);
  const bytesOut = batch[0]!.length * inOneRead;
  const acknowledgement = Buffer.alloc(4 * inOneRead);
  const forward = (messages: number): void => {
    for (let sent = 0; sent < messages; sent += inOneRead) {
      publisher.receive(chunk);
      publisher.output.clear();
      publisher.arena.reset();
      const { output } = subscriber;
      if (output.bytes !== bytesOut) throw new TypeError(`${output.bytes} bytes came out instead of ${bytesOut}`);
      if (qos === 1) {
        // Packet identifiers go round; where they stand is read from the messages themselves.
        const [packets] = output.buffers;
        for (let i = 0; i < inOneRead; i++) {
          const at = output.starts[0]! + i * batch[0]!.length + 5;
          acknowledgement.set([0x40, 2, packets![at]!, packets![at + 1]!], 4 * i);
        }
      }
      output.clear();
      subscriber.arena.reset();
      if (qos === 1) subscriber.receive(acknowledgement);
    }
  };
  forward(MESSAGES);
  // The least of several: code that is not compiled yet allocates more, and so does what other tests left running.
  let bytes = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 4; i++) bytes = Math.min(bytes, await allocated(() => forward(MESSAGES)));
  return bytes / MESSAGES;
}

describe('what forwarding a message allocates', () => {
  it('is little more than the message at QoS 0', async () => {
    expect(await bytesPerMessage(0, 1)).toBeLessThan(500);
  });

  it('is the message, its place in the session and two acknowledgements at QoS 1', async () => {
    expect(await bytesPerMessage(1, 20)).toBeLessThan(1200);
  });
});
