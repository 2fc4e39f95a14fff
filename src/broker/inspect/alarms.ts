/**
 * What an operator has to see to, while it lasts and for a while afterwards: a bounded list, the same alarm once however
 * often it is raised. Names are EMQX's where it has the alarm.
 */

import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { SystemMessages } from '../sys/system-messages.ts';

export interface Alarm {
  /** `high_system_memory_usage`, `store_failed`, `access_source_down/devices`. */
  readonly name: string;
  readonly message: string;
  /** Numbers and names behind the message. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly activatedAtMs: number;
  /** 0 while it lasts. */
  readonly deactivatedAtMs: number;
}

export interface AlarmsContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly options: { readonly node: string };
}

/** Alarms that last at the same time; others are logged only. */
const ACTIVE_MAX = 1_000;
/** The oldest goes when there are more. */
const HISTORY_MAX = 1_000;
const HISTORY_MS_MAX = 24 * 60 * 60 * 1000;
const NAME_LENGTH_MAX = 200;

export class Alarms {
  readonly #context: AlarmsContext;
  readonly #system: SystemMessages;
  readonly #active = new Map<string, Alarm>();
  /** Oldest first. */
  #history: Alarm[] = [];
  readonly #listeners = new Set<(alarm: Alarm) => void>();

  constructor(context: AlarmsContext, system: SystemMessages) {
    this.#context = context;
    this.#system = system;
  }

  /** Those that last, the newest first. */
  get active(): readonly Alarm[] {
    return [...this.#active.values()].reverse();
  }

  /** Those of the last day that are over, the newest first. */
  get history(): readonly Alarm[] {
    this.#forgetOld();
    return [...this.#history].reverse();
  }

  /** Raises an alarm. False when it lasts already; the first message stays. */
  activate(name: string, message: string, details: Readonly<Record<string, unknown>> = {}): boolean {
    const key = name.slice(0, NAME_LENGTH_MAX);
    if (this.#active.has(key)) return false;
    const alarm: Alarm = { name: key, message, details, activatedAtMs: this.#context.clock.now(), deactivatedAtMs: 0 };
    this.#context.log.warn('An alarm was raised', { alarm: key, message });
    if (this.#active.size < ACTIVE_MAX) this.#active.set(key, alarm);
    this.#tell(alarm);
    return true;
  }

  /** Ends an alarm. False when there is none of that name. */
  deactivate(name: string): boolean {
    const key = name.slice(0, NAME_LENGTH_MAX);
    const active = this.#active.get(key);
    if (active === undefined) return false;
    this.#active.delete(key);
    const over = { ...active, deactivatedAtMs: this.#context.clock.now() };
    this.#history.push(over);
    if (this.#history.length > HISTORY_MAX) this.#history.shift();
    this.#context.log.info('An alarm is over', { alarm: key });
    this.#tell(over);
    return true;
  }

  /** Raises or ends an alarm, as the world is. */
  set(name: string, isActive: boolean, message: () => string, details?: Readonly<Record<string, unknown>>): void {
    if (!isActive) this.deactivate(name);
    else if (!this.#active.has(name)) this.activate(name, message(), details);
  }

  clearHistory(): void {
    this.#history = [];
  }

  /** Calls `listener` for each alarm that is raised or over. Returns the function that ends it. */
  on(listener: (alarm: Alarm) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #forgetOld(): void {
    const oldestMs = this.#context.clock.now() - HISTORY_MS_MAX;
    this.#history = this.#history.filter(({ deactivatedAtMs }) => deactivatedAtMs >= oldestMs);
  }

  #tell(alarm: Alarm): void {
    const { options, log } = this.#context;
    const event = alarm.deactivatedAtMs === 0 ? 'activate' : 'deactivate';
    const properties = { contentType: 'application/json' };
    this.#system.announce(`$SYS/brokers/${options.node}/alarms/${event}`, () => alarmJson(alarm), { properties });
    for (const listener of [...this.#listeners]) {
      try {
        listener(alarm);
      } catch (error) {
        log.error('A listener of alarms failed', { error: error instanceof Error ? error.stack : String(error) });
      }
    }
  }
}

/** As EMQX 4.3 says it, with microseconds. */
function alarmJson({ name, message, details, activatedAtMs, deactivatedAtMs }: Alarm): string {
  return JSON.stringify({
    name,
    details,
    message,
    activate_at: activatedAtMs * 1000,
    deactivate_at: deactivatedAtMs === 0 ? 'infinity' : deactivatedAtMs * 1000,
    activated: deactivatedAtMs === 0,
  });
}
