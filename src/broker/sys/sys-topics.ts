/**
 * What the broker tells of itself on `$SYS`, in the topics of EMQX 4 and of Mosquitto. Each topic is as it is there:
 * what Mosquitto retains is there for new subscriptions and is published when it has changed; what EMQX does not retain
 * comes with its interval only. No value is read for a topic that nobody wants.
 */

import type { Clock } from '../../ports/clock.ts';
import { clockText, uptimeText } from '../../std/date-texts.ts';
import type { Readings } from '../inspect/readings.ts';
import type { BrokerOptions } from '../options.ts';
import { emqxMetrics, emqxStats } from './emqx-names.ts';
import { LoadAverages } from './load-averages.ts';
import { loadCounts, mosquittoTopics } from './mosquitto-names.ts';
import type { SystemMessages } from './system-messages.ts';

export interface SysTopicsContext {
  readonly options: BrokerOptions;
  readonly clock: Clock;
}

export interface SysFacts {
  /** `0.1.0`. */
  readonly version: string;
}

const DESCRIPTION = 'Hoopoe';

/** Whoever subscribes again and again does not make the broker read everything again and again. */
const STANDING_AGE_MS_MAX = 1_000;

const MOSQUITTO_PREFIX = '$SYS/broker/';

export class SysTopics {
  readonly #context: SysTopicsContext;
  readonly #system: SystemMessages;
  readonly #read: () => Readings;
  readonly #facts: SysFacts;
  readonly #stops: (() => void)[] = [];
  /** What was published last on each of Mosquitto's topics. */
  readonly #published = new Map<string, string>();
  #averages: LoadAverages | undefined;
  #averagedAtMs = 0;
  #stoodAtMs = Number.NEGATIVE_INFINITY;

  constructor(context: SysTopicsContext, system: SystemMessages, read: () => Readings, facts: SysFacts) {
    this.#context = context;
    this.#system = system;
    this.#read = read;
    this.#facts = facts;
    const { sysTree, sysEmqxSeconds, sysHeartbeatSeconds, sysMosquittoSeconds } = context.options;
    if (sysTree === 'both' || sysTree === 'emqx') this.#beginEmqx(sysEmqxSeconds, sysHeartbeatSeconds);
    if ((sysTree === 'both' || sysTree === 'mosquitto') && sysMosquittoSeconds > 0) {
      this.#beginMosquitto(sysMosquittoSeconds);
    }
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  #every(seconds: number, task: () => void): void {
    if (seconds > 0) this.#stops.push(this.#context.clock.every(seconds * 1000, task));
  }

  // EMQX.

  #beginEmqx(seconds: number, heartbeatSeconds: number): void {
    const { node } = this.#context.options;
    const own = `$SYS/brokers/${node}`;
    const fixed: readonly (readonly [topic: string, text: string])[] = [
      ['$SYS/brokers', node],
      [`${own}/version`, this.#facts.version],
      [`${own}/sysdescr`, DESCRIPTION],
    ];
    for (const [topic, text] of fixed) this.#system.stand(topic, text);
    this.#every(seconds, () => {
      for (const [topic, text] of fixed) this.#system.announce(topic, () => text);
      this.#publishNumbers(own);
    });
    this.#every(heartbeatSeconds, () => {
      this.#system.announce(`${own}/uptime`, () => uptimeText(this.#read().uptimeSeconds));
      this.#system.announce(`${own}/datetime`, () => clockText(this.#context.clock.now()));
    });
  }

  #publishNumbers(own: string): void {
    let readings: Readings | undefined;
    const announce = (topic: string, read: (readings: Readings) => number): void => {
      this.#system.announce(topic, () => {
        readings ??= this.#read();
        return String(Math.max(0, read(readings)));
      });
    };
    for (const { name, read } of emqxStats) announce(`${own}/stats/${name}`, read);
    for (const { name, read } of emqxMetrics) announce(`${own}/metrics/${name.replaceAll('.', '/')}`, read);
  }

  // Mosquitto.

  #beginMosquitto(seconds: number): void {
    const { clock } = this.#context;
    this.#system.stand(`${MOSQUITTO_PREFIX}version`, `hoopoe version ${this.#facts.version}`, { qos: 2 });
    this.#averages = new LoadAverages(loadCounts(this.#read()));
    this.#averagedAtMs = clock.monotonic();
    this.#every(seconds, () => this.#mosquittoTick());
    this.#system.beforeWalk((filter) => this.#bringUpToDate(filter));
  }

  #mosquittoTick(): void {
    const nowMs = this.#context.clock.monotonic();
    const readings = this.#read();
    const seconds = (nowMs - this.#averagedAtMs) / 1000;
    if (seconds > 0) this.#averages!.update(loadCounts(readings), seconds);
    this.#averagedAtMs = nowMs;
    for (const [name, value] of this.#mosquittoValues(readings)) {
      const topic = MOSQUITTO_PREFIX + name;
      if (!this.#system.isWanted(topic)) continue;
      const text = value();
      if (text === undefined || this.#published.get(topic) === text) continue;
      this.#published.set(topic, text);
      this.#system.announce(topic, () => text, { qos: 2 });
    }
  }

  *#mosquittoValues(readings: Readings): Generator<readonly [name: string, value: () => string | undefined]> {
    for (const name in mosquittoTopics) {
      yield [
        name,
        () => {
          const value = mosquittoTopics[name]!(readings);
          return value === undefined ? undefined : String(value);
        },
      ];
    }
    for (const [name, average] of this.#averages!.averages) yield [`load/${name}`, () => average.toFixed(2)];
  }

  /** A subscription begins with how things are now, not with how they were at the last interval. */
  #bringUpToDate(filter: string): void {
    const nowMs = this.#context.clock.monotonic();
    if (!mayMatch(filter, MOSQUITTO_PREFIX) || nowMs - this.#stoodAtMs < STANDING_AGE_MS_MAX) return;
    this.#stoodAtMs = nowMs;
    for (const [name, value] of this.#mosquittoValues(this.#read())) {
      const text = value();
      if (text !== undefined) this.#system.stand(MOSQUITTO_PREFIX + name, text, { qos: 2 });
    }
  }
}

/** Whether a filter that begins with `$SYS/` may match names that begin with `prefix`. */
function mayMatch(filter: string, prefix: string): boolean {
  if (filter.startsWith(prefix)) return true;
  const second = filter.slice('$SYS/'.length).split('/', 1)[0];
  return second === '#' || second === '+';
}
