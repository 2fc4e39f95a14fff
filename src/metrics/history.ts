/**
 * How things went: rates and numbers of each second of the last ten minutes and of each minute of the last day, for
 * charts. Memory is taken once and does not grow.
 */

import type { Readings } from '../broker/inspect/readings.ts';
import { dropped, sum } from '../broker/inspect/readings.ts';
import { Ring } from './ring.ts';

/** Rates, per second. */
export const rateNames = ['messagesIn', 'messagesOut', 'bytesIn', 'bytesOut', 'connects', 'drops'] as const;

export type RateName = (typeof rateNames)[number];

export type Rates = Readonly<Record<RateName, number>>;

const gaugeNames = [
  'connections',
  'sessions',
  'subscriptions',
  'retainedMessages',
  'memoryBytes',
  'cpuPercent',
  'loopDelaySeconds',
] as const;

export type GaugeName = (typeof gaugeNames)[number];

export type SeriesName = RateName | GaugeName;

/** What no counter tells. */
export interface Moment {
  /** Of one processor. */
  readonly cpuPercent: number;
  /** The longest since the moment before. */
  readonly loopDelaySeconds: number;
}

export type HistorySpan = '10m' | '24h';

export interface HistoryView {
  readonly stepSeconds: number;
  /** Of the oldest and the newest sample, in milliseconds since the epoch; both 0 when there is none. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Oldest first, all of the same length. */
  readonly series: Readonly<Record<SeriesName, readonly number[]>>;
}

const SECONDS_KEPT = 600;
const MINUTES_KEPT = 1_440;

type Counts = Record<RateName, number>;

/** Where rates are counted from. */
interface Mark {
  readonly counts: Counts;
  readonly monotonicMs: number;
}

export class History {
  readonly #seconds = new Ring<SeriesName>([...rateNames, ...gaugeNames], SECONDS_KEPT);
  readonly #minutes = new Ring<SeriesName>([...rateNames, ...gaugeNames], MINUTES_KEPT);
  #second: Mark;
  #minute: Mark;
  /** Of the seconds of this minute. */
  #cpuPercents: number[] = [];
  #loopDelayMax = 0;
  #sampledAtMs = 0;
  #minuteAtMs = 0;
  #rates: Rates = Object.fromEntries(rateNames.map((name) => [name, 0])) as Rates;

  /** @param monotonicMs now */
  constructor(readings: Readings, monotonicMs: number) {
    this.#second = { counts: countsOf(readings), monotonicMs };
    this.#minute = this.#second;
  }

  /** Of the last second. */
  get rates(): Rates {
    return this.#rates;
  }

  /** To be called once a second. */
  sample(readings: Readings, moment: Moment, monotonicMs: number): void {
    const now: Mark = { counts: countsOf(readings), monotonicMs };
    const gauges = gaugesOf(readings);
    this.#rates = ratesOf(this.#second, now);
    this.#seconds.push({ ...this.#rates, ...gauges, ...moment });
    this.#second = now;
    this.#sampledAtMs = readings.nowMs;
    this.#cpuPercents.push(moment.cpuPercent);
    this.#loopDelayMax = Math.max(this.#loopDelayMax, moment.loopDelaySeconds);
    if (monotonicMs - this.#minute.monotonicMs < 59_500) return;
    this.#minutes.push({
      ...ratesOf(this.#minute, now),
      ...gauges,
      cpuPercent: sum(this.#cpuPercents) / this.#cpuPercents.length,
      loopDelaySeconds: this.#loopDelayMax,
    });
    this.#minute = now;
    this.#minuteAtMs = readings.nowMs;
    this.#cpuPercents = [];
    this.#loopDelayMax = 0;
  }

  view(span: HistorySpan): HistoryView {
    const [ring, stepSeconds, toMs] =
      span === '10m' ? [this.#seconds, 1, this.#sampledAtMs] : [this.#minutes, 60, this.#minuteAtMs];
    const fromMs = ring.length === 0 ? 0 : toMs - (ring.length - 1) * stepSeconds * 1000;
    return { stepSeconds, fromMs, toMs, series: ring.series() };
  }
}

function countsOf(readings: Readings): Counts {
  const { traffic, connectionsAccepted } = readings.counters;
  return {
    messagesIn: traffic.receivedOf('publish'),
    messagesOut: traffic.sentOf('publish'),
    bytesIn: traffic.bytesReceived,
    bytesOut: traffic.bytesSent,
    connects: connectionsAccepted,
    // That nobody wants a message is no loss.
    drops: dropped(readings) - dropped(readings, 'no_subscriber'),
  };
}

function gaugesOf({
  census,
  sessions,
  subscriptions,
  retainedMessages,
  memoryBytes,
}: Readings): Record<Exclude<GaugeName, keyof Moment>, number> {
  return { connections: census.connected, sessions, subscriptions, retainedMessages, memoryBytes };
}

function ratesOf(before: Mark, now: Mark): Rates {
  const seconds = Math.max(0.001, (now.monotonicMs - before.monotonicMs) / 1000);
  return Object.fromEntries(
    rateNames.map((name) => [name, (now.counts[name] - before.counts[name]) / seconds]),
  ) as Rates;
}
