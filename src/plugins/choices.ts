/** What operators have chosen at run time, kept over restarts: which plugins are loaded, and their options. */

import type { Store } from '../ports/store.ts';
import type { GivenOptions } from './plugin-options.ts';

/** What is recorded of a plugin that an operator has loaded or unloaded. */
interface Choice {
  readonly loaded: boolean;
  /** What the configuration said then; once it says something else, it is right. */
  readonly configured: boolean;
}

const RECORD = 'plugins/loaded/';

/** As JSON. */
const OPTIONS = 'plugins/options/';

export interface ChoicesParts {
  readonly store: Store;
  /**
   * Keeps what is loaded where the configuration is read from, so that the configuration alone says it at the next start.
   * Unless given, the store keeps it.
   */
  keepChoice?(name: string, loaded: boolean): void;
}

export class Choices {
  readonly #parts: ChoicesParts;

  constructor(parts: ChoicesParts) {
    this.#parts = parts;
  }

  /** @param configured what holds unless an operator has said otherwise since */
  isLoaded(name: string, configured: boolean): boolean {
    const { store, keepChoice } = this.#parts;
    const record = store.get(RECORD + name);
    if (record === undefined || keepChoice !== undefined) return configured;
    try {
      const choice = JSON.parse(Buffer.from(record).toString()) as Choice;
      return choice.configured === configured ? choice.loaded : configured;
    } catch {
      return configured;
    }
  }

  async remember(name: string, loaded: boolean, configured: boolean): Promise<void> {
    const { store, keepChoice } = this.#parts;
    if (keepChoice !== undefined) {
      keepChoice(name, loaded);
      return;
    }
    store.put(RECORD + name, Buffer.from(JSON.stringify({ loaded, configured } satisfies Choice)));
    await store.commit();
  }

  changedOptions(name: string): GivenOptions {
    const record = this.#parts.store.get(OPTIONS + name);
    if (record === undefined) return new Map();
    return new Map(JSON.parse(Buffer.from(record).toString()) as [string, unknown][]);
  }

  async changeOptions(name: string, options: GivenOptions): Promise<void> {
    const { store } = this.#parts;
    store.put(OPTIONS + name, Buffer.from(JSON.stringify([...this.changedOptions(name), ...options])));
    await store.commit();
  }
}
