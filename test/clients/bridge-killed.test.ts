/**
 * A bridge under load in both directions between a broker of ours and a real Mosquitto, of either kind, while one of the
 * two dies and comes back. Nothing that was acknowledged to its publisher may be missing on the other side, and at QoS 2
 * nothing may be there twice. Ours is killed without warning. Mosquitto keeps on disk what it had when it last saved, so
 * it is told to end, which saves; killed without warning it loses by itself what it has acknowledged since.
 */

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folder, pause, until } from '../listeners/listening.ts';
import { root } from '../structure/source-tree.ts';
import { bridgeTo, bridgingBroker, connected } from './bridging.ts';
import { freePort, Mortal, mosquitto, runningMosquitto } from './mortal.ts';
import { lacks, needing } from './programs.ts';
import { type Load, load, Returning } from './returning.ts';

const dist = process.env['HOOPOE_TEST_DIST'] ?? join(root, 'dist');

/** A broker of ours as a process with a store on disk, and perhaps with a bridge. */
function ours(port: number, spec?: object): Mortal {
  if (!existsSync(join(dist, 'index.js'))) throw new TypeError('This test needs dist: run `npm run build` first');
  const path = join(folder(), 'store');
  mkdirSync(path);
  const args = [join(root, 'test/clients/bridge-child.mjs'), dist, path, String(port)];
  if (spec !== undefined) args.push(JSON.stringify(spec));
  return new Mortal(() => spawn(process.execPath, args));
}

/** A publisher and a receiver on both sides, with a load in both directions. */
class Traffic {
  readonly #publishers: readonly [Returning, Returning];
  /** The first receives what the second publisher publishes, and the other way round. */
  readonly #receivers: readonly [Returning, Returning];
  #loads: readonly Load[] = [];

  private constructor(publishers: readonly [Returning, Returning], receivers: readonly [Returning, Returning]) {
    this.#publishers = publishers;
    this.#receivers = receivers;
  }

  static async begin(herePort: number, therePort: number, qos: 1 | 2): Promise<Traffic> {
    const publishers = [new Returning('p-here', herePort), new Returning('p-there', therePort)] as const;
    const receivers = [new Returning('s-here', herePort), new Returning('s-there', therePort)] as const;
    await receivers[0].subscribe('in/#', qos);
    await receivers[1].subscribe('out/#', qos);
    for (const publisher of publishers) await publisher.connected();
    const traffic = new Traffic(publishers, receivers);
    await traffic.#crossing();
    return traffic;
  }

  /** Publishes until something arrives on both sides: what was published before the bridge had subscribed is for nobody. */
  async #crossing(): Promise<void> {
    const [here, there] = this.#receivers;
    for (let i = 0; here.received.length === 0 || there.received.length === 0; i++) {
      if (i > 200) throw new TypeError('the bridge was not there within 10 s');
      this.#publishers[0].client.publish('out/0', 'first', 1);
      this.#publishers[1].client.publish('in/0', 'first', 1);
      await pause(50);
    }
    await pause(300);
    for (const { received } of this.#receivers) received.length = 0;
    for (const { acknowledged } of this.#publishers) acknowledged.clear();
  }

  /** Begins to publish. */
  flow(qos: 1 | 2): void {
    this.#loads = [load(this.#publishers[0], 'out', qos), load(this.#publishers[1], 'in', qos)];
  }

  /** Waits until more messages have crossed in both directions. */
  async flowing(messages: number): Promise<void> {
    const before = this.#receivers.map(({ received }) => received.length);
    const isFlowing = (): boolean =>
      this.#receivers.every(({ received }, i) => received.length > (before[i] ?? 0) + messages);
    await until(isFlowing, 'messages cross', 15_000);
  }

  #missing(): string[][] {
    const [here, there] = this.#receivers;
    return [here.missing(this.#publishers[1]), there.missing(this.#publishers[0])];
  }

  /** Ends it, and sees that everything is there: once, or at least once; of what goes out only where it waits for the bridge. */
  async end(exactlyOnce: boolean, outWaits: boolean = true): Promise<void> {
    for (const each of this.#loads) each.stop();
    const missing = (): string[][] => this.#missing().map((one, i) => (i === 1 && !outWaits ? [] : one));
    const isThrough = (): boolean =>
      this.#publishers.every(({ client }) => client.unacknowledged === 0) && missing().flat().length === 0;
    await until(isThrough, 'everything is there', 20_000).catch(() => {});
    await pause(200);
    expect(missing()).toEqual([[], []]);
    const sent = this.#loads.map((each) => each.sent());
    expect(this.#publishers.map(({ acknowledged }) => acknowledged.size)).toEqual(sent);
    const [here, there] = this.#receivers.map(({ received }) => received.length);
    if (exactlyOnce) expect([here, outWaits ? there : sent[0]]).toEqual([sent[1], sent[0]]);
  }
}

const versionNames = { 4: 'mqttv311', 5: 'mqttv50' } as const;
// Bridges of Mosquitto 2.0 over MQTT 5 ask for a session that ends with the connection, so what waits here for them does not
// wait over one; see below for what comes from them.
const cases = (['ours', 'theirs'] as const).flatMap((bridge) =>
  (bridge === 'ours' ? ([4, 5] as const) : ([4] as const)).flatMap((version) =>
    ([1, 2] as const).flatMap((qos) => (['ours', 'theirs'] as const).map((dies) => ({ bridge, version, qos, dies }))),
  ),
);

describe.skipIf(lacks('mosquitto'))(needing('mosquitto', 'a bridge between a broker of ours and a Mosquitto'), () => {
  test.each(cases)(
    'the bridge is $bridge, level $version, QoS $qos, and $dies dies twice under load',
    {
      timeout: 90_000,
    },
    async ({ bridge, version, qos, dies }) => {
      const [port, theirPort] = [await freePort(), await freePort()];
      const rules = [`out/# out ${qos}`, `in/# in ${qos}`];
      const spec = bridge === 'ours' ? bridgeTo(theirPort, rules, { protocolVersion: version }) : undefined;
      const here = ours(port, spec);
      const theirRules = [`topic out/# in ${qos}`, `topic in/# out ${qos}`];
      const connection = ['connection home', `address 127.0.0.1:${port}`, 'cleansession false', 'restart_timeout 1'];
      const theirBridge = [...connection, `bridge_protocol_version ${versionNames[version]}`, ...theirRules];
      const there = mosquitto(theirPort, [
        'persistence true',
        'persistence_location ./',
        ...(bridge === 'theirs' ? theirBridge : []),
      ]);
      const startHere = async (): Promise<void> => {
        here.start();
        await here.saying('listening');
      };
      const startThere = async (): Promise<void> => {
        there.start();
        await there.saying('running');
      };
      await startHere();
      await startThere();
      const traffic = await Traffic.begin(port, theirPort, qos);
      traffic.flow(qos);
      for (let death = 0; death < 2; death++) {
        await traffic.flowing(60);
        await (dies === 'ours' ? here.end('SIGKILL') : there.end('SIGTERM'));
        await (dies === 'ours' ? startHere() : startThere());
      }
      await traffic.flowing(1);
      await traffic.end(qos === 2);
      expect(here.said).not.toContain('error');
    },
  );

  test.each([1, 2] as const)(
    'the bridge is theirs over MQTT 5, QoS %i, ours dies twice under load, and nothing is lost that comes from there',
    { timeout: 90_000 },
    async (qos) => {
      const [port, theirPort] = [await freePort(), await freePort()];
      const here = ours(port);
      const connection = ['connection home', `address 127.0.0.1:${port}`, 'cleansession false', 'restart_timeout 1'];
      const rules = ['bridge_protocol_version mqttv50', `topic out/# in ${qos}`, `topic in/# out ${qos}`];
      const there = mosquitto(theirPort, [...connection, ...rules]);
      here.start();
      await here.saying('listening');
      there.start();
      await there.saying('running');
      const traffic = await Traffic.begin(port, theirPort, qos);
      traffic.flow(qos);
      for (let death = 0; death < 2; death++) {
        await traffic.flowing(60);
        await here.end('SIGKILL');
        here.start();
        await here.saying('listening');
      }
      await traffic.flowing(1);
      await traffic.end(qos === 2, false);
    },
  );

  test('the Mosquitto is killed without warning, its sessions saved before, and every message of QoS 1 arrives', {
    timeout: 60_000,
  }, async () => {
    const remotePort = await freePort();
    const lines = ['persistence true', 'persistence_location ./', 'autosave_interval 3600'];
    const remote = await runningMosquitto(remotePort, lines);
    const here = await bridgingBroker();
    const bridges = await here.bridged(bridgeTo(remotePort, ['out/# out 1', 'in/# in 1']));
    const traffic = await Traffic.begin(here.port, remotePort, 1);
    remote.signal('SIGUSR1');
    await remote.saying('Saving in-memory database');
    traffic.flow(1);
    for (let kill = 0; kill < 2; kill++) {
      await traffic.flowing(100);
      await remote.end('SIGKILL');
      await until(() => bridges.get('bridge')?.state !== 'connected', 'the bridge has seen it', 5_000);
      remote.start();
      await remote.saying('running');
      await connected(bridges);
    }
    await traffic.end(false);
    expect(bridges.get('bridge')?.counters.connects).toBeGreaterThanOrEqual(3);
  });
});
