/** Joins plugins to the running broker: those that come with it, those of the configuration, and what EMQX has as plugins. */

import { dirname, join } from 'node:path';
import type { ChainSource } from './access/chain/access-chain.ts';
import { openSource } from './access-sources.ts';
import { recordLoaded } from './cli/emqx/record-loaded.ts';
import { planAccess, type SourceSettings } from './config/access.ts';
import { emqxHomeOf } from './config/emqx/home-folder.ts';
import { ConfigError, problemText } from './config/error.ts';
import type { Loaded } from './config/load.ts';
import type { Settings } from './config/settings.ts';
import type { EmbeddedBroker } from './embedded-broker.ts';
import { endConnections } from './end-connections.ts';
import { moduleEntries, webhookEntry } from './plugins/built-in.ts';
import { configuredEntries } from './plugins/configured.ts';
import { emqxAliases, emqxParts, type PartSwitch } from './plugins/emqx-parts.ts';
import { pluginError } from './plugins/failure.ts';
import { Plugins } from './plugins/plugins.ts';
import { type ServedParts, servedSwitches } from './plugins/served-switches.ts';
import { StoppedPlugins } from './plugins/stalls/stopped-plugins.ts';
import type { Log } from './ports/log.ts';
import type { Store } from './ports/store.ts';
import type { RunningBridges } from './running-sections.ts';
import { type PlanSources, RunningSources } from './running-sources.ts';
import { SystemClock } from './std/system-clock.ts';

/** EX_TEMPFAIL of sysexits.h: the same command works again, without the plugin. */
const PLUGIN_STALL_EXIT_CODE = 75;

export interface PluginDependencies {
  readonly broker: EmbeddedBroker;
  readonly loaded: Pick<Loaded, 'settings' | 'listeners' | 'dataDirectory' | 'folder' | 'withLoaded'>;
  readonly store: Store;
  readonly log: Log;
  readonly bridges: RunningBridges;
  readonly served: ServedParts;
}

/**
 * To be called before the listeners open, so that no client comes in past a plugin; close it before the broker.
 * @throws BackendError `PLUGIN_…`
 */
export async function openPlugins(dependencies: PluginDependencies): Promise<Plugins> {
  const { broker, loaded, store, log, bridges, served } = dependencies;
  const { settings } = loaded;
  const clock = new SystemClock();
  const { switches } = broker.pluginSeam.broker;
  const open = (planned: SourceSettings): Promise<ChainSource> =>
    openSource(planned, settings, store, log, {
      rulesChanged: () => broker.rulesChanged(),
      endConnections: (kind, name) => endConnections(broker, kind, name),
    });
  const plan: PlanSources = async (plugin) => {
    return planAccess(await currentSettings(plugin, loaded), true, true).sources;
  };
  const sources = new RunningSources(broker, plan, open);
  return await Plugins.open({
    ...broker.pluginSeam,
    store,
    clock,
    log,
    entries: [
      ...moduleEntries(settings, broker.pluginSeam.broker.counters),
      ...configuredEntries(settings.entries.get('plugins') ?? new Map(), loaded.folder),
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
      bridges: bridgeSwitch(bridges),
      ...servedSwitches(served, loaded.listeners, broker),
      source: (kind, plugin) => sources.ofKind(kind, plugin),
    }),
    aliases: emqxAliases,
    ...(loaded.withLoaded !== undefined && { keepChoice: homeKeeper(loaded.folder, log) }),
    stopped: new StoppedPlugins(join(loaded.dataDirectory, 'plugins-stopped.json')),
    endProcess: () => process.exit(PLUGIN_STALL_EXIT_CODE),
  });
}

/** As they are when a plugin of EMQX is loaded, whose file counts as it is then. @throws BackendError with every mistake */
async function currentSettings(plugin: string, loaded: PluginDependencies['loaded']): Promise<Settings> {
  if (loaded.withLoaded === undefined) return loaded.settings;
  try {
    return (await loaded.withLoaded(plugin)).settings;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw pluginError('OPTIONS', `parse_config_file_failed: ${error.problems.map(problemText).join('; ')}`, error);
  }
}

/** Writes into the home directory of EMQX what was loaded and unloaded, under the names there. */
function homeKeeper(folder: string, log: Log): (name: string, loaded: boolean) => void {
  // The configuration may be named by its main file, in the folder below.
  const home = emqxHomeOf(folder) ?? dirname(folder);
  const names = new Map([...emqxAliases].map(([name, own]) => [own, name]).reverse() as [string, string][]);
  return (name, isLoaded) => {
    try {
      recordLoaded(home, process.env, names.get(name) ?? name, isLoaded);
    } catch (error) {
      log.warn('What is loaded could not be written and holds until the next start', {
        plugin: name,
        cause: (error as Error).message,
      });
    }
  };
}

function flag(get: () => boolean, set: (value: boolean) => void): PartSwitch {
  return { isLoaded: get, load: async () => set(true), unload: async () => set(false) };
}

/** All bridges together. Where there are none, what is loaded counts at the next start. */
function bridgeSwitch(bridges: RunningBridges): PartSwitch {
  const names = (): string[] => bridges.list().map(({ name }) => name);
  let isLoaded = names().length > 0;
  return {
    isLoaded: () => isLoaded,
    load: async () => {
      for (const name of names()) bridges.start(name);
      isLoaded = true;
    },
    unload: async () => {
      for (const name of names()) await bridges.stop(name);
      isLoaded = false;
    },
  };
}
