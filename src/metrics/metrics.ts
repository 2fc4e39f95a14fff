/**
 * Metrics of one running broker: reads everything once a second for rates, history and alarms, and renders it for
 * Prometheus and for EMQX's names when somebody asks. Opened by whoever serves them; without it nothing is sampled.
 */

import type { Inspect } from '../broker/inspect/inspect.ts';
import { dropped, sum } from '../broker/inspect/readings.ts';
import type { BrokerOptions } from '../broker/options.ts';
import { emqxMetrics, emqxStats, readAll } from '../broker/sys/emqx-names.ts';
import type { Clock } from '../ports/clock.ts';
import type { ShownPlugin } from '../ports/plugin-administration.ts';
import type { StoreSize } from '../ports/store.ts';
import type { AccessResults } from './access-results.ts';
import { AlarmWatch, type DiskUsage } from './alarm-watch.ts';
import type { BridgeFigures } from './bridge-families.ts';
import { emqxPrometheusText } from './emqx-families.ts';
import { prometheusText } from './families.ts';
import { History, type HistorySpan, type HistoryView, type Rates } from './history.ts';
import { LoopDelay, type LoopDelays } from './loop-delay.ts';
import { type ProcessUsage, processUsage } from './process-usage.ts';

export interface MetricsSources {
  readonly inspect: Inspect;
  readonly options: Pick<BrokerOptions, 'node'>;
  readonly clock: Clock;
  readonly durability: 'strict' | 'relaxed' | 'memory';
  /** Of a store on disk; undefined when it cannot be told. */
  readonly storeSize?: () => StoreSize | undefined;
  /** Of the disk of the store; asked every ten seconds. */
  readonly diskUsage?: () => DiskUsage | undefined;
  readonly access?: () => AccessResults;
  /** Left out where there are none. */
  readonly plugins?: () => readonly ShownPlugin[];
  /** Left out where there are none. */
  readonly bridges?: () => readonly BridgeFigures[];
  /** The process's own unless given. */
  readonly usage?: () => ProcessUsage;
}

/** What somebody wants to see who looks at the broker for a moment. */
export interface Overview {
  readonly atMs: number;
  readonly uptimeSeconds: number;
  readonly connections: number;
  readonly sessions: number;
  readonly subscriptions: number;
  readonly retained: { readonly messages: number; readonly bytes: number };
  readonly queued: { readonly messages: number; readonly bytes: number };
  readonly slowClients: number;
  /** Per second, of the last second. */
  readonly rates: Rates;
  /** Since the start; that nobody wanted a message is among them. */
  readonly drops: Readonly<Record<string, number>>;
  readonly dropsTotal: number;
  readonly store: {
    readonly commits: number;
    readonly commitFailures: number;
    /** Since the start; the upper ends of ranges, infinite above the last. */
    readonly commitSecondsP50: number;
    readonly commitSecondsP99: number;
    readonly recordsPerCommit: number;
    readonly bytes: number | undefined;
  };
  /** Of the last second. */
  readonly loopDelaySeconds: LoopDelays;
  readonly memoryBytes: number;
  /** Of one processor, in the last second. */
  readonly cpuPercent: number;
  readonly alarms: number;
}

const SAMPLE_MS = 1_000;
const SECONDS_PER_ALARM_LOOK = 10;
/** Seconds over which the processor's load is averaged for its alarm. */
const CPU_SECONDS = 60;

export class Metrics {
  readonly #sources: MetricsSources;
  readonly #usage: () => ProcessUsage;
  readonly #loop: LoopDelay;
  readonly #history: History;
  readonly #watch: AlarmWatch;
  readonly #stop: () => void;
  readonly #cpuPercents: number[] = [];
  #cpu: { readonly seconds: number; readonly atMs: number };
  #delays: LoopDelays = { p50: 0, p99: 0, max: 0 };
  #samples = 0;

  constructor(sources: MetricsSources) {
    const { inspect, clock, usage = processUsage } = sources;
    this.#sources = sources;
    this.#usage = usage;
    this.#loop = new LoopDelay(clock);
    this.#history = new History(inspect.readings(), clock.monotonic());
    this.#watch = new AlarmWatch(inspect.alarms);
    this.#cpu = { seconds: usage().cpuSeconds, atMs: clock.monotonic() };
    this.#stop = clock.every(SAMPLE_MS, () => this.#sample());
  }

  #sample(): void {
    const { inspect, clock } = this.#sources;
    const nowMs = clock.monotonic();
    const usage = this.#usage();
    const elapsedSeconds = Math.max(0.001, (nowMs - this.#cpu.atMs) / 1000);
    const cpuPercent = Math.max(0, ((usage.cpuSeconds - this.#cpu.seconds) / elapsedSeconds) * 100);
    this.#cpu = { seconds: usage.cpuSeconds, atMs: nowMs };
    this.#cpuPercents.push(cpuPercent);
    if (this.#cpuPercents.length > CPU_SECONDS) this.#cpuPercents.shift();
    this.#delays = this.#loop.take();
    const readings = inspect.readings();
    this.#history.sample(readings, { cpuPercent, loopDelaySeconds: this.#delays.max }, nowMs);
    if (++this.#samples % SECONDS_PER_ALARM_LOOK !== 0) return;
    const { diskUsage, access } = this.#sources;
    // A peak of a few seconds is no alarm.
    const cpuShare = this.#cpuPercents.length < CPU_SECONDS ? 0 : sum(this.#cpuPercents) / CPU_SECONDS / 100;
    this.#watch.look({ readings, process: usage, cpuShare, disk: diskUsage?.(), access: access?.() });
  }

  get rates(): Rates {
    return this.#history.rates;
  }

  history(span: HistorySpan): HistoryView {
    return this.#history.view(span);
  }

  /** In Prometheus' text format, of the type `EXPOSITION_TYPE`. */
  async prometheus(): Promise<string> {
    const { inspect, options, durability, storeSize, access, plugins, bridges } = this.#sources;
    const readings = await inspect.freshReadings();
    return prometheusText(readings, {
      version: inspect.facts.version,
      node: options.node,
      durability,
      loopDelay: this.#loop.histogram,
      process: this.#usage(),
      activeAlarms: inspect.alarms.active.length,
      store: storeSize?.(),
      access: access?.(),
      plugins: plugins?.(),
      bridges: bridges?.(),
    });
  }

  /** The same under EMQX 4's names. */
  emqxPrometheus(): string {
    return emqxPrometheusText(this.#sources.inspect.readings(), this.#usage(), (this.#cpuPercents.at(-1) ?? 0) / 100);
  }

  /** What EMQX 4's API answers to `/stats`. */
  emqxStats(): Record<string, number> {
    return readAll(emqxStats, this.#sources.inspect.readings());
  }

  /** What EMQX 4's API answers to `/metrics`. */
  emqxMetrics(): Record<string, number> {
    return readAll(emqxMetrics, this.#sources.inspect.readings());
  }

  overview(): Overview {
    const { inspect, storeSize } = this.#sources;
    const readings = inspect.readings();
    const { counters, contents } = readings;
    const { commitSeconds, commitRecords } = counters;
    return {
      atMs: readings.nowMs,
      uptimeSeconds: readings.uptimeSeconds,
      connections: readings.census.connected,
      sessions: readings.sessions,
      subscriptions: readings.subscriptions,
      retained: { messages: readings.retainedMessages, bytes: readings.retainedBytes },
      queued: { messages: contents.queuedMessages, bytes: contents.queuedBytes },
      slowClients: contents.slowClients,
      rates: this.#history.rates,
      drops: Object.fromEntries(counters.dropped),
      dropsTotal: dropped(readings),
      store: {
        commits: counters.commits,
        commitFailures: counters.commitFailures,
        commitSecondsP50: commitSeconds.quantile(0.5),
        commitSecondsP99: commitSeconds.quantile(0.99),
        recordsPerCommit: commitRecords.count === 0 ? 0 : commitRecords.sum / commitRecords.count,
        bytes: storeSize?.()?.usedBytes,
      },
      loopDelaySeconds: this.#delays,
      memoryBytes: readings.memoryBytes,
      cpuPercent: this.#cpuPercents.at(-1) ?? 0,
      alarms: inspect.alarms.active.length,
    };
  }

  close(): void {
    this.#stop();
    this.#loop.close();
  }
}
