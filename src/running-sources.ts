/**
 * The access sources of a running broker, taken from the chain and put back by their kind, as operators load and unload
 * what other brokers have as plugins. A kind of which the configuration has no section is opened as it is by default.
 */

import type { ChainSource } from './access/chain/access-chain.ts';
import { planAccess, type SourceSettings } from './config/access.ts';
import { defaultOrigin } from './config/error.ts';
import { Reading } from './config/reading.ts';
import { settle } from './config/settings.ts';
import type { PartSwitch } from './plugins/emqx-parts.ts';

/** The chain of the broker. */
export interface SourceChain {
  readonly sources: readonly ChainSource[];
  /** @param before the name of the source that is asked next; unless given, this one is asked last */
  addSource(source: ChainSource, before?: string): void;
  /** Takes it out of the chain; undefined: there is none of this name. */
  removeSource(name: string): ChainSource | undefined;
}

/** What the configuration has, whether it is in the chain or not, in the order in which it would be asked. */
export type PlanSources = (plugin: string) => Promise<readonly SourceSettings[]>;

export class RunningSources {
  readonly #chain: SourceChain;
  readonly #plan: PlanSources;
  readonly #open: (planned: SourceSettings) => Promise<ChainSource>;

  /** @param plan asked at each load, for the plugin that is loaded */
  constructor(chain: SourceChain, plan: PlanSources, open: (planned: SourceSettings) => Promise<ChainSource>) {
    this.#chain = chain;
    this.#plan = plan;
    this.#open = open;
  }

  /** @param plugin what operators call the sources of this kind */
  ofKind(kind: string, plugin: string): PartSwitch {
    const running = (): readonly ChainSource[] => this.#chain.sources.filter(({ source }) => source.kind === kind);
    return {
      isLoaded: () => running().length > 0,
      load: async () => await this.#load(kind, plugin),
      unload: async () => {
        for (const { source } of running()) await this.#chain.removeSource(source.name)?.source.close();
      },
    };
  }

  /** All sources of the kind, or none where one of them cannot be opened. */
  async #load(kind: string, plugin: string): Promise<void> {
    const plan = await this.#plan(plugin);
    const configured = plan.filter((one) => one.kind === kind);
    const opened: ChainSource[] = [];
    try {
      for (const planned of configured.length > 0 ? configured : byDefault(kind)) {
        opened.push(await this.#open(planned));
      }
    } catch (error) {
      for (const { source } of opened) await source.close();
      throw error;
    }
    const order = plan.map(({ name }) => name);
    for (const source of opened) this.#chain.addSource(source, this.#next(order, source.source.name));
  }

  /** The source in the chain that is asked after this one; undefined: none. */
  #next(order: readonly string[], name: string): string | undefined {
    const later = order.includes(name) ? order.slice(order.indexOf(name) + 1) : [];
    return later.find((one) => this.#chain.sources.some(({ source }) => source.name === one));
  }
}

/** The section that consists of its kind alone, and has its name. */
function byDefault(kind: string): readonly SourceSettings[] {
  const reading = new Reading();
  reading.mention(`access.${kind}`, defaultOrigin);
  reading.assign(`access.${kind}.type`, kind, defaultOrigin, '');
  return planAccess(settle([reading], []), true).sources;
}
