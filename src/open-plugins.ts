/** Joins plugins to the running broker: those that come with it, those of the configuration, and what EMQX has as plugins. */

import { dirname } from 'node:path';
import type { ChainSource } from './access/chain/access-chain.ts';
import { openSource } from './access-sources.ts';
import type { Bridges } from './bridges/bridges.ts';
import { planAccess, type SourceSettings } from './config/access.ts';
import type { Loaded } from './config/load.ts';
import type { EmbeddedBroker } from './embedded-broker.ts';
import { moduleEntries, webhookEntry } from './plugins/built-in.ts';
import { configuredEntries } from './plugins/configured.ts';
import { emqxAliases, emqxParts, type PartSwitch } from './plugins/emqx-parts.ts';
import { Plugins } from './plugins/plugins.ts';
import type { Log } from './ports/log.ts';
import type { Store } from './ports/store.ts';
import { RunningSources } from './running-sources.ts';
import { SystemClock } from './std/system-clock.ts';

export interface PluginDependencies {
  readonly broker: EmbeddedBroker;
  readonly loaded: Pick<Loaded, 'settings'>;
  readonly store: Store;
  readonly log: Log;
  readonly bridges: Bridges | undefined;
  /** The configuration file, beside which packages are looked for; the working directory unless given. */
  readonly file?: string | undefined;
}

/**
 * To be called before the listeners open, so that no client comes in past a plugin; close it before the broker.
 * @throws BackendError `PLUGIN_…`
 */
export async function openPlugins(dependencies: PluginDependencies): Promise<Plugins> {
  const { broker, loaded, store, log, bridges, file } = dependencies;
  const { settings } = loaded;
  const clock = new SystemClock();
  const { switches } = broker.pluginSeam.broker;
  const open = (planned: SourceSettings): Promise<ChainSource> =>
    openSource(planned, settings, store, log, () => broker.rulesChanged());
  const sources = new RunningSources(broker, planAccess(settings, true, true).sources, open);
  const folder = file === undefined ? process.cwd() : dirname(file);
  return await Plugins.open({
    ...broker.pluginSeam,
    store,
    clock,
    log,
    entries: [
      ...moduleEntries(settings),
      ...configuredEntries(settings.entries.get('plugins') ?? new Map(), folder),
      webhookEntry(settings, clock),
    ],
    parts: emqxParts({
      presence: flag(
        () => switches.presence,
        (value) => {
          switches.presence = value;
        },
      ),
      retained: flag(
        () => switches.retained,
        (value) => {
          switches.retained = value;
        },
      ),
      ...(bridges !== undefined && { bridges: bridgeSwitch(bridges) }),
      source: (kind) => sources.ofKind(kind),
    }),
    aliases: emqxAliases,
  });
}

function flag(get: () => boolean, set: (value: boolean) => void): PartSwitch {
  return { isLoaded: get, load: async () => set(true), unload: async () => set(false) };
}

/** All bridges together. */
function bridgeSwitch(bridges: Bridges): PartSwitch {
  let isLoaded = true;
  return {
    isLoaded: () => isLoaded,
    load: async () => {
      for (const { name } of bridges.list()) bridges.start(name);
      isLoaded = true;
    },
    unload: async () => {
      for (const { name } of bridges.list()) await bridges.stop(name);
      isLoaded = false;
    },
  };
}
