/**
 * A bridge under load between a broker of ours and a real Mosquitto, each killed without warning and started again.
 * Nothing that was acknowledged to its publisher may be missing on the other side, and at QoS 2 nothing may be there
 * twice when it is our side that dies.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DurableClient } from '../durability/client.ts';
import { folder, pause, until } from '../listeners/listening.ts';
import { root } from '../structure/source-tree.ts';
import { bridgeTo, bridgingBroker, connected } from './bridging.ts';
import { lacks, needing, pathOf } from './programs.ts';

const dist = process.env['HOOPOE_TEST_DIST'] ?? join(root, 'dist');

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A process that is started, killed and started again, and never outlives its test. */
class Mortal {
  readonly #start: () => ChildProcess;
  #child: ChildProcess | undefined;
  #said = '';

  constructor(start: () => ChildProcess) {
    this.#start = start;
    onTestFinished(() => {
      this.#child?.kill('SIGKILL');
    });
  }

  get said(): string {
    return this.#said;
  }

  start(): void {
    this.#said = '';
    const child = this.#start();
    this.#child = child;
    const hear = (chunk: Buffer): void => {
      this.#said += chunk.toString();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
  }

  async saying(text: string): Promise<void> {
    await until(() => this.#said.includes(text), text, 15_000).catch((error: unknown) => {
      throw new Error(`it said ${this.#said.slice(-1000)}`, { cause: error });
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }
}

function mosquitto(port: number, lines: readonly string[] = []): Mortal {
  const path = folder();
  const file = join(path, 'mosquitto.conf');
  const shared = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'max_queued_messages 0',
    'max_inflight_messages 0',
    'user root',
    'log_dest stderr',
  ];
  writeFileSync(file, `${[...shared, ...lines].join('\n')}\n`);
  return new Mortal(() => spawn(pathOf('mosquitto') ?? 'mosquitto', ['-c', file], { cwd: path }));
}

/** A client that comes back by itself until the test is over. */
class Returning {
  readonly client: DurableClient;
  readonly received: string[] = [];
  readonly acknowledged = new Set<string>();
  readonly #port: number;
  #isOver = false;

  constructor(clientId: string, port: number) {
    this.client = new DurableClient(clientId, 4);
    this.#port = port;
    this.client.onReceived = ({ payload }) => this.received.push(payload);
    this.client.onAcknowledged = ({ payload }) => this.acknowledged.add(payload);
    this.#connect();
    onTestFinished(() => {
      this.#isOver = true;
      this.client.drop();
    });
  }

  #connect(): void {
    if (this.#isOver) return;
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    const { feed, lost } = this.client.open({
      write: (bytes) => {
        socket.write(bytes);
      },
      destroy: () => {
        socket.destroy();
      },
    });
    socket.on('data', feed);
    socket.on('error', () => {});
    socket.on('close', () => {
      lost();
      setTimeout(() => this.#connect(), 20);
    });
  }

  async connected(): Promise<void> {
    await until(() => this.client.isConnected, `${this.client.clientId} is connected`, 10_000);
  }

  async subscribe(filter: string, qos: 1 | 2): Promise<void> {
    await this.connected();
    let isDone = false;
    this.client.subscribe({ [filter]: qos }, () => {
      isDone = true;
    });
    await until(() => isDone, `${this.client.clientId} has subscribed`, 5_000);
  }
}

/** Publishes numbered messages, a few under way at a time, until it is told to stop. */
function load(client: Returning, topic: string, qos: 1 | 2): { sent: () => number; stop: () => void } {
  let sent = 0;
  const timer = setInterval(() => {
    if (!client.client.isConnected) return;
    for (let i = 0; i < 3 && client.client.unacknowledged < 40; i++) {
      client.client.publish(`${topic}/${sent % 7}`, String(sent++), qos);
    }
  }, 2);
  onTestFinished(() => clearInterval(timer));
  return { sent: () => sent, stop: () => clearInterval(timer) };
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));
const sorted = (texts: Iterable<string>): string[] => [...texts].sort((a, b) => Number(a) - Number(b));

describe.skipIf(lacks('mosquitto'))(needing('mosquitto', 'a bridge to a Mosquitto'), () => {
  for (const protocolVersion of [4, 5] as const) {
    test(`level ${protocolVersion}: our side is killed under load, and every message of QoS 2 arrives once`, {
      timeout: 60_000,
    }, async () => {
      if (!existsSync(join(dist, 'index.js'))) throw new TypeError('This test needs dist: run `npm run build` first');
      const [port, remotePort] = [await freePort(), await freePort()];
      const remote = mosquitto(remotePort);
      remote.start();
      await remote.saying('running');
      const path = join(folder(), 'store');
      mkdirSync(path);
      const spec = bridgeTo(remotePort, ['out/# out 2', 'in/# in 2'], { protocolVersion });
      const ours = new Mortal(() =>
        spawn(process.execPath, [
          join(root, 'test/clients/bridge-child.mjs'),
          dist,
          path,
          String(port),
          JSON.stringify(spec),
        ]),
      );
      ours.start();
      await ours.saying('listening');
      const [publisherHere, publisherThere] = [new Returning('pub-here', port), new Returning('pub-there', remotePort)];
      const [receiverHere, receiverThere] = [new Returning('sub-here', port), new Returning('sub-there', remotePort)];
      await receiverHere.subscribe('in/#', 2);
      await receiverThere.subscribe('out/#', 2);
      await ours.saying('connected');
      await publisherHere.connected();
      await publisherThere.connected();
      const [out, into] = [load(publisherHere, 'out', 2), load(publisherThere, 'in', 2)];
      for (let kill = 0; kill < 3; kill++) {
        const before = [receiverThere.received.length, receiverHere.received.length] as const;
        const isFlowing = (): boolean =>
          receiverThere.received.length > before[0] + 60 && receiverHere.received.length > before[1] + 60;
        await until(isFlowing, 'messages cross', 10_000);
        await ours.kill();
        ours.start();
        await ours.saying('connected');
      }
      out.stop();
      into.stop();
      const isThrough = (): boolean =>
        receiverThere.received.length >= out.sent() && receiverHere.received.length >= into.sent();
      await until(isThrough, 'everything is there', 15_000).catch(() => {});
      await pause(200);
      expect(sorted(receiverThere.received)).toEqual(numbers(out.sent()));
      expect(sorted(receiverHere.received)).toEqual(numbers(into.sent()));
      expect(ours.said).not.toContain('error');
    });
  }

  test('the Mosquitto is killed under load, and every message of QoS 1 arrives', { timeout: 60_000 }, async () => {
    const remotePort = await freePort();
    const remote = mosquitto(remotePort, ['persistence true', 'persistence_location ./', 'autosave_interval 3600']);
    remote.start();
    await remote.saying('running');
    const here = await bridgingBroker();
    const bridges = await here.bridged(bridgeTo(remotePort, ['out/# out 1', 'in/# in 1']));
    const [publisherHere, publisherThere] = [new Returning('p-here', here.port), new Returning('p-there', remotePort)];
    const [receiverHere, receiverThere] = [new Returning('s-here', here.port), new Returning('s-there', remotePort)];
    await receiverHere.subscribe('in/#', 1);
    await receiverThere.subscribe('out/#', 1);
    await publisherHere.connected();
    await publisherThere.connected();
    // It keeps what it has only when it saves, so the sessions are saved before it is killed.
    remote.signal('SIGUSR1');
    await remote.saying('Saving in-memory database');
    const [out, into] = [load(publisherHere, 'out', 1), load(publisherThere, 'in', 1)];
    for (let kill = 0; kill < 2; kill++) {
      const before = [receiverThere.received.length, receiverHere.received.length] as const;
      const isFlowing = (): boolean =>
        receiverThere.received.length > before[0] + 100 && receiverHere.received.length > before[1] + 100;
      await until(isFlowing, 'messages cross', 10_000);
      await remote.kill();
      await until(() => bridges.get('bridge')?.state !== 'connected', 'the bridge has seen it', 5_000);
      remote.start();
      await remote.saying('running');
      await connected(bridges);
      // What waits in it must not be lost with it the next time.
      await receiverThere.connected();
    }
    out.stop();
    into.stop();
    const missing = (client: Returning, publisher: Returning): string[] => {
      const got = new Set(client.received);
      return [...publisher.acknowledged].filter((text) => !got.has(text));
    };
    const isThrough = (): boolean =>
      publisherHere.client.unacknowledged + publisherThere.client.unacknowledged === 0 &&
      missing(receiverThere, publisherHere).length + missing(receiverHere, publisherThere).length === 0;
    await until(isThrough, 'everything is there', 15_000).catch(() => {});
    expect(missing(receiverThere, publisherHere)).toEqual([]);
    expect(missing(receiverHere, publisherThere)).toEqual([]);
    expect(new Set(receiverThere.received).size).toBe(out.sent());
    expect(bridges.get('bridge')?.counters.connects).toBeGreaterThanOrEqual(3);
  });

  test('the bridge is the Mosquitto’s, our broker is killed under load, and every message of QoS 1 arrives', {
    timeout: 60_000,
  }, async () => {
    if (!existsSync(join(dist, 'index.js'))) throw new TypeError('This test needs dist: run `npm run build` first');
    const [port, theirPort] = [await freePort(), await freePort()];
    const path = join(folder(), 'store');
    mkdirSync(path);
    const ours = new Mortal(() =>
      spawn(process.execPath, [join(root, 'test/clients/bridge-child.mjs'), dist, path, String(port)]),
    );
    ours.start();
    await ours.saying('listening');
    const theirs = mosquitto(theirPort, [
      'connection home',
      `address 127.0.0.1:${port}`,
      'remote_clientid theirs',
      'cleansession false',
      'restart_timeout 1',
      'topic out/# out 1',
      'topic in/# in 1',
    ]);
    theirs.start();
    await theirs.saying('running');
    const [publisherHere, publisherThere] = [new Returning('p-here', port), new Returning('p-there', theirPort)];
    const [receiverHere, receiverThere] = [new Returning('s-here', port), new Returning('s-there', theirPort)];
    await receiverHere.subscribe('out/#', 1);
    await receiverThere.subscribe('in/#', 1);
    await publisherHere.connected();
    await publisherThere.connected();
    const [into, out] = [load(publisherHere, 'in', 1), load(publisherThere, 'out', 1)];
    for (let kill = 0; kill < 3; kill++) {
      const before = [receiverThere.received.length, receiverHere.received.length] as const;
      const isFlowing = (): boolean =>
        receiverThere.received.length > before[0] + 60 && receiverHere.received.length > before[1] + 60;
      await until(isFlowing, 'messages cross', 10_000);
      await ours.kill();
      ours.start();
      await ours.saying('listening');
    }
    into.stop();
    out.stop();
    const missing = (client: Returning, publisher: Returning): string[] => {
      const got = new Set(client.received);
      return [...publisher.acknowledged].filter((text) => !got.has(text));
    };
    const isThrough = (): boolean =>
      publisherHere.client.unacknowledged + publisherThere.client.unacknowledged === 0 &&
      missing(receiverHere, publisherThere).length + missing(receiverThere, publisherHere).length === 0;
    await until(isThrough, 'everything is there', 15_000).catch(() => {});
    expect(missing(receiverHere, publisherThere)).toEqual([]);
    expect(missing(receiverThere, publisherHere)).toEqual([]);
  });
});
