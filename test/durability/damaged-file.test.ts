/**
 * The data file is cut or changed behind the broker's back: the start says so and ends, or the read does and ends that
 * connection. Nothing wrong is ever served. `DAMAGES=200` tries more, `DAMAGE_SEED` repeats.
 */

import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, statSync, truncateSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { SeededRandom } from '../../src/testing/index.ts';
import { pause, until } from '../listeners/listening.ts';
import { hoopoe } from '../system/executable.ts';
import { BrokerProcess, dataFolder } from './broker-process.ts';
import { DurableClient } from './client.ts';

const damages = Number(process.env['DAMAGES'] ?? 10);
const seed = Number(process.env['DAMAGE_SEED'] ?? Date.now() % 1_000_000);
const QUIET = 'limits: { queued_messages_max: 100000 }\nlog: { level: warn }\n';
const MESSAGES = 300;
const PAGE_BYTES = 4096;

/** What is right can be told from the name alone. */
function contentOf(topic: string, number: number): string {
  return `${topic} ${number} `.padEnd(200 + ((number * 37) % 4000), `${topic}${number}`);
}

/** A stopped broker's folder with retained messages and a queue. */
async function filledFolder(): Promise<string> {
  const broker = new BrokerProcess(dataFolder(), QUIET);
  await broker.start();
  const receiver = new DurableClient('receiver', 5);
  await broker.accept(receiver);
  receiver.subscribe({ 'q/#': 1 }, () => receiver.disconnect());
  await until(() => !receiver.isOpen, 'SUBACK');
  const publisher = new DurableClient('publisher', 4);
  await broker.accept(publisher);
  for (let number = 0; number < MESSAGES; number++) {
    publisher.publish('q/a', contentOf('q/a', number), 1);
    publisher.publish(`r/${number}`, contentOf(`r/${number}`, number), 1, true);
  }
  await until(() => publisher.unacknowledged === 0, 'PUBACK', 20_000);
  publisher.disconnect();
  expect(await broker.stop()).toBe(0);
  return broker.dataDirectory;
}

function copyOf(folder: string): BrokerProcess {
  const copy = new BrokerProcess(dataFolder(), QUIET);
  mkdirSync(dirname(copy.dataFile), { recursive: true, mode: 0o700 });
  copyFileSync(join(folder, 'store', 'hoopoe.mdb'), copy.dataFile);
  return copy;
}

function flip(file: string, random: SeededRandom): string {
  const bytes = readFileSync(file);
  const page = random.integer(Math.floor(bytes.length / PAGE_BYTES));
  const flips = random.pick([1, 8, 400]);
  const descriptor = openSync(file, 'r+');
  for (let count = 0; count < flips; count++) {
    const at = page * PAGE_BYTES + random.integer(PAGE_BYTES);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(8));
    writeSync(descriptor, bytes, at, 1, at);
  }
  closeSync(descriptor);
  return `${flips} bits of page ${page}`;
}

type Outcome = 'refused' | 'noticed' | 'harmless' | string;

/** Starts on the damaged file, reads everything, and says how it went. */
async function outcomeOf(broker: BrokerProcess): Promise<Outcome> {
  const yaml = 'listeners:\n  tcp: { host: 127.0.0.1, port: 0 }\n';
  const probe = hoopoe([], { yaml, dataDirectory: broker.dataDirectory }).program;
  await until(() => probe.ended !== undefined || probe.text.includes('Ctrl-C'), 'the start or its end', 20_000);
  if (probe.ended !== undefined) {
    const isClear = probe.ended === 1 && /damaged/.test(probe.errors) && probe.errors.includes(broker.dataDirectory);
    return isClear ? 'refused' : `ended with ${probe.ended}: ${probe.errors}`;
  }
  probe.kill('SIGTERM');
  await probe.end();
  await broker.start();
  const outcome = await readEverything(broker);
  const { program } = broker.running;
  if (program.ended !== undefined) return `died with ${program.ended}: ${program.errors}`;
  await broker.stop();
  return outcome;
}

async function readEverything(broker: BrokerProcess): Promise<Outcome> {
  const wrong: string[] = [];
  const got = new Set<string>();
  const receiver = new DurableClient('receiver', 5);
  const reader = new DurableClient('reader', 4, { cleanStart: true });
  for (const client of [receiver, reader]) {
    client.onReceived = ({ topic, payload }) => {
      const number = Number(payload.split(' ')[1]);
      if (payload === contentOf(topic, number)) got.add(`${topic} ${number}`);
      else wrong.push(`${client.clientId} got ${payload.slice(0, 60)} on ${topic}`);
    };
    broker.connect(client);
  }
  await until(() => reader.isConnected, 'CONNACK');
  reader.subscribe({ 'r/#': 1 });
  const isAll = (): boolean => got.size === 2 * MESSAGES;
  const endsMs = performance.now() + 2_000;
  while (!isAll() && receiver.isOpen && performance.now() < endsMs) await pause(5);
  if (wrong.length > 0) return `served wrong data: ${wrong[0]}`;
  if (isAll()) return 'harmless';
  return /damaged/.test(broker.running.program.errors) ? 'noticed' : `lost ${2 * MESSAGES - got.size} without a word`;
}

test(
  `each of ${damages} damages to the data file is told in words, or does no harm`,
  async () => {
    const folder = await filledFolder();
    const random = new SeededRandom(seed);
    const counts: Record<string, number> = { refused: 0, noticed: 0, harmless: 0 };
    for (let round = 0; round < damages; round++) {
      const broker = copyOf(folder);
      const { size } = statSync(broker.dataFile);
      let what: string;
      if (round % 5 === 0) {
        const length = random.integer(size);
        truncateSync(broker.dataFile, length);
        what = `cut at ${length} of ${size}`;
      } else {
        what = flip(broker.dataFile, random);
      }
      const outcome = await outcomeOf(broker);
      if (outcome in counts) counts[outcome]!++;
      else expect.fail(`seed ${seed}, ${what}: ${outcome}`);
    }
    console.info(`${damages} damages, seed ${seed}: ${JSON.stringify(counts)}`);
    expect(counts['refused']! + counts['noticed']!).toBeGreaterThan(damages / 5);
  },
  60_000 + damages * 5_000,
);
