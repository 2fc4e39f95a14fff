/** The data folder is on a disk that fills up: what needs it is refused in words, the rest goes on, and it recovers. */

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pause, until } from '../listeners/listening.ts';
import { canMount, smallDisk } from '../system/store-processes.ts';
import { BrokerProcess } from './broker-process.ts';
import { DurableClient } from './client.ts';

const BLOCK = 'b'.repeat(50_000);
const LIMITS = 'limits: { queued_messages_max: 1000000, queued_bytes_max: 1GB }\nlog: { level: warn }\n';

const mountable = canMount();
const needs = mountable ? '' : ' (skipped: only root on Linux may mount a small disk)';

async function subscribed(broker: BrokerProcess, client: DurableClient, filter: string): Promise<DurableClient> {
  await broker.accept(client);
  let isDone = false;
  client.subscribe({ [filter]: 2 }, () => {
    isDone = true;
  });
  await until(() => isDone, 'SUBACK');
  return client;
}

interface Answer {
  readonly code: number;
  readonly reason: string | undefined;
}

/** Publishes one message and waits for its answer, or for the end of the connection. */
async function ask(client: DurableClient, topic: string, payload: string, qos: 1 | 2): Promise<Answer | 'closed'> {
  let answer: Answer | undefined;
  client.onAcknowledged = (_message, code, reason) => {
    answer = { code, reason };
  };
  client.publish(topic, payload, qos);
  await until(() => answer !== undefined || !client.isOpen, `an answer to ${client.clientId}`);
  return answer ?? 'closed';
}

describe.skipIf(!mountable)(`on a disk of its own${needs}`, () => {
  test('a full disk refuses QoS 1 and 2 with a reason, QoS 0 and reads go on, and room is enough to go on', async () => {
    const disk = smallDisk('8m');
    const broker = new BrokerProcess(join(disk.folder, 'data'), LIMITS);
    await broker.start();
    const absent = await subscribed(broker, new DurableClient('absent', 4), 'a');
    absent.disconnect();
    const kept: string[] = [];
    const old = await subscribed(broker, new DurableClient('old', 4, { cleanStart: true }), 'live');
    const publisher = new DurableClient('publisher', 5);
    await broker.accept(publisher);
    let accepted = 0;
    let refusal: Answer | 'closed' | undefined;
    while (refusal === undefined) {
      const answer = await ask(publisher, 'a', `${accepted} ${BLOCK}`, 1);
      if (answer !== 'closed' && answer.code < 0x80) accepted++;
      else refusal = answer;
    }
    expect(accepted).toBeGreaterThan(20);
    expect(refusal).toMatchObject({ code: expect.toSatisfy((code) => code === 0x97 || code === 0x83) });
    expect((refusal as Answer).reason).toMatch(/store|disk/);
    const second = await ask(publisher, 'a', `no ${BLOCK}`, 2);
    expect(second).toMatchObject({ code: (refusal as Answer).code });
    expect(publisher.isConnected).toBe(true);
    const older = new DurableClient('older', 4, { cleanStart: true });
    await broker.accept(older);
    expect(await ask(older, 'a', `no ${BLOCK}`, 1)).toBe('closed');
    // QoS 0, and QoS 1 that nobody durable wants.
    let live = 0;
    old.onReceived = () => {
      live++;
    };
    publisher.publish('live', 'x', 0);
    expect(await ask(publisher, 'live', 'y', 1)).toMatchObject({ code: 0 });
    await until(() => live === 2, 'what needs no disk');
    expect(broker.running.program.errors).toMatch(/store/i);
    disk.resize('64m');
    let after: Answer | 'closed' = 'closed';
    for (let attempt = 0; attempt < 40 && (after === 'closed' || after.code >= 0x80); attempt++) {
      await pause(50);
      after = await ask(publisher, 'a', `${accepted} ${BLOCK}`, 1);
    }
    expect(after).toMatchObject({ code: 0 });
    absent.onReceived = ({ payload }) => kept.push(payload.split(' ')[0] ?? '');
    await broker.accept(absent);
    await until(() => kept.length > accepted, 'what was accepted');
    expect(kept).toEqual(Array.from({ length: accepted + 1 }, (_, index) => String(index)));
    expect(await broker.stop()).toBe(0);
  });
});
