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
  addSource(source: ChainSource): void;
  /** Takes it out of the chain; undefined: there is none of this name. */
  removeSource(name: string): ChainSource | undefined;
}

export class RunningSources {
  readonly #chain: SourceChain;
  readonly #planned: readonly SourceSettings[];
  readonly #open: (planned: SourceSettings) => Promise<ChainSource>;

  /** @param planned what the configuration has, whether it is in the chain or not */
  constructor(
    chain: SourceChain,
    planned: readonly SourceSettings[],
    open: (planned: SourceSettings) => Promise<ChainSource>,
  ) {
    this.#chain = chain;
    this.#planned = planned;
    this.#open = open;
  }

  ofKind(kind: string): PartSwitch {
    const running = (): readonly ChainSource[] => this.#chain.sources.filter(({ source }) => source.kind === kind);
    return {
      isLoaded: () => running().length > 0,
      load: async () => {
        const configured = this.#planned.filter((one) => one.kind === kind);
        const opened: ChainSource[] = [];
        try {
          for (const planned of configured.length > 0 ? configured : byDefault(kind)) {
            opened.push(await this.#open(planned));
          }
        } catch (error) {
          for (const { source } of opened) await source.close();
          throw error;
        }
        for (const source of opened) this.#chain.addSource(source);
      },
      unload: async () => {
        for (const { source } of running()) await this.#chain.removeSource(source.name)?.source.close();
      },
    };
  }
}

/** The section that consists of its kind alone, and has its name. */
function byDefault(kind: string): readonly SourceSettings[] {
  const reading = new Reading();
  reading.mention(`access.${kind}`, defaultOrigin);
  reading.assign(`access.${kind}.type`, kind, defaultOrigin, '');
  return planAccess(settle([reading], []), true).sources;
}
