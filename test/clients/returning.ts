/** Clients that come back by themselves whenever their broker dies, with what was acknowledged to them and what they got. */

import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { DurableClient } from '../durability/client.ts';
import { until } from '../listeners/listening.ts';

export class Returning {
  readonly client: DurableClient;
  readonly received: string[] = [];
  readonly acknowledged: Set<string> = new Set<string>();
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

  /** What was acknowledged to the publisher and is not here. */
  missing(publisher: Returning): string[] {
    const got = new Set(this.received);
    return [...publisher.acknowledged].filter((text) => !got.has(text));
  }
}

export interface Load {
  sent(): number;
  stop(): void;
}

/** Publishes numbered messages, a few under way at a time, until it is told to stop. */
export function load({ client }: Returning, topic: string, qos: 1 | 2): Load {
  let sent = 0;
  const timer = setInterval(() => {
    if (!client.isConnected) return;
    for (let i = 0; i < 3 && client.unacknowledged < 40; i++) {
      client.publish(`${topic}/${sent % 7}`, String(sent++), qos);
    }
  }, 2);
  onTestFinished(() => clearInterval(timer));
  return { sent: () => sent, stop: () => clearInterval(timer) };
}
