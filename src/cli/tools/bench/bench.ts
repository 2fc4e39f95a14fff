/** `hoopoe bench`: many clients at once, figures while they work, and a histogram of latencies at the end. */

import { ToolConnection } from '../connection.ts';
import { type ClientOptions, ToolUsageError } from '../options/client-options.ts';
import { ToolFailure } from '../stream.ts';
import { flushed, type Tool, type ToolIo } from '../tool.ts';
import { type BenchOptions, benchUsage, parseBench } from './bench-options.ts';
import { Histogram } from './histogram.ts';

const TICK_MS = 10;
const REPORT_MS = 1_000;
/** Messages that one client has under way without a rate. */
const WINDOW = 50;
/** The time at which a message was sent stands at its beginning. */
const STAMP_BYTES = 8;

export const bench: Tool = async (argv, name, io) => {
  try {
    const options = parseBench(argv);
    if (options === undefined) io.stdout.write(benchUsage(name));
    return options === undefined ? 0 : await new Bench(options, io).run();
  } catch (error) {
    if (!(error instanceof ToolUsageError) && !(error instanceof ToolFailure)) throw error;
    io.stderr.write(`${error.message}\n\nUse '${name} --help' to see usage.\n`);
    return 1;
  } finally {
    await flushed(io.stdout);
    await flushed(io.stderr);
  }
};

interface BenchClient {
  readonly connection: ToolConnection;
  readonly topic: string;
  isReady: boolean;
  /** Messages that are not acknowledged, or not received where they come back. */
  open: number;
}

class Bench {
  readonly #options: BenchOptions;
  readonly #io: ToolIo;
  readonly #clients: BenchClient[] = [];
  readonly #latencies = new Histogram();
  readonly #failures = new Map<string, number>();
  readonly #startedMs: number = performance.now();
  readonly #payload: Buffer;
  #begun = 0;
  #connected = 0;
  #failed = 0;
  #sent = 0;
  #done = 0;
  #publishingSinceMs: number | undefined;
  #lastReport = { ms: performance.now(), done: 0, connected: 0 };
  #finish!: () => void;

  constructor(options: BenchOptions, io: ToolIo) {
    this.#options = options;
    this.#io = io;
    this.#payload = Buffer.alloc(options.payloadBytes, 0x78);
  }

  async run(): Promise<number> {
    const finished = new Promise<void>((resolve) => {
      this.#finish = resolve;
    });
    const stopListening = this.#io.onInterrupt(() => this.#finish());
    const ticking = setInterval(() => this.#tick(), TICK_MS);
    const reporting = setInterval(() => this.#report(), REPORT_MS);
    this.#tick();
    await finished;
    clearInterval(ticking);
    clearInterval(reporting);
    stopListening();
    const seconds = (performance.now() - (this.#publishingSinceMs ?? this.#startedMs)) / 1000;
    this.#summary(seconds);
    await Promise.all(this.#clients.map(({ connection }) => connection.end()));
    return this.#failed > 0 ? 1 : 0;
  }

  #tick(): void {
    const { clients, connectionsPerSecond, kind, seconds } = this.#options;
    const elapsed = (performance.now() - this.#startedMs) / 1000;
    // Without a rate, a few hundred handshakes at a time are as many as a broker can use.
    const due = connectionsPerSecond === 0 ? this.#connected + this.#failed + 200 : elapsed * connectionsPerSecond + 1;
    while (this.#begun < clients && this.#begun < due) this.#connect();
    const isComplete = this.#connected + this.#failed >= clients;
    if (this.#connected === 0 && isComplete) this.#finish();
    if (kind === 'conn') {
      if (elapsed >= seconds) this.#finish();
      return;
    }
    if (!isComplete) return;
    this.#publishingSinceMs ??= performance.now();
    if (performance.now() - this.#publishingSinceMs >= seconds * 1000) this.#finish();
    else this.#publishDue();
  }

  #connect(): void {
    const { connection: common, kind, topic } = this.#options;
    const number = this.#begun++;
    const options: ClientOptions = {
      ...common,
      clientId: `${common.clientIdPrefix ?? 'bench-'}${this.#io.pid}-${number}`,
      clientIdPrefix: undefined,
    };
    const sinceMs = performance.now();
    const connection = new ToolConnection(options, this.#io, false, {
      connected: () => {
        if (kind === 'conn') this.#latencies.add(performance.now() - sinceMs);
        if (kind === 'sub') this.#subscribe(client);
        else this.#ready(client);
      },
      failed: ([text = 'unknown'], _code) => {
        this.#failed++;
        if (client.isReady) this.#connected--;
        client.isReady = false;
        this.#failures.set(text, (this.#failures.get(text) ?? 0) + 1);
      },
    });
    const client: BenchClient = { connection, topic: topic.replaceAll('%i', String(number)), isReady: false, open: 0 };
    this.#clients.push(client);
  }

  #ready(client: BenchClient): void {
    client.isReady = true;
    this.#connected++;
  }

  #subscribe(client: BenchClient): void {
    const { client: mqttClient } = client.connection;
    mqttClient.on('message', (_topic, payload) => {
      if (payload.length < STAMP_BYTES) return;
      client.open = Math.max(0, client.open - 1);
      this.#completed(payload.readDoubleLE(0));
      this.#publishDue();
    });
    mqttClient.subscribe(client.topic, { qos: this.#options.connection.qos }, () => this.#ready(client));
  }

  #completed(sentMs: number): void {
    const { messages } = this.#options;
    this.#latencies.add(performance.now() - sentMs);
    this.#done++;
    if (messages > 0 && this.#done >= messages) this.#finish();
  }

  /** Publishes what the rate, or the window of each client, allows by now. */
  #publishDue(): void {
    const { messagesPerSecond, messages } = this.#options;
    if (this.#publishingSinceMs === undefined) return;
    const elapsed = (performance.now() - this.#publishingSinceMs) / 1000;
    const byRate = messagesPerSecond === 0 ? Number.POSITIVE_INFINITY : elapsed * messagesPerSecond;
    const limit = Math.min(byRate, messages === 0 ? Number.POSITIVE_INFINITY : messages);
    let isAnyFree = true;
    while (this.#sent < limit && isAnyFree) {
      isAnyFree = false;
      for (const client of this.#clients) {
        if (this.#sent >= limit || !client.isReady || client.open >= WINDOW) continue;
        isAnyFree = true;
        this.#publish(client);
      }
    }
  }

  #publish(client: BenchClient): void {
    const { kind, connection } = this.#options;
    const nowMs = performance.now();
    const payload = Buffer.from(this.#payload);
    payload.writeDoubleLE(nowMs, 0);
    client.open++;
    this.#sent++;
    client.connection.client.publish(client.topic, payload, { qos: connection.qos }, (error) => {
      if (kind === 'sub') return;
      client.open--;
      if (error === undefined || error === null) this.#completed(nowMs);
      this.#publishDue();
    });
  }

  #report(): void {
    const now = performance.now();
    const { ms, done, connected } = this.#lastReport;
    const seconds = (now - ms) / 1000;
    const isConn = this.#options.kind === 'conn' || this.#publishingSinceMs === undefined;
    const rate = isConn ? (this.#connected - connected) / seconds : (this.#done - done) / seconds;
    const what = isConn ? 'connections/s' : 'messages/s';
    const failed = this.#failed === 0 ? '' : `, ${this.#failed} failed`;
    const latency = `p50 ${this.#latencies.percentileMs(0.5).toFixed(2)} ms, p99 ${this.#latencies.percentileMs(0.99).toFixed(2)} ms`;
    const line = `${this.#connected} connected${failed}, ${Math.round(rate)} ${what}, ${latency}`;
    this.#lastReport = { ms: now, done: this.#done, connected: this.#connected };
    if (this.#options.connection.isQuiet) return;
    if (this.#io.stderr.isTTY === true) this.#io.stderr.write(`\r\x1b[K${line}`);
    else this.#io.stderr.write(`${line}\n`);
  }

  #summary(seconds: number): void {
    const { kind, connection } = this.#options;
    const { out } = { out: (text: string) => this.#io.stdout.write(text) };
    const figures = this.#latencies;
    const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
    const count = kind === 'conn' ? this.#connected : this.#done;
    const latency = {
      min: rounded(Number.isFinite(figures.minMs) ? figures.minMs : 0),
      mean: rounded(figures.meanMs),
      p50: rounded(figures.percentileMs(0.5)),
      p90: rounded(figures.percentileMs(0.9)),
      p99: rounded(figures.percentileMs(0.99)),
      p999: rounded(figures.percentileMs(0.999)),
      max: rounded(figures.maxMs),
    };
    if (connection.isJson) {
      const result = { kind, connected: this.#connected, failed: this.#failed, sent: this.#sent, done: this.#done };
      const failures = Object.fromEntries(this.#failures);
      out(
        `${JSON.stringify({ ...result, seconds: rounded(seconds), perSecond: Math.round(count / seconds), latencyMs: latency, failures })}\n`,
      );
      return;
    }
    if (this.#io.stderr.isTTY === true) this.#io.stderr.write('\r\x1b[K');
    const noun = kind === 'conn' ? 'connections' : 'messages';
    out(`${this.#connected} connected, ${this.#failed} failed\n`);
    out(`${count} ${noun} in ${seconds.toFixed(1)} s, ${Math.round(count / seconds)} ${noun} a second\n`);
    out(
      `latency in ms: ${Object.entries(latency)
        .map(([name, ms]) => `${name} ${ms.toFixed(2)}`)
        .join(', ')}\n`,
    );
    for (const line of figures.lines()) out(`${line}\n`);
    for (const [text, times] of this.#failures) out(`${times} times: ${text}\n`);
  }
}
