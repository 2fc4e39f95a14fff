/**
 * The run itself: many clients publish to each other while their connections break, are taken over, stall and come
 * back in another version of MQTT. Afterwards everybody is let in peace, and everything must have arrived.
 */

import mqtt from 'mqtt';
import { SeededRandom } from '../../../src/testing/index.ts';
import { until } from '../../listeners/listening.ts';
import { SoakClient, type Version } from './client.ts';
import { Ledger } from './ledger.ts';

export interface SoakPlan {
  readonly seconds: number;
  readonly clients: number;
  readonly seed: number;
  readonly port: number;
  /** Where clients of MQTT.js come and go beside. */
  readonly urls: readonly string[];
}

export interface SoakReport {
  readonly complaints: readonly string[];
  readonly published: number;
  readonly received: number;
  readonly repeated: number;
  readonly connects: number;
  /** MQTT.js clients that came and went. */
  readonly visitors: number;
}

const tickMs = 10;
const publishesPerTick = 10;
/** Share of the clients whose connection something happens to in a second. */
const disturbedPerSecond = 0.4;
const visitorsMax = 8;
const groupFilter = '$share/soak/shared/#';
const versions: readonly Version[] = [3, 4, 5];

type Disturbance = (client: SoakClient, random: SeededRandom) => void;

/** All that can happen to a connection; the number is how likely it is. */
const disturbances: readonly (readonly [number, Disturbance])[] = [
  [3, (client) => client.drop('end')],
  [3, (client) => client.drop('reset')],
  [2, (client) => client.disconnect()],
  [3, (client) => client.connect()],
  [2, (client, random) => client.pause(100 + random.integer(1_500))],
];

export class Soak {
  readonly #plan: SoakPlan;
  readonly #random: SeededRandom;
  readonly #ledger = new Ledger();
  readonly #clients: SoakClient[];
  readonly #padding = 'x'.repeat(2_000);
  #visitors = 0;
  readonly #present = new Set<mqtt.MqttClient>();

  constructor(plan: SoakPlan) {
    this.#plan = plan;
    this.#random = new SeededRandom(plan.seed);
    this.#clients = Array.from({ length: plan.clients }, (_, index) => this.#client(index));
  }

  /** Each listens to three others, and every tenth is in the group as well. */
  #client(index: number): SoakClient {
    const { clients, port } = this.#plan;
    const clientId = `soak-${index}`;
    const others = [1, 7, 31].map((distance) => (index + distance) % clients);
    for (const other of others) {
      for (const qos of [0, 1, 2] as const) {
        const { topic } = this.#ledger.stream(`soak/${other}/${qos}`, qos);
        this.#ledger.expect(clientId, topic);
      }
    }
    const filters = others.map((other) => `soak/${other}/+`);
    if (index % 10 === 0) filters.push(groupFilter);
    return new SoakClient(clientId, versions[index % 3]!, filters, port, this.#ledger);
  }

  async run(): Promise<SoakReport> {
    const { seconds } = this.#plan;
    try {
      for (const client of this.#clients) client.connect();
      await until(() => this.#clients.every(({ ready }) => ready), 'all clients are connected', 20_000);
      await this.#storm(seconds * 1000);
      await this.#calm();
    } finally {
      for (const client of this.#clients) client.destroy();
      await Promise.all([...this.#present].map((visitor) => visitor.endAsync(true)));
    }
    const { published, received, repeated } = this.#ledger.counts;
    const connects = this.#clients.reduce((sum, client) => sum + client.connects, 0);
    return { complaints: this.#ledger.complaints, published, received, repeated, connects, visitors: this.#visitors };
  }

  #storm(ms: number): Promise<void> {
    const endsAt = performance.now() + ms;
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        this.#tick();
        if (performance.now() < endsAt && this.#ledger.complaints.length === 0) return;
        clearInterval(timer);
        resolve();
      }, tickMs);
    });
  }

  #tick(): void {
    const random = this.#random;
    for (let i = 0; i < publishesPerTick; i++) this.#publish();
    const disturbed = (this.#clients.length * disturbedPerSecond * tickMs) / 1000;
    const times = Math.floor(disturbed) + (random.integer(1_000) < (disturbed % 1) * 1_000 ? 1 : 0);
    for (let i = 0; i < times; i++) {
      const client = this.#clients[random.integer(this.#clients.length)]!;
      if (client.ready) this.#disturb(client);
    }
    this.#bringBack();
    if (this.#present.size < visitorsMax && random.integer(10) === 0) this.#visit();
  }

  #publish(): void {
    const index = this.#random.integer(this.#clients.length);
    const client = this.#clients[index]!;
    if (!client.mayPublish) return;
    const kind = this.#random.integer(10);
    const padding = this.#padding.slice(0, this.#random.integer(kind === 9 ? 2_000 : 100));
    if (kind === 0) {
      client.publish(this.#ledger.stream(`shared/${index}`, 1), padding, true);
      return;
    }
    const qos = (kind % 3) as 0 | 1 | 2;
    client.publish(this.#ledger.stream(`soak/${index}/${qos}`, qos), padding, false);
  }

  #disturb(client: SoakClient): void {
    const random = this.#random;
    const all = disturbances.reduce((sum, [weight]) => sum + weight, 0);
    let chosen = random.integer(all);
    for (const [weight, disturbance] of disturbances) {
      chosen -= weight;
      if (chosen >= 0) continue;
      if (random.integer(10) === 0) client.nextVersion = versions[random.integer(3)]!;
      client.reconnectAtMs = performance.now() + random.integer(random.integer(8) === 0 ? 3_000 : 500);
      disturbance(client, random);
      return;
    }
  }

  #bringBack(): void {
    const now = performance.now();
    for (const client of this.#clients) {
      if (!client.isOpen && client.reconnectAtMs <= now) client.connect();
    }
  }

  /** A client of MQTT.js that looks around for a moment and goes, politely or not. */
  #visit(): void {
    const random = this.#random;
    const { urls } = this.#plan;
    const protocolVersion = versions[random.integer(3)]!;
    const visitor = mqtt.connect(urls[random.integer(urls.length)]!, {
      protocolVersion,
      ...(protocolVersion === 3 && { protocolId: 'MQIsdp' as const }),
      clientId: `visitor-${++this.#visitors}`,
      reconnectPeriod: 0,
      rejectUnauthorized: false,
      will: { topic: 'visitors/gone', payload: Buffer.from('bye'), qos: 1, retain: random.integer(2) === 0 },
    });
    this.#present.add(visitor);
    let leaving = false;
    visitor.on('error', (error) => {
      // MQTT.js may still write to the connection that it is closing.
      if (!leaving) this.#ledger.complain(`a visitor met an error: ${(error as Error).message}`);
    });
    visitor.subscribe([`soak/${random.integer(this.#clients.length)}/#`, 'visitors/#'], {
      qos: random.integer(3) as 0 | 1 | 2,
    });
    const stayMs = 200 + random.integer(1_500);
    setTimeout(() => {
      leaving = true;
      visitor.end(random.integer(2) === 0, () => this.#present.delete(visitor));
    }, stayMs);
  }

  /** Everybody comes back and stays until everything has arrived. */
  async #calm(): Promise<void> {
    const arrived = (): boolean => {
      this.#bringBack();
      return this.#clients.every(({ ready, settled }) => ready && settled) && this.#ledger.missing().length === 0;
    };
    try {
      await until(() => this.#ledger.complaints.length > 0 || arrived(), 'everything has arrived', 20_000);
    } catch {
      for (const text of this.#ledger.missing()) this.#ledger.complain(text);
      const open = this.#clients.filter(({ ready, settled }) => !ready || !settled);
      for (const { clientId, ready } of open) {
        this.#ledger.complain(`${clientId} ${ready ? 'waits for acknowledgements' : 'is not connected'}`);
      }
    }
  }
}
