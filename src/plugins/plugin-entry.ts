/** What there is that can be loaded. */

import type { PluginDefinition } from '../ports/plugin.ts';
import type { Isolation } from './isolated/isolated-plugin.ts';
import type { GivenOptions } from './plugin-options.ts';

/** A plugin that can be loaded. */
export interface PluginEntry {
  readonly name: string;
  readonly kind: 'builtin' | 'package' | 'file';
  readonly description: string;
  /** Whether it is loaded unless an operator has said otherwise at run time. */
  readonly isEnabled: boolean;
  /** Finds it, anew each time it is loaded, where it runs in the broker's thread. */
  find(): Promise<PluginDefinition>;
  /** How it runs in a thread of its own; left out of what runs in the broker's. */
  readonly isolation?: Isolation;
  /** How the addresses of its code begin; left out of what comes with the broker. */
  codeAddress?(): string;
  options(): GivenOptions;
}

/** A part of the broker that is configured elsewhere and can be switched like a plugin. */
export interface PluginPart {
  readonly name: string;
  readonly description: string;
  /** Why it cannot be unloaded, or not loaded: the end of a sentence. Undefined where it can. */
  readonly fixed?: string;
  isLoaded(): boolean;
  load(): Promise<void>;
  unload(): Promise<void>;
}
