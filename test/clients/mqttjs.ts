/** MQTT.js clients that are closed at the end of their test, with what they have received. */

import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import { onTestFinished } from 'vitest';
import { until } from '../listeners/listening.ts';

/** The versions as MQTT.js is told of them. */
export const protocols = [
  { name: '3.1', options: { protocolId: 'MQIsdp', protocolVersion: 3 } },
  { name: '3.1.1', options: { protocolVersion: 4 } },
  { name: '5.0', options: { protocolVersion: 5 } },
] as const satisfies readonly { name: string; options: IClientOptions }[];

export interface ReceivedMessage {
  readonly topic: string;
  readonly payload: string;
  readonly packet: IPublishPacket;
}

export class JsClient {
  readonly client: MqttClient;
  readonly messages: ReceivedMessage[] = [];
  readonly errors: Error[] = [];
  /** Session Present of each CONNACK. */
  readonly sessionsPresent: boolean[] = [];
  /** Reason codes of DISCONNECT packets of the server. */
  readonly disconnects: number[] = [];

  constructor(client: MqttClient) {
    this.client = client;
    client.on('message', (topic, payload, packet) => {
      this.messages.push({ topic, payload: payload.toString(), packet });
    });
    client.on('error', (error) => this.errors.push(error as Error));
    client.on('connect', ({ sessionPresent }) => this.sessionsPresent.push(sessionPresent));
    client.on('disconnect', ({ reasonCode }) => this.disconnects.push(reasonCode ?? 0));
    onTestFinished(async () => {
      await client.endAsync(true);
    });
  }

  /** Payloads in the order in which they came. */
  get payloads(): string[] {
    return this.messages.map(({ payload }) => payload);
  }

  async received(messages: number, withinMs: number = 10_000): Promise<ReceivedMessage[]> {
    const what = (): string => `${messages} messages; there are ${this.messages.length}`;
    await until(() => this.messages.length >= messages, what(), withinMs);
    return this.messages;
  }

  /** Ends the connection without DISCONNECT, as a client that dies. */
  drop(): void {
    this.client.stream.destroy();
  }
}

/** A client that connects; it does not come back by itself unless `reconnectPeriod` says so. */
export function jsClient(url: string, options: IClientOptions = {}): JsClient {
  return new JsClient(mqtt.connect(url, { reconnectPeriod: 0, ...options }));
}

/** A client that is connected. */
export async function connectedJs(url: string, options: IClientOptions = {}): Promise<JsClient> {
  const client = jsClient(url, options);
  await until(
    () => client.sessionsPresent.length > 0 || client.errors.length > 0,
    `the client is connected to ${url}`,
    10_000,
  );
  if (client.errors[0] !== undefined) throw client.errors[0];
  return client;
}
