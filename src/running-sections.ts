/**
 * Listeners, access sources and bridges that come, change and go while the broker runs, one at a time: what is to be
 * opened is opened first, or what was open before is opened again.
 */

import { openSource } from './access-sources.ts';
import type { Bridges } from './bridges/bridges.ts';
import type { BridgeSpec, BridgeStatus } from './bridges/spec.ts';
import { StartError } from './cli/start-error.ts';
import { zoneOptions } from './config/broker-options.ts';
import type { SectionChange } from './config/changing/section-changes.ts';
import type { SectionPreview, SectionSwitch } from './config/changing/sections.ts';
import type { Loaded } from './config/load.ts';
import type { Settings } from './config/settings.ts';
import type { EmbeddedBroker } from './embedded-broker.ts';
import { endConnections } from './end-connections.ts';
import { ListenerError } from './listeners/error.ts';
import { BackendError } from './ports/backend-error.ts';
import type { Log } from './ports/log.ts';
import type { Store } from './ports/store.ts';
import type { RunningListeners, ZoneOf } from './running-listeners.ts';

/** How long a server is waited for that only has to show that it is there. */
const LOOK_MS_MAX = 5000;

const fine: SectionPreview = { doubts: [], refused: [] };

/** Bridges that may come later: what they need is loaded with the first one. */
export class RunningBridges {
  readonly #open: (specs: readonly BridgeSpec[]) => Promise<Bridges>;
  #bridges: Bridges | undefined;

  /** @param bridges those of the configuration; undefined where there is none */
  constructor(open: (specs: readonly BridgeSpec[]) => Promise<Bridges>, bridges: Bridges | undefined) {
    this.#open = open;
    this.#bridges = bridges;
  }

  list(): BridgeStatus[] {
    return this.#bridges?.list() ?? [];
  }

  /** False: there is no such bridge. */
  start(name: string): boolean {
    return this.#bridges?.start(name) ?? false;
  }

  /** False: there is no such bridge. */
  async stop(name: string): Promise<boolean> {
    return (await this.#bridges?.stop(name)) ?? false;
  }

  /** @throws BackendError `BRIDGE_NAMES` with everything as it was */
  async put(spec: BridgeSpec): Promise<void> {
    this.#bridges ??= await this.#open([]);
    await this.#bridges.put(spec);
  }

  async remove(name: string): Promise<void> {
    await this.#bridges?.remove(name);
  }
}

export interface SectionParts {
  readonly broker: EmbeddedBroker;
  readonly listeners: RunningListeners;
  readonly bridges: RunningBridges;
  readonly store: Store;
  readonly log: Log;
}

/** What is done with the sections of one collection. */
interface Kind {
  look(name: string, given: Loaded): Promise<SectionPreview>;
  apply(name: string, given: Loaded): Promise<'applied' | 'needs_restart'>;
}

export class RunningSections implements SectionSwitch {
  readonly #kinds: Readonly<Record<SectionChange['collection'], Kind>>;

  constructor(parts: SectionParts) {
    this.#kinds = { listeners: new ListenerKind(parts), access: new SourceKind(parts), bridges: new BridgeKind(parts) };
  }

  async look({ collection, name }: SectionChange, given: Loaded): Promise<SectionPreview> {
    try {
      return await this.#kinds[collection].look(name, given);
    } catch (error) {
      return { doubts: [], refused: [{ code: 'not_open', message: asNotOpened(error).message }] };
    }
  }

  async apply({ collection, name }: SectionChange, given: Loaded): Promise<'applied' | 'needs_restart'> {
    try {
      return await this.#kinds[collection].apply(name, given);
    } catch (error) {
      throw asNotOpened(error);
    }
  }
}

/** @throws whatever is a mistake of the program, as it is */
function asNotOpened(error: unknown): BackendError {
  if (error instanceof StartError || error instanceof ListenerError || error instanceof BackendError) {
    return new BackendError('SECTION_NOT_OPENED', error.message, { cause: error });
  }
  throw error;
}

class ListenerKind implements Kind {
  readonly #listeners: RunningListeners;

  constructor({ listeners }: SectionParts) {
    this.#listeners = listeners;
  }

  async look(name: string, given: Loaded): Promise<SectionPreview> {
    const planned = given.listeners.find((one) => one.name === name);
    if (planned !== undefined) await this.#listeners.look(planned, zonesOf(given.settings));
    return fine;
  }

  async apply(name: string, given: Loaded): Promise<'applied'> {
    const planned = given.listeners.find((one) => one.name === name);
    if (planned === undefined) await this.#listeners.remove(name);
    else await this.#listeners.put(planned, zonesOf(given.settings));
    return 'applied';
  }
}

function zonesOf(settings: Settings): ZoneOf {
  return (zone) => zoneOptions(settings, zone);
}

class SourceKind implements Kind {
  readonly #parts: SectionParts;

  constructor(parts: SectionParts) {
    this.#parts = parts;
  }

  #open(planned: Loaded['sources'][number], { settings }: Loaded): ReturnType<typeof openSource> {
    const { broker, store, log } = this.#parts;
    return openSource(planned, settings, store, log, {
      rulesChanged: () => broker.rulesChanged(),
      endConnections: (kind, name) => endConnections(broker, kind, name),
    });
  }

  async look(name: string, given: Loaded): Promise<SectionPreview> {
    const planned = given.sources.find((one) => one.name === name);
    // One that keeps its users here has nobody to ask, and one that is switched off asks nobody.
    if (planned === undefined || planned.kind === 'builtin') return fine;
    const { source } = await this.#open(planned, given);
    try {
      await within(LOOK_MS_MAX, source.test?.());
      return fine;
    } catch (error) {
      return { doubts: [error instanceof Error ? error.message : String(error)], refused: [] };
    } finally {
      await source.close();
    }
  }

  async apply(name: string, given: Loaded): Promise<'applied' | 'needs_restart'> {
    const { broker, listeners } = this.#parts;
    const planned = given.sources.find((one) => one.name === name);
    const before = broker.sources.find(({ source }) => source.name === name);
    // Messages on control topics are handed to the sources that were there at the start.
    if (before?.source.control !== undefined) return 'needs_restart';
    const opened = planned === undefined ? undefined : await this.#open(planned, given);
    broker.removeSource(name);
    if (opened !== undefined) broker.addSource(opened, this.#next(name, given));
    listeners.chooseSources(given.listeners);
    await before?.source.close();
    return 'applied';
  }

  /** The source in the chain that is asked after this one; undefined: none. */
  #next(name: string, { sources }: Loaded): string | undefined {
    const order = sources.map((one) => one.name);
    const running = new Set(this.#parts.broker.sources.map(({ source }) => source.name));
    return order.slice(order.indexOf(name) + 1).find((one) => running.has(one));
  }
}

class BridgeKind implements Kind {
  readonly #bridges: RunningBridges;

  constructor({ bridges }: SectionParts) {
    this.#bridges = bridges;
  }

  async look(name: string, given: Loaded): Promise<SectionPreview> {
    const spec = await specOf(name, given);
    if (spec === undefined) return fine;
    const { addressText, answers } = await import('./bridges/dial.ts');
    const reached = await Promise.all(spec.addresses.map((address) => answers(address, LOOK_MS_MAX)));
    const silent = spec.addresses.filter((_address, at) => reached[at] !== true).map(addressText);
    if (silent.length === 0) return fine;
    return { doubts: [`Nobody answers at ${silent.join(', ')}; the bridge tries again by itself`], refused: [] };
  }

  async apply(name: string, given: Loaded): Promise<'applied'> {
    const spec = await specOf(name, given);
    if (spec === undefined) await this.#bridges.remove(name);
    else await this.#bridges.put(spec);
    return 'applied';
  }
}

async function specOf(name: string, { settings }: Loaded): Promise<BridgeSpec | undefined> {
  const values = settings.bridges.get(name);
  if (values === undefined) return undefined;
  const { bridgeSpecs } = await import('./open-bridges.ts');
  return bridgeSpecs(new Map([[name, values]]))[0];
}

/** @throws Error when it takes longer */
async function within(ms: number, work: Promise<unknown> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const text = `There was no answer within ${ms / 1000} s`;
    timer = setTimeout(() => reject(new BackendError('ACCESS_UNAVAILABLE', text)), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
