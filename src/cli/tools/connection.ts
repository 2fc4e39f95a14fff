/**
 * A tool's connection to the broker on MQTT.js: made, told of with `-d`, and ended with the texts and exit codes that
 * scripts know from Mosquitto's tools.
 */

import type { Duplex } from 'node:stream';
import mqtt, { type IClientOptions, type IConnackPacket, type MqttClient, type Packet } from 'mqtt';
import { packetLine } from './debug-lines.ts';
import { connackText, lostText, socketText } from './failure-texts.ts';
import type { ClientOptions } from './options/client-options.ts';
import type { PropertyBag } from './options/property-options.ts';
import { SequentialIds } from './packet-ids.ts';
import { streamBuilder, usesTls } from './stream.ts';
import type { ToolIo } from './tool.ts';

/** Exit codes besides those of CONNACK. */
export const exitCodes = { failed: 1, lost: 7, tls: 8, timedOut: 27 } as const;

/** How long the client waits before it connects again, in milliseconds. */
const RECONNECT_MS = 1_000;
const CONNECT_MS_MAX = 30_000;
/** How long the goodbye may take. */
const END_MS_MAX = 2_000;

export interface ConnectionEvents {
  /** Each time that the broker has accepted. */
  connected(packet: IConnackPacket): void;
  /** It is over for good; the texts for standard error and the exit code. */
  failed(texts: readonly string[], exitCode: number): void;
  /** The connection is gone and will be made again. */
  interrupted?(): void;
}

export class ToolConnection {
  readonly client: MqttClient;
  readonly ids: SequentialIds = new SequentialIds();
  readonly #options: ClientOptions;
  readonly #io: ToolIo;
  readonly #events: ConnectionEvents;
  readonly #reconnects: boolean;
  #wasConnected = false;
  #isOver = false;
  #isMuted = false;
  #streamError: Error | undefined;

  /** @throws ToolFailure */
  constructor(options: ClientOptions, io: ToolIo, reconnects: boolean, events: ConnectionEvents) {
    this.#options = options;
    this.#io = io;
    this.#events = events;
    this.#reconnects = reconnects;
    const build = streamBuilder(options);
    const client = new mqtt.MqttClient(
      () => {
        const stream = build();
        this.#watch(stream);
        return stream as never;
      },
      {
        ...mqttOptions(options, io.pid),
        messageIdProvider: this.ids,
        reconnectPeriod: RECONNECT_MS,
        manualConnect: true,
      },
    );
    this.client = client;
    client.on('packetsend', (packet) => this.#debug(packet, 'sending'));
    client.on('packetreceive', (packet) => {
      this.#debug(packet, 'received');
      if (packet.cmd === 'connack') this.#answered(packet);
    });
    client.on('connect', (packet) => {
      this.#wasConnected = true;
      events.connected(packet);
    });
    client.on('close', () => this.#closed());
    // What went wrong is told from the packet or the socket.
    client.on('error', (error) => {
      this.#streamError ??= error instanceof Error ? error : undefined;
    });
    client.connect();
  }

  /** What still comes is of no interest, but for the goodbye. */
  mute(): void {
    this.#isMuted = true;
  }

  /** Says goodbye and resolves when everything was sent. */
  end(): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    this.#isOver = true;
    const { disconnect } = this.#options.properties;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      // A broker that does not answer any more must not keep the tool.
      const timer = setTimeout(() => {
        this.client.end(true);
        resolve();
      }, END_MS_MAX);
      this.client.end(false, { reasonCode: 0, properties: disconnect } as never, done);
    });
  }

  #watch(stream: Duplex): void {
    this.#streamError = undefined;
    stream.on('error', (error) => {
      this.#streamError ??= error;
    });
  }

  #answered({ returnCode = 0, reasonCode = 0, properties }: IConnackPacket): void {
    const { version } = this.#options;
    const code = version === 5 ? reasonCode : returnCode;
    if (code === 0) return;
    // The other tools show no more than the code.
    const said = this.#options.isNative ? properties?.reasonString : undefined;
    this.#over([connackText(code, version, said)], code);
  }

  #closed(): void {
    if (this.#isOver) return;
    const { host } = this.#options;
    if (!this.#wasConnected) {
      const { texts, exitCode } = socketText(this.#streamError, host, usesTls(this.#options));
      this.#over(texts, exitCode);
    } else if (this.#reconnects) {
      this.#events.interrupted?.();
    } else {
      this.#over([lostText], exitCodes.lost);
    }
  }

  #over(texts: readonly string[], exitCode: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.client.end(true);
    this.#events.failed(texts, exitCode);
  }

  #debug(packet: Packet, direction: 'sending' | 'received'): void {
    if (!this.#options.isDebug || ((this.#isOver || this.#isMuted) && packet.cmd !== 'disconnect')) return;
    const name = clientIdOf(this.#options, this.#io.pid) ?? '(null)';
    const isUncounted = packet.cmd === 'publish' && packet.qos === 0 && direction === 'sending';
    const number = isUncounted ? this.ids.count() : undefined;
    for (const line of packetLine(packet, direction, number)) this.#io.stdout.write(`Client ${name} ${line}\n`);
  }
}

function clientIdOf({ clientId, clientIdPrefix }: ClientOptions, pid: number): string | undefined {
  return clientIdPrefix === undefined ? clientId : `${clientIdPrefix}${pid}`;
}

/** A Session Expiry Interval that never ends. */
const FOR_EVER = 0xffffffff;

function mqttOptions(options: ClientOptions, pid: number): IClientOptions {
  const { version, will, properties, cleanSession, sessionExpirySeconds } = options;
  const connect: PropertyBag = { ...properties.connect };
  const expiry = sessionExpirySeconds ?? (cleanSession ? undefined : FOR_EVER);
  if (expiry !== undefined) connect['sessionExpiryInterval'] = expiry;
  return {
    protocolVersion: version,
    protocolId: version === 3 ? 'MQIsdp' : 'MQTT',
    clientId: clientIdOf(options, pid) ?? (version === 3 ? `mosq-${pid}` : ''),
    clean: cleanSession,
    keepalive: options.keepAliveSeconds,
    connectTimeout: CONNECT_MS_MAX,
    resubscribe: false,
    ...(options.username !== undefined && { username: options.username }),
    ...(options.password !== undefined && { password: options.password }),
    ...(version === 5 && { properties: connect as never }),
    ...(will.topic !== undefined && {
      will: {
        topic: will.topic,
        payload: Buffer.from(will.payload ?? ''),
        qos: will.qos,
        retain: will.retain,
        ...(version === 5 && { properties: properties.will as never }),
      },
    }),
  };
}
