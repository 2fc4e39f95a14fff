/** The API of a broker with 100,000 sessions while clients publish: lists are answered, and nobody is held up by them. */

import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { expect, test } from 'vitest';
import { readManagementFile } from '../../src/cli/control/management-file.ts';
import { folder, until } from '../listeners/listening.ts';
import { hoopoe, startHoopoe } from './executable.ts';

const SESSIONS = 100_000;
const ROUNDS_MAX = 12;
/** 20 ms, and the 10 ms in which the delay is measured. */
const PAUSE_SECONDS_MAX = 0.03;
const yaml =
  'management: { port: 0, emqx_api: { application_id: app, application_secret: secret } }\nlisteners:\n  tcp: { host: 127.0.0.1, port: 0 }\n';
const NEVER = 4_294_967_295;

/** A data folder with that many sessions, each with a subscription. */
async function manySessions(): Promise<string> {
  const file = join(folder(), 'sessions.jsonl');
  const lines = ['{"type":"hoopoe","format":1}'];
  for (let number = 0; number < SESSIONS; number++) {
    const clientId = `device-${String(number).padStart(6, '0')}`;
    lines.push(JSON.stringify({ type: 'session', clientId, username: `user-${number % 100}`, expirySeconds: NEVER }));
    lines.push(JSON.stringify({ type: 'subscription', clientId, filter: `devices/${number}/+`, qos: 1 }));
  }
  writeFileSync(file, lines.join('\n'));
  const { program, dataDirectory } = hoopoe(['import', file], { yaml });
  expect(await program.end(), program.errors).toBe(0);
  return dataDirectory;
}

/** The API of the broker of a data folder. */
class Api {
  readonly #url: string;
  readonly #headers: { authorization: string };

  constructor(dataDirectory: string) {
    const { url = '', token = '' } = readManagementFile(dataDirectory) ?? {};
    this.#url = `${url}/api/v1`;
    this.#headers = { authorization: `Bearer ${token}` };
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by name
  async ask(path: string): Promise<any> {
    const authorization = `Basic ${Buffer.from('app:secret').toString('base64')}`;
    const headers = path.startsWith('/../v4/') ? { authorization } : this.#headers;
    return (await fetch(this.#url + path, { headers })).json();
  }

  /** The worst delay of the broker's loop in each second of `work`, which begins in a new one. */
  async delaysDuring(work: () => Promise<void>): Promise<number[]> {
    const delays: number[] = [];
    const ended = new AbortController();
    const url = `${this.#url}/events?streams=overview`;
    const events = await fetch(url, { headers: this.#headers, signal: ended.signal });
    const reading = readDelays(events.body!, delays).catch(() => {});
    await expect.poll(() => delays.length, { timeout: 10_000 }).toBeGreaterThan(0);
    delays.length = 0;
    await work();
    const seen = delays.length;
    await expect.poll(() => delays.length, { timeout: 10_000 }).toBeGreaterThan(seen + 1);
    ended.abort();
    await reading;
    return delays;
  }
}

async function readDelays(body: ReadableStream<Uint8Array>, delays: number[]): Promise<void> {
  let text = '';
  for await (const chunk of body) {
    text += new TextDecoder().decode(chunk);
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const data = /^data: (.*)$/m.exec(part)?.[1];
      if (data !== undefined) delays.push(JSON.parse(data).loopDelaySeconds.max);
    }
  }
}

async function askForEverything(api: Api): Promise<void> {
  expect((await api.ask('/clients?limit=1000')).total).toBe(SESSIONS + 1);
  expect((await api.ask('/clients?limit=1000&sort=username&order=desc')).items).toHaveLength(1000);
  expect((await api.ask('/clients?search=DEVICE-09999&limit=100')).total).toBe(10);
  expect((await api.ask('/clients?username=user-7&limit=1')).total).toBe(SESSIONS / 100);
  expect((await api.ask('/subscriptions?matchingTopic=devices/77/x')).total).toBe(1);
  expect((await api.ask('/topics/children?parent=devices&limit=10')).items).toHaveLength(10);
  // As long as a list of EMQX's API may be.
  const { data, meta } = await api.ask('/../v4/clients');
  expect([data.length, meta]).toEqual([10_000, { page: 1, limit: 10_000, count: SESSIONS + 1 }]);
  let cursor = '';
  for (let page = 0; page < 3; page++) {
    const { items, next } = await api.ask(`/clients?limit=500${cursor}`);
    expect(items).toHaveLength(500);
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
}

/** How many times slower everything is because others use this machine as well; 1 when it is quiet. */
function slowness(): number {
  return Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
}

test('100,000 sessions are listed while messages flow, without a pause of the loop', { timeout: 120_000 }, async () => {
  const dataDirectory = await manySessions();
  const { program, ports } = await startHoopoe([], { yaml, dataDirectory });
  // The interface opens behind the listeners: no client waits for it.
  await until(() => readManagementFile(dataDirectory) !== undefined, 'the management interface is open', 20_000);
  const api = new Api(dataDirectory);
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${ports.get('tcp')}`, { reconnectPeriod: 0 });
  await client.subscribeAsync('flow', { qos: 1 });
  let arrived = 0;
  client.on('message', () => arrived++);
  const flow = setInterval(() => client.publish('flow', 'x'.repeat(100), { qos: 1 }), 5);

  const before = arrived;
  // A pause that the lists cause comes in every round; one that others on this machine cause does not.
  const worstSeconds: number[] = [];
  const isOver = (): boolean => Math.min(...worstSeconds) < PAUSE_SECONDS_MAX * slowness();
  while (worstSeconds.length < ROUNDS_MAX && !isOver()) {
    worstSeconds.push(Math.max(...(await api.delaysDuring(() => askForEverything(api)))));
  }
  clearInterval(flow);
  expect(arrived).toBeGreaterThan(before);
  await client.endAsync();
  if (process.env['HOOPOE_TEST_FIGURES'] !== undefined) process.stderr.write(`${JSON.stringify(worstSeconds)}\n`);
  expect(isOver(), JSON.stringify({ worstSeconds, slowness: slowness() })).toBe(true);
  program.kill('SIGTERM');
  expect(await program.end()).toBe(0);
});
