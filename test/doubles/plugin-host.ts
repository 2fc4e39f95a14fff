/** A broker in memory with plugins, as a start puts them together. */

import type { Isolation } from '../../src/plugins/isolated/isolated-plugin.ts';
import type { PluginsParts } from '../../src/plugins/plugins.ts';
import { Plugins } from '../../src/plugins/plugins.ts';
import type { Log, LogFields } from '../../src/ports/log.ts';
import type { PluginDefinition } from '../../src/ports/plugin.ts';
import type { Store } from '../../src/ports/store.ts';
import { MemoryStore } from '../../src/stores/memory.ts';
import { type TestBroker, type TestBrokerOptions, testBroker } from '../../src/testing/index.ts';

export interface PluginHost {
  readonly t: TestBroker;
  readonly plugins: Plugins;
  /** What was told to the log, oldest first. */
  readonly lines: { readonly message: string; readonly fields: LogFields | undefined }[];
  close(): Promise<void>;
}

export interface HostOptions extends TestBrokerOptions {
  readonly store?: Store;
  readonly given?: ReadonlyMap<string, unknown>;
  readonly isEnabled?: boolean;
  readonly parts?: PluginsParts['parts'];
  readonly aliases?: ReadonlyMap<string, string>;
  /** Isolated plugins are found where this says, and run where `threads` says. */
  readonly isolation?: Isolation;
  readonly threads?: PluginsParts['threads'];
}

/** Loads the plugins into a new broker. */
export async function pluginHost(definitions: readonly unknown[], options: HostOptions = {}): Promise<PluginHost> {
  const { given = new Map(), isEnabled = true, parts = [], aliases = new Map(), isolation, threads, ...rest } = options;
  const lines: PluginHost['lines'] = [];
  const note: Log['info'] = (message, fields) => {
    lines.push({ message, fields });
  };
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const store = options.store ?? new MemoryStore();
  const t = await testBroker({ log, ...rest, store });
  const plugins = await Plugins.open({
    broker: t.broker,
    access: {
      add: (source, isPlugin) => t.access.add(source, isPlugin),
      remove: (name) => t.access.remove(name),
    },
    store,
    clock: t.clock,
    log,
    entries: (definitions as readonly PluginDefinition[]).map((definition) => ({
      name: definition.name,
      kind: 'file',
      description: '',
      isEnabled,
      find: async () => definition,
      ...(isolation !== undefined && { isolation }),
      options: () => given,
    })),
    parts,
    aliases,
    ...(threads !== undefined && { threads }),
  });
  return {
    t,
    plugins,
    lines,
    close: async () => {
      const closing = plugins.close();
      await t.advance(1);
      await closing;
      await t.close();
    },
  };
}
