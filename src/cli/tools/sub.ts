/** `hoopoe sub` and `mosquitto_sub`: subscribes and prints what comes, until it is told to end or has enough. */

import type { IPublishPacket, Packet } from 'mqtt';
import { matches } from '../../topic/name.ts';
import { exitCodes, ToolConnection } from './connection.ts';
import type { ClientOptions } from './options/client-options.ts';
import { type Printed, printerOf } from './printing/format.ts';
import { complainer, toolOf, usesColour } from './run-tool.ts';
import type { Tool, ToolIo } from './tool.ts';

export const sub: Tool = toolOf('sub', (options, io) => new Receiving(options, io).run());

/** The time a message came, with the finest part that the system tells. */
export function arrival(): Printed['time'] {
  const ms = performance.timeOrigin + performance.now();
  return { date: new Date(ms), nanoseconds: Math.floor((ms % 1000) * 1e6) };
}

class Receiving {
  readonly #options: ClientOptions;
  readonly #io: ToolIo;
  readonly #complain: (text: string) => void;
  readonly #print: (message: Printed) => Buffer;
  #connection!: ToolConnection;
  #printed = 0;
  #isOver = false;
  #finish!: (exitCode: number) => void;

  constructor(options: ClientOptions, io: ToolIo) {
    this.#options = options;
    this.#io = io;
    this.#complain = complainer(options, io);
    this.#print = printerOf(options, usesColour(options, io), this.#complain);
  }

  async run(): Promise<number> {
    const { isNative, reconnects, timeoutSeconds } = this.#options;
    const finished = new Promise<number>((resolve) => {
      this.#finish = (exitCode) => {
        this.#isOver = true;
        this.#connection.mute();
        resolve(exitCode);
      };
    });
    this.#connection = new ToolConnection(this.#options, this.#io, reconnects ?? true, {
      connected: () => this.#subscribe(),
      failed: (texts, exitCode) => {
        for (const text of texts) this.#complain(text);
        this.#finish(exitCode);
      },
      interrupted: () => {
        if (isNative) this.#complain('The connection was lost; connecting again.');
      },
    });
    this.#connection.client.on('message', (topic, payload, packet) => this.#received(topic, payload, packet));
    this.#connection.client.on('packetreceive', (packet) => {
      if (packet.cmd === 'suback') this.#acknowledged(packet);
    });
    const timer = timeoutSeconds === 0 ? undefined : setTimeout(() => this.#timedOut(), timeoutSeconds * 1000);
    const stopListening = this.#io.onInterrupt(() => this.#finish(0));
    // Whoever reads the output may go away first; then there is nothing left to do.
    this.#io.stdout.on('error', () => this.#finish(0));
    const exitCode = await finished;
    clearTimeout(timer);
    stopListening();
    await this.#connection.end();
    return exitCode;
  }

  #subscribe(): void {
    const { topics, unsubscribe, qos, version, properties } = this.#options;
    const { client } = this.#connection;
    if (topics.length > 0) {
      const wanted = Object.fromEntries(topics.map((topic) => [topic, { qos }]));
      const options = version === 5 ? { properties: properties.subscribe as never } : undefined;
      client.subscribe(wanted, options as never, () => {});
    }
    for (const topic of unsubscribe) {
      client.unsubscribe(topic, version === 5 ? { properties: properties.unsubscribe as never } : {}, () => {});
    }
  }

  #acknowledged({ granted, messageId }: Extract<Packet, { cmd: 'suback' }>): void {
    const codes = granted as readonly number[];
    const { isDebug, exitsAfterSubscribing, isNative } = this.#options;
    if (isDebug) this.#io.stdout.write(`Subscribed (mid: ${messageId}): ${codes.join(', ')}\n`);
    if (codes.every((code) => code >= 0x80)) {
      this.#complain('All subscription requests were denied.');
      this.#finish(isNative ? exitCodes.failed : 0);
    } else if (exitsAfterSubscribing) {
      this.#finish(0);
    }
  }

  #timedOut(): void {
    this.#complain('Timed out');
    this.#finish(exitCodes.timedOut);
  }

  #received(topic: string, payload: Buffer, packet: IPublishPacket): void {
    const options = this.#options;
    if (this.#isOver) return;
    if (options.retainedOnly && !packet.retain) {
      this.#finish(0);
      return;
    }
    if (packet.retain && options.skipsRetained) return;
    if (options.filterOut.some((filter) => matches(filter, topic))) return;
    if (packet.retain && options.removesRetained && payload.length > 0) {
      this.#connection.client.publish(topic, '', { qos: 1, retain: true });
    }
    if (options.printedPercent < 100 && Math.random() * 100 > options.printedPercent) return;
    const taken = this.#io.stdout.write(this.#print({ topic, payload, packet, time: arrival() }));
    // A reader that is slower than the broker holds the broker, and not our memory.
    if (!taken) this.#pauseInput();
    this.#printed++;
    if (options.count > 0 && this.#printed >= options.count) this.#finish(0);
  }

  #pauseInput(): void {
    const { stream } = this.#connection.client;
    stream.pause?.();
    this.#io.stdout.once('drain', () => stream.resume?.());
  }
}
