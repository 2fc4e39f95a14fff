/** A webhook whose receiver is away for long: the broker does not grow, and what its queue may hold is not lost. */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'mqtt';
import { expect, test } from 'vitest';
import { until } from '../listeners/listening.ts';
import { startHoopoe } from './executable.ts';
import { freePort } from './free-port.ts';

const QUEUE_MAX = 5_000;
const ROUND = 10_000;
const PAYLOAD = 'x'.repeat(1_000);
/** Noise of the heap; a queue in memory would take 20 MB for each round, and much more as objects. */
const GROWTH_BYTES_MAX = 40 * 1024 * 1024;

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

test.runIf(process.platform === 'linux')(
  'a receiver that is away costs no memory, and gets in the end what the queue holds',
  { timeout: 120_000 },
  async () => {
    const port = await freePort();
    const yaml = `listeners: { tcp: { host: 127.0.0.1, port: 0 } }
webhook:
  url: http://127.0.0.1:${port}/
  events: [message.publish numbers/#]
  allow_private_addresses: true
  queue_events_max: ${QUEUE_MAX}
  batch_max: 200
  retry_seconds_max: 1
`;
    const { program, ports } = await startHoopoe([], { yaml });
    const pid = program.child.pid ?? 0;
    const client = connect(`mqtt://127.0.0.1:${ports.get('tcp')}`);
    let number = 0;
    const round = async (): Promise<number> => {
      for (let sent = 0; sent < ROUND; sent += 500) {
        const many = Array.from({ length: 500 }, () => client.publishAsync(`numbers/${number++}`, PAYLOAD, { qos: 1 }));
        await Promise.all(many);
      }
      return residentBytes(pid);
    };
    await round();
    const before = await round();
    const after = [await round(), await round()];
    expect(Math.min(...after) - before).toBeLessThan(GROWTH_BYTES_MAX);

    const received: string[] = [];
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => {
        const bodies = [JSON.parse(text)].flat() as { topic: string }[];
        received.push(...bodies.map(({ topic }) => topic));
        response.end();
      });
    }).listen(port, '127.0.0.1');
    await until(() => received.length >= QUEUE_MAX, 'all that waited', 60_000);
    // In order, each once.
    expect(received).toEqual(Array.from({ length: QUEUE_MAX }, (_, at) => `numbers/${at}`));
    server.closeAllConnections();
    server.close();
    await client.endAsync();
    program.kill('SIGTERM');
    expect(await program.end()).toBe(0);
  },
);
