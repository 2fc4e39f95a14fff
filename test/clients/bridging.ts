/** Brokers in this process that bridge, on real sockets and with a store on disk where a test wants one. */

import { onTestFinished } from 'vitest';
import { AccessChain } from '../../src/access/chain/access-chain.ts';
import type { Bridges } from '../../src/bridges/bridges.ts';
import { BridgeLogins } from '../../src/bridges/logins.ts';
import type { BridgeSpec, BridgeStatus } from '../../src/bridges/spec.ts';
import { Broker } from '../../src/broker/broker.ts';
import type { BrokerOptions } from '../../src/broker/options.ts';
import { SingleNode } from '../../src/clusters/single.ts';
import { Flusher } from '../../src/listeners/flusher.ts';
import { openListener } from '../../src/listeners/open.ts';
import type { ListenerSpec } from '../../src/listeners/spec.ts';
import { openBridges } from '../../src/open-bridges.ts';
import { openStore } from '../../src/open-store.ts';
import type { Message } from '../../src/packet/message.ts';
import { type Log, silentLog } from '../../src/ports/log.ts';
import { openMqtt } from '../../src/protocols/mqtt.ts';
import { SystemClock } from '../../src/std/system-clock.ts';
import { SystemRandom } from '../../src/std/system-random.ts';
import { MemoryStore } from '../../src/stores/memory.ts';
import { parseTopicRule, type TopicRule } from '../../src/topic/bridge-rules.ts';
import { until } from '../listeners/listening.ts';

function rulesOf(...texts: readonly string[]): TopicRule[] {
  return texts.map((text) => {
    const rule = parseTopicRule(text);
    if ('problem' in rule) throw new TypeError(`${text} ${rule.problem}`);
    return rule;
  });
}

/** A bridge with short waits. */
export function bridgeTo(port: number, topics: readonly string[], options: Partial<BridgeSpec> = {}): BridgeSpec {
  const remoteClientId = options.remoteClientId ?? 'here.bridge';
  return {
    name: 'bridge',
    addresses: [{ host: '127.0.0.1', port }],
    rules: rulesOf(...topics),
    startType: 'automatic',
    protocolVersion: 'auto',
    tryPrivate: true,
    cleanStart: false,
    localCleanStart: false,
    remoteClientId,
    localClientId: `local.${remoteClientId}`,
    keepAliveSeconds: 60,
    idleSeconds: 60,
    threshold: 10,
    retry: { baseSeconds: 0.05, capSeconds: 0.3 },
    roundRobin: false,
    notifications: true,
    notificationsLocalOnly: false,
    unsubscribes: true,
    packetBytesMax: 0,
    outgoingRetain: true,
    inflightMax: 0,
    ...options,
  };
}

export interface BridgingBroker {
  readonly broker: Broker;
  readonly port: number;
  /** Names of the filters that were subscribed to. */
  readonly filters: readonly string[];
  bridge(...specs: readonly BridgeSpec[]): Promise<Bridges>;
  /** Bridges that are connected. */
  bridged(...specs: readonly BridgeSpec[]): Promise<Bridges>;
  /** Everything that a filter receives from now on, retained messages included. */
  collect(filter: string): Message[];
  close(): Promise<void>;
}

export interface BridgingOptions {
  /** Keeps its state there. */
  readonly folder?: string;
  readonly listen?: Partial<ListenerSpec>;
  /** Asked about permissions; everything is allowed unless given. */
  readonly access?: AccessChain;
  /** Whether bridges are not asked about. */
  readonly bridgesUnchecked?: boolean;
  readonly log?: Log;
  readonly brokerOptions?: Partial<BrokerOptions>;
}

export async function bridgingBroker(options: BridgingOptions = {}): Promise<BridgingBroker> {
  const logins = new BridgeLogins(options.bridgesUnchecked);
  const broker = await Broker.open(options.brokerOptions ?? {}, {
    access: logins.guard(options.access ?? new AccessChain()),
    clock: new SystemClock(),
    random: new SystemRandom(),
    cluster: new SingleNode('hoopoe@127.0.0.1'),
    store: options.folder === undefined ? new MemoryStore() : await openStore(options.folder),
    log: options.log ?? silentLog,
  });
  const limits = { packetBytesMax: 1 << 20, connectBytesMax: 65_536, userPropertiesMax: 64, filtersMax: 1024 };
  const rules = { name: 'tcp', anonymous: 'allow', mountpoint: '', maximumQos: 2, topicAliasMaximum: 10 } as const;
  const spec = { transport: 'tcp', name: 'tcp', host: '127.0.0.1', port: 0, ...options.listen } as ListenerSpec;
  const listener = await openListener(spec, { flusher: new Flusher(), onRefused: () => {} });
  await listener.open((connection) => openMqtt(connection, (link) => broker.accept(link, rules), limits));
  const filters: string[] = [];
  broker.on('subscribed', ({ filter }) => filters.push(filter));
  const opened: Bridges[] = [];
  const bridge = async (...specs: readonly BridgeSpec[]): Promise<Bridges> => {
    const bridges = await openBridges(specs, broker, logins, options.log ?? silentLog);
    opened.push(bridges);
    return bridges;
  };
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    for (const bridges of opened) await bridges.close();
    await listener.close();
    await broker.close();
  };
  onTestFinished(close);
  return {
    broker,
    port: listener.port,
    filters,
    bridge,
    bridged: async (...specs) => {
      const bridges = await bridge(...specs);
      await connected(bridges);
      return bridges;
    },
    collect: (filter) => {
      const messages: Message[] = [];
      broker.subscribe(filter, (message) => messages.push(message));
      return messages;
    },
    close,
  };
}

export async function connected(bridges: Bridges, withinMs: number = 10_000): Promise<void> {
  const describe = (status: BridgeStatus): string => `${status.name} ${status.state} ${status.lastFailure?.message}`;
  const isUp = (): boolean => bridges.list().every(({ state }) => state === 'connected');
  const started = performance.now();
  try {
    await until(isUp, 'all bridges are connected', withinMs);
  } catch (error) {
    const states = bridges.list().map(describe).join('; ');
    throw new Error(`after ${Math.round(performance.now() - started)} ms: ${states}`, { cause: error });
  }
}

/** Topics and payloads, as text. */
export function texts(messages: readonly Message[]): string[] {
  return messages.map(({ topic, payload }) => `${topic} ${payload}`);
}
