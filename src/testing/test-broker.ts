/**
 * A broker with in-memory connections and a clock that a test moves: nothing touches a socket, a disk or real time,
 * and the same test does the same every time.
 */

import { AccessChain, type AccessChainOptions } from '../access/chain/access-chain.ts';
import { Broker } from '../broker/broker.ts';
import type { PublishFilter } from '../broker/hooks.ts';
import type { BrokerOptions } from '../broker/options.ts';
import { SingleNode } from '../clusters/single.ts';
import type { ConnectPacket, ProtocolVersion } from '../packet/types.ts';
import type { Peer } from '../ports/listener.ts';
import { type Log, silentLog } from '../ports/log.ts';
import type { ListenerRules } from '../ports/rules.ts';
import type { Store } from '../ports/store.ts';
import { type MqttLimits, openMqtt } from '../protocols/mqtt.ts';
import { MemoryStore } from '../stores/memory.ts';
import { FakeClock } from './fake-clock.ts';
import { type MemoryPair, memoryPair } from './memory-connection.ts';
import { SeededRandom } from './seeded-random.ts';
import { TestClient } from './test-client.ts';

export interface TestBrokerOptions {
  broker?: Partial<BrokerOptions>;
  access?: AccessChainOptions;
  rules?: Partial<ListenerRules>;
  limits?: Partial<MqttLimits>;
  store?: Store;
  log?: Log;
  clock?: FakeClock;
  publishFilter?: PublishFilter;
  seed?: number;
  /** Length of each piece in which bytes travel; whole writes unless given. */
  chunkBytes?: () => number;
}

export interface TestClientOptions {
  clientId?: string;
  version?: ProtocolVersion;
  peer?: Partial<Peer>;
  rules?: Partial<ListenerRules>;
  /** What holds for this client instead of the broker's options. */
  options?: Partial<BrokerOptions>;
}

export class TestBroker {
  readonly broker: Broker;
  readonly clock: FakeClock;
  /** Tell it of changed rules by `rulesChanged`. */
  readonly access: AccessChain;
  readonly #options: TestBrokerOptions;
  #pairs: MemoryPair[] = [];
  #clients = 0;

  /** Use `testBroker`. */
  constructor(broker: Broker, clock: FakeClock, access: AccessChain, options: TestBrokerOptions) {
    this.broker = broker;
    this.access = access;
    this.clock = clock;
    this.#options = options;
  }

  /** A client that has not sent anything yet. MQTT 5 unless told otherwise. */
  client(options: TestClientOptions = {}): TestClient {
    const { chunkBytes } = this.#options;
    const pair = memoryPair({ ...(options.peer && { peer: options.peer }), ...(chunkBytes && { chunkBytes }) });
    const rules: ListenerRules = {
      name: 'memory',
      anonymous: 'allow',
      mountpoint: '',
      maximumQos: 2,
      topicAliasMaximum: this.broker.options.topicAliasMaximum,
      ...this.#options.rules,
      ...options.rules,
    };
    const limits: MqttLimits = {
      packetBytesMax: this.broker.options.packetBytesMax,
      connectBytesMax: 65_536,
      userPropertiesMax: 64,
      filtersMax: 1024,
      ...this.#options.limits,
    };
    const ofClient = options.options && { ...this.broker.options, ...options.options };
    openMqtt(pair.server, (link) => this.broker.accept(link, rules, ofClient), limits);
    this.#pairs.push(pair);
    return new TestClient(pair, options.clientId ?? `client-${++this.#clients}`, options.version ?? 5, () =>
      this.run(),
    );
  }

  /** A client that is connected. */
  async connect(options: TestClientOptions & { connect?: Partial<ConnectPacket> } = {}): Promise<TestClient> {
    const client = this.client(options);
    const connack = await client.connect(options.connect);
    if (connack?.reasonCode !== 0) {
      throw new TypeError(`The test client was not accepted: ${JSON.stringify(connack ?? client.closeError?.message)}`);
    }
    return client;
  }

  /** Carries bytes and lets promises settle until nothing happens any more; time stands still. */
  async run(): Promise<void> {
    let quiet = 0;
    while (quiet < 3) {
      let any = this.clock.runSoon();
      for (const pair of this.#pairs) any = pair.carry() || any;
      this.#pairs = this.#pairs.filter(({ server, client }) => !(server.closed && client.closed));
      // Empty rounds give chains of promises the turns they need.
      for (let turn = 0; turn < 8; turn++) await Promise.resolve();
      quiet = any ? 0 : quiet + 1;
    }
  }

  /** Moves time on and lets everything happen that follows from it. */
  async advance(ms: number): Promise<void> {
    await this.run();
    this.clock.advance(ms);
    await this.run();
  }

  async close(): Promise<void> {
    const closing = this.broker.close(0);
    await this.advance(1);
    await closing;
  }
}

/** Opens a broker for a test. */
export async function testBroker(options: TestBrokerOptions = {}): Promise<TestBroker> {
  const clock = options.clock ?? new FakeClock();
  const access = new AccessChain({ clock, log: options.log ?? silentLog, ...options.access });
  const broker = await Broker.open(options.broker ?? {}, {
    access,
    clock,
    random: new SeededRandom(options.seed ?? 1),
    cluster: new SingleNode('hoopoe@127.0.0.1'),
    store: options.store ?? new MemoryStore(),
    log: options.log ?? silentLog,
    publishFilter: options.publishFilter,
  });
  return new TestBroker(broker, clock, access, options);
}
