/** `hoopoe pub` and `mosquitto_pub`: publishes one message, one many times, or every line of the input, and ends. */

import { createInterface } from 'node:readline';
import type { IClientPublishOptions, IConnackPacket } from 'mqtt';
import { ToolConnection } from './connection.ts';
import { reasonText, refusedText } from './failure-texts.ts';
import type { ClientOptions } from './options/client-options.ts';
import { wholePayload } from './payload.ts';
import { Progress } from './progress.ts';
import { complainer, toolOf } from './run-tool.ts';
import type { Tool, ToolIo } from './tool.ts';

export const pub: Tool = toolOf('pub', (options, io) => new Publishing(options, io).run());

/** As far as it is told of. */
interface Acknowledgement {
  readonly messageId?: number;
  readonly reasonCode?: number;
  readonly properties?: { readonly reasonString?: string };
}

class Publishing {
  readonly #options: ClientOptions;
  readonly #io: ToolIo;
  readonly #complain: (text: string) => void;
  readonly #progress: Progress;
  readonly #startedMs: number = performance.now();
  #connection!: ToolConnection;
  #published = 0;
  /** Sent and not acknowledged. */
  #open = 0;
  #wakeUp: () => void = () => {};
  #isOver = false;
  #maximumQos = 2;
  #isRetainAvailable = true;
  #finish!: (exitCode: number) => void;

  constructor(options: ClientOptions, io: ToolIo) {
    this.#options = options;
    this.#io = io;
    this.#complain = complainer(options, io);
    this.#progress = new Progress(options, io);
  }

  async run(): Promise<number> {
    const { payload, isNative, reconnects } = this.#options;
    const whole = payload.kind === 'lines' ? undefined : await wholePayload(payload, this.#io);
    const isLong = payload.kind === 'lines' || this.#options.repeat > 1;
    const finished = new Promise<number>((resolve) => {
      this.#finish = resolve;
    });
    let hasBegun = false;
    this.#connection = new ToolConnection(this.#options, this.#io, isNative && isLong && (reconnects ?? true), {
      connected: (packet) => {
        this.#learn(packet);
        if (hasBegun) return;
        hasBegun = true;
        void (whole === undefined ? this.#publishLines() : this.#publishRepeatedly(whole));
      },
      failed: (texts, exitCode) => this.#failed(texts, exitCode, hasBegun),
      interrupted: () => this.#complain('The connection was lost; connecting again.'),
    });
    const stopListening = this.#io.onInterrupt((signal) => this.#finish(128 + signal));
    const exitCode = await finished;
    this.#isOver = true;
    this.#wakeUp();
    stopListening();
    await this.#connection.end();
    this.#progress.end(this.#published);
    if (this.#options.isJson && exitCode === 0) this.#tellJson();
    return exitCode;
  }

  #failed(texts: readonly string[], exitCode: number, wasConnected: boolean): void {
    for (const text of texts) this.#complain(text);
    const wasRefused = !wasConnected && texts[0]?.startsWith('Connection error') === true;
    if (wasRefused) this.#complain(refusedText[this.#options.version]);
    this.#finish(exitCode);
  }

  #learn({ properties }: IConnackPacket): void {
    this.#maximumQos = properties?.maximumQoS ?? 2;
    this.#isRetainAvailable = properties?.retainAvailable ?? true;
  }

  async #publishRepeatedly(payload: Buffer): Promise<void> {
    const { repeat, repeatDelaySeconds } = this.#options;
    for (let i = 0; i < repeat && !this.#isOver; i++) {
      if (i > 0 && repeatDelaySeconds > 0) await this.#pause(repeatDelaySeconds * 1000);
      if (!(await this.#publish(payload))) return;
    }
    await this.#allAcknowledged();
  }

  async #publishLines(): Promise<void> {
    const lines = createInterface({ input: this.#io.stdin, crlfDelay: 0, terminal: false });
    for await (const line of lines) {
      if (this.#isOver || !(await this.#publish(Buffer.from(line)))) return;
    }
    await this.#allAcknowledged();
  }

  async #allAcknowledged(): Promise<void> {
    while (this.#open > 0 && !this.#isOver) await this.#change();
    this.#finish(0);
  }

  /** Resolves when there is room for the next one. False: it cannot be sent at all. */
  async #publish(payload: Buffer): Promise<boolean> {
    const { topics, qos, retain, version, inflightMax } = this.#options;
    if (qos > this.#maximumQos) {
      this.#complain('Error: Message QoS not supported on broker, try a lower QoS.');
      this.#finish(0);
      return false;
    }
    if (retain && !this.#isRetainAvailable) {
      this.#complain('Error: Retain is not available on the broker.');
      this.#finish(0);
      return false;
    }
    const topic = topics[0] ?? '';
    if (topic === '') {
      this.#complain("Error: Invalid input. Does your topic contain '+' or '#'?");
      this.#finish(0);
      return false;
    }
    while (this.#open >= inflightMax && !this.#isOver) await this.#change();
    this.#open++;
    const properties = { ...this.#options.properties.publish } as never;
    const request: IClientPublishOptions = { qos, retain, ...(version === 5 && { properties }) };
    this.#connection.client.publish(topic, payload, request, (error, packet) => {
      this.#open--;
      this.#acknowledged(error ?? undefined, packet);
      this.#wakeUp();
    });
    return true;
  }

  #acknowledged(error: Error | undefined, packet: unknown): void {
    if (this.#isOver) return;
    const { messageId = 0, reasonCode, properties } = (packet ?? {}) as Acknowledgement;
    const code = reasonCode ?? (error as { code?: unknown } | undefined)?.code;
    if (typeof code === 'number' && code >= 0x80) {
      this.#complain(`Warning: Publish ${messageId} failed: ${reasonText(code)}.`);
      if (properties?.reasonString !== undefined) this.#complain(properties.reasonString);
    } else if (error !== undefined) {
      this.#complain(`Error: ${error.message}`);
      return;
    }
    this.#published++;
    this.#progress.tell(this.#published);
  }

  /** Resolves at the next acknowledgement, or at the end. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeUp = resolve;
    });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      const wake = this.#wakeUp;
      this.#wakeUp = () => {
        wake();
        if (!this.#isOver) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #tellJson(): void {
    const { topics, qos } = this.#options;
    const seconds = Math.round(performance.now() - this.#startedMs) / 1000;
    this.#io.stdout.write(`${JSON.stringify({ topic: topics[0], qos, published: this.#published, seconds })}\n`);
  }
}
