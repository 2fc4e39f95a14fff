/** One MQTT client in this page, over WebSocket. MQTT.js is loaded when the first one connects. */

import type { IClientOptions, IClientPublishOptions, MqttClient } from 'mqtt';
import { loaded } from '../../api/client.ts';

/** What is entered to connect. */
export interface Profile {
  readonly url: string;
  readonly version: '5' | '4';
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  readonly keepAliveSeconds: number;
  readonly clean: boolean;
  /** MQTT 5 only. */
  readonly sessionExpirySeconds: number;
  readonly willTopic: string;
  readonly willPayload: string;
}

export interface SubscribeRequest {
  readonly filter: string;
  readonly qos: 0 | 1 | 2;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
}

export interface PublishRequest {
  readonly topic: string;
  readonly payload: string;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly contentType: string;
  readonly responseTopic: string;
  readonly correlationData: string;
  readonly expirySeconds: string;
  /** One `name: value` on each line. */
  readonly userProperties: string;
}

export interface ShownMessage {
  readonly number: number;
  readonly atMs: number;
  readonly direction: 'in' | 'out';
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
  /** Of MQTT 5, as `name: value`. */
  readonly properties: readonly string[];
}

export type ClientState = 'closed' | 'connecting' | 'open';

const MESSAGES_MAX = 300;
const CONNECT_MS_MAX = 10_000;

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Text where the bytes are UTF-8, otherwise their hexadecimal form. */
function textOf(payload: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(payload);
  } catch {
    return [...payload].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  }
}

function propertyLines(properties: Readonly<Record<string, unknown>> | undefined): string[] {
  const lines: string[] = [];
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name === 'userProperties') {
      for (const [key, values] of Object.entries(value as Record<string, string | string[]>)) {
        for (const one of [values].flat()) lines.push(`${key}: ${one}`);
      }
    } else lines.push(`${name}: ${value instanceof Uint8Array ? textOf(value) : String(value)}`);
  }
  return lines;
}

function optionsOf(profile: Profile): IClientOptions {
  const { version, clientId, username, password, keepAliveSeconds, clean, willTopic, willPayload } = profile;
  return {
    protocolVersion: version === '5' ? 5 : 4,
    clientId,
    keepalive: keepAliveSeconds,
    clean,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_MS_MAX,
    // Its other timers run in a worker made of a blob, which the content security policy does not allow.
    timerVariant: 'native',
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
    ...(version === '5' && { properties: { sessionExpiryInterval: profile.sessionExpirySeconds } }),
    ...(willTopic !== '' && {
      will: { topic: willTopic, payload: bytes(willPayload) as never, qos: 0, retain: false },
    }),
  };
}

function publishOptions(version: Profile['version'], request: PublishRequest): IClientPublishOptions {
  const { qos, retain, contentType, responseTopic, correlationData, expirySeconds, userProperties } = request;
  if (version !== '5') return { qos, retain };
  const pairs: Record<string, string[]> = Object.create(null);
  for (const line of userProperties.split('\n')) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim();
    pairs[name] = [...(pairs[name] ?? []), line.slice(colon + 1).trim()];
  }
  const properties = {
    ...(contentType !== '' && { contentType }),
    ...(responseTopic !== '' && { responseTopic }),
    ...(correlationData !== '' && { correlationData: bytes(correlationData) as never }),
    ...(expirySeconds !== '' && { messageExpiryInterval: Number(expirySeconds) }),
    ...(Object.keys(pairs).length > 0 && { userProperties: { ...pairs } }),
  };
  return { qos, retain, properties };
}

export class WebSocketClient {
  readonly number: number;
  profile: Profile;
  state: ClientState = 'closed';
  /** Why it is closed, in words; empty when nothing went wrong. */
  problem = '';
  readonly subscriptions: Map<string, number> = new Map<string, number>();
  messages: readonly ShownMessage[] = [];
  #client: MqttClient | undefined;
  #lastMessage = 0;
  readonly #changed: () => void;

  constructor(number: number, profile: Profile, changed: () => void) {
    this.number = number;
    this.profile = profile;
    this.#changed = changed;
  }

  async connect(profile: Profile): Promise<void> {
    this.close();
    this.profile = profile;
    this.state = 'connecting';
    this.problem = '';
    this.#changed();
    const { default: mqtt } = await loaded(() => import('mqtt'));
    const client = mqtt.connect(profile.url, optionsOf(profile));
    this.#client = client;
    client.on('connect', ({ sessionPresent }) => {
      this.state = 'open';
      if (!sessionPresent) this.subscriptions.clear();
      this.#changed();
    });
    client.on('message', (topic, payload, packet) => {
      const { qos, retain, properties } = packet;
      this.#add('in', topic, textOf(payload), qos, retain, propertyLines(properties as Record<string, unknown>));
    });
    client.on('error', (error) => {
      this.problem = error.message;
      this.#changed();
    });
    client.on('disconnect', ({ reasonCode }) => {
      this.problem = `DISCONNECT 0x${(reasonCode ?? 0).toString(16).padStart(2, '0')}`;
    });
    client.on('close', () => {
      if (this.#client !== client) return;
      this.state = 'closed';
      this.#changed();
    });
  }

  close(): void {
    const client = this.#client;
    this.#client = undefined;
    this.state = 'closed';
    client?.removeAllListeners();
    client?.on('error', () => {});
    client?.end();
    this.#changed();
  }

  async subscribe({ filter, qos, noLocal, retainAsPublished }: SubscribeRequest): Promise<void> {
    const isV5 = this.profile.version === '5';
    const granted = await this.#open().subscribeAsync(filter, {
      qos,
      ...(isV5 && { nl: noLocal, rap: retainAsPublished }),
    });
    const code = granted[0]?.qos ?? qos;
    if (code > 2) throw new TypeError(`SUBACK 0x${code.toString(16)}`);
    this.subscriptions.set(filter, code);
    this.#changed();
  }

  async unsubscribe(filter: string): Promise<void> {
    await this.#open().unsubscribeAsync(filter);
    this.subscriptions.delete(filter);
    this.#changed();
  }

  async publish(request: PublishRequest): Promise<void> {
    const { topic, payload, qos, retain } = request;
    await this.#open().publishAsync(topic, payload, publishOptions(this.profile.version, request));
    this.#add('out', topic, payload, qos, retain, []);
  }

  clear(): void {
    this.messages = [];
    this.#changed();
  }

  #open(): MqttClient {
    if (this.#client === undefined || this.state !== 'open') throw new TypeError('Not connected');
    return this.#client;
  }

  #add(
    direction: 'in' | 'out',
    topic: string,
    payload: string,
    qos: number,
    retain: boolean,
    properties: readonly string[],
  ): void {
    const number = ++this.#lastMessage;
    const message = { number, atMs: Date.now(), direction, topic, payload, qos, retain, properties };
    this.messages = [message, ...this.messages].slice(0, MESSAGES_MAX);
    this.#changed();
  }
}
