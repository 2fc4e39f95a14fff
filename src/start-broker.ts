/**
 * Settings → store → sources → broker → listeners → management interface: what the command `run` starts, and how all of
 * it is read again and ended.
 */

import { join } from 'node:path';
import type { ChainSource } from './access/chain/access-chain.ts';
import { testSources } from './access/chain/test-sources.ts';
import { chainRules, openSources, reloadSources } from './access-sources.ts';
import { LogRing } from './api/log-ring.ts';
import type { Bridges } from './bridges/bridges.ts';
import { type BrokerOptions, takeLiveOptions } from './broker/options.ts';
import type { EffectiveDurability, RunningBroker, StartBroker } from './cli/program.ts';
import { StartError } from './cli/start-error.ts';
import { planAccess } from './config/access.ts';
import { brokerOptions, packetLimits, zoneOptions } from './config/broker-options.ts';
import type { Loaded } from './config/load.ts';
import type { Settings } from './config/settings.ts';
import { createBroker, type EmbeddedBroker } from './embedded-broker.ts';
import { endConnections } from './end-connections.ts';
import { sayTrees } from './logging/trees.ts';
import type { OpenManagement } from './management.ts';
import { OwnCertificates } from './own-certificates.ts';
import type { Plugins } from './plugins/plugins.ts';
import { type ServedParts, servedParts } from './plugins/served-switches.ts';
import { BackendError } from './ports/backend-error.ts';
import type { Log } from './ports/log.ts';
import type { Store } from './ports/store.ts';
import { storeFolder, stores } from './registry.ts';
import { RunningListeners } from './running-listeners.ts';
import { RunningBridges, RunningSections } from './running-sections.ts';
import { SystemClock } from './std/system-clock.ts';
import type { KeptCopy } from './stores/kept-copy.ts';
import { traceChannels } from './trace-channels.ts';

/** Certificates are renewed a month before they end, so looking twice a day is often enough. */
const renewalCheckMs = 12 * 60 * 60 * 1000;

/** Everything that is open. */
interface Parts {
  readonly broker: EmbeddedBroker;
  readonly sources: readonly ChainSource[];
  readonly store: Store;
  readonly listeners: RunningListeners;
  readonly certificates: OwnCertificates;
  readonly durability: EffectiveDurability;
  /** What a clean stop leaves; undefined where nothing is to be left. */
  readonly copy: KeptCopy | undefined;
  readonly bridges: RunningBridges;
  readonly served: ServedParts;
}

/** With the settings as they were last changed, for what is opened later. */
type Live = Omit<Loaded, 'settings'> & { settings: Settings };

/** @throws StartError with nothing left open */
export const startBroker: StartBroker = async (loaded, plainLog) => {
  const { settings, dataDirectory } = loaded;
  const log = new LogRing(plainLog);
  const options = brokerOptions(settings);
  const durability: EffectiveDurability = {
    mode: settings.text('durability.mode') as EffectiveDurability['mode'],
    windowSeconds: settings.number('durability.window_seconds_max'),
  };
  const copy = await beginWithCopy(loaded, durability, log);
  const opened = await openBroker(loaded, options, durability, log);
  const { broker } = opened;
  const certificates = new OwnCertificates(join(dataDirectory, 'certificates'), log);
  const listeners = new RunningListeners(broker, certificates, log);
  const served = servedParts(listeners, broker.pluginSeam.access);
  const parts = { ...opened, listeners, certificates, durability, copy, served };
  const live: Live = { ...loaded };
  let plugins: Plugins | undefined;
  try {
    const bridges = new RunningBridges((specs) => broker.bridge(specs), await openBridges(broker, settings));
    // Before the listeners where there is anything to load, so that no client comes in past a plugin.
    if (wantsPlugins(settings, opened.store)) plugins = await loadPlugins({ ...parts, bridges }, live, log);
    const bounds = {
      qosMax: options.maximumQos,
      topicAliasesMax: options.topicAliasMaximum,
      packetBytesMax: options.packetBytesMax,
    };
    await listeners.open(loaded.listeners, bounds, (zone) => zoneOptions(settings, zone));
    return runningBroker({ ...parts, bridges, live }, plugins, loaded, log);
  } catch (error) {
    await plugins?.close();
    await broker.close();
    throw error instanceof BackendError ? new StartError(error.message, { cause: error }) : error;
  }
};

/** @throws StartError for a file that is no copy of a store */
async function beginWithCopy(
  { settings, dataDirectory }: Loaded,
  { mode }: EffectiveDurability,
  log: Log,
): Promise<KeptCopy | undefined> {
  const file = settings.optionalText('durability.copy_file');
  if (file === undefined || mode === 'memory') return undefined;
  const { KeptCopy } = await import('./stores/kept-copy.ts');
  const copy = new KeptCopy(storeFolder(dataDirectory), file, log);
  try {
    await copy.begin();
  } catch (error) {
    throw error instanceof BackendError ? new StartError(error.message, { cause: error }) : error;
  }
  return copy;
}

async function openBridges(broker: EmbeddedBroker, { bridges }: Settings): Promise<Bridges | undefined> {
  if (bridges.size === 0) return undefined;
  const { bridgeSpecs } = await import('./open-bridges.ts');
  return await broker.bridge(bridgeSpecs(bridges));
}

/** Store, sources and broker, in this order: a source may keep something in the store, and the broker asks the sources. */
async function openBroker(
  loaded: Loaded,
  options: BrokerOptions,
  durability: EffectiveDurability,
  log: Log,
): Promise<Pick<Parts, 'broker' | 'sources' | 'store'>> {
  const { settings, dataDirectory } = loaded;
  const store = await openStore(storeFolder(dataDirectory), durability, log);
  let sources: readonly ChainSource[] = [];
  try {
    let broker: EmbeddedBroker | undefined;
    // Before there is a broker nobody has been given a permission, and nobody is there.
    sources = await openSources(loaded, store, log, {
      rulesChanged: () => broker?.rulesChanged(),
      endConnections: (kind, name) => {
        if (broker !== undefined) endConnections(broker, kind, name);
      },
    });
    broker = await createBroker({
      ...options,
      ...packetLimits(settings),
      ...chainRules(settings),
      store,
      sources,
      log,
      onRefused: (reason, address, listener, detail) => {
        if (reason === 'connections-max' && saysAsMosquitto(settings)) {
          log.info(`Client connection from ${address} denied: max_connections exceeded.`, undefined, 'notice');
        } else {
          log.debug('Connection refused', { reason, address, listener, detail });
        }
      },
    });
    return { broker, sources: broker.sources, store };
  } catch (error) {
    for (const { source } of sources) await source.close();
    await store.close();
    throw error;
  }
}

function saysAsMosquitto(settings: Settings): boolean {
  return settings.text('log.format') === 'mosquitto' && settings.boolean('log.connections');
}

/** @throws StartError that says what is wrong with the folder or the disk, and what to do */
async function openStore(folder: string, { mode, windowSeconds }: EffectiveDurability, log: Log): Promise<Store> {
  try {
    return await stores[mode](folder, windowSeconds * 1000, log);
  } catch (error) {
    throw error instanceof BackendError ? new StartError(error.message, { cause: error }) : error;
  }
}

/** Whether the configuration or an operator has asked for any plugin. */
function wantsPlugins({ all, entries }: Settings, store: Store): boolean {
  const isSaid = [...all.values()].some(
    ({ path, origin }) => origin.kind !== 'default' && /^(modules|webhook)\./.test(path),
  );
  return isSaid || (entries.get('plugins')?.size ?? 0) > 0 || [...store.range('plugins/', { limit: 1 })].length > 0;
}

async function loadPlugins(
  { broker, store, bridges, served }: Pick<Parts, 'broker' | 'store' | 'bridges' | 'served'>,
  loaded: Loaded,
  log: LogRing,
): Promise<Plugins> {
  const { openPlugins } = await import('./open-plugins.ts');
  return await openPlugins({ broker, loaded, store, log, bridges, served });
}

function runningBroker(
  parts: Parts & { readonly live: Live },
  opened: Plugins | undefined,
  loaded: Loaded,
  log: LogRing,
): RunningBroker {
  const { broker, sources, listeners, certificates, durability, store, bridges, copy } = parts;
  let plugins = opened;
  const endUpkeep = beginUpkeep(parts, log);
  let management: OpenManagement | undefined;
  return {
    listeners: listeners.addresses,
    durability,
    loginSources: loaded.sources
      .filter(({ checksLogins }) => checksLogins)
      .map(({ name, kind }) => `${name} (${kind})`),
    observed: observedBroker(parts, log),
    sections: new RunningSections({ broker, listeners, bridges, store, log }),
    openManagement: async ({ level, reload, settings }) => {
      log.level = level;
      if (!loaded.settings.boolean('management.enabled')) return undefined;
      plugins ??= await loadPlugins(parts, parts.live, log);
      const { openManagement } = await import('./management.ts');
      const { moduleAdministration, pluginAdministration } = await import('./plugins/administration.ts');
      management = await openManagement({
        broker,
        loaded,
        listeners,
        durability,
        store,
        bridges,
        plugins: pluginAdministration(plugins),
        modules: moduleAdministration(plugins),
        log,
        reload,
        settings,
        served: parts.served,
      });
      return management?.url;
    },
    reload: async () => {
      certificates.forget();
      const problems = await listeners.reloadCertificates();
      return [...problems, ...(await reloadSources(sources.map(({ source }) => source)))];
    },
    configure: (settings) => {
      takeLiveOptions(broker.options, brokerOptions(settings));
      broker.orderSources(planAccess(settings, true, true).sources.map(({ name }) => name));
      parts.live.settings = settings;
    },
    close: async () => {
      endUpkeep();
      await management?.close();
      await plugins?.close();
      await broker.close();
      await copy?.leave();
    },
  };
}

function observedBroker({ broker, copy }: Pick<Parts, 'broker' | 'copy'>, log: LogRing): RunningBroker['observed'] {
  return {
    events: broker,
    log,
    announce: (topic, text, qos) => broker.inspect.announce(topic, text, qos),
    watchPackets: (tapOf) => broker.inspect.watchAll(tapOf),
    save: async () => {
      await broker.save();
      await copy?.leave();
    },
    sayTrees: () => sayTrees(broker.inspect, log),
  };
}

/**
 * What is done now and then as long as the broker runs.
 * @returns ends it
 */
function beginUpkeep(
  { broker, certificates, listeners }: Pick<Parts, 'broker' | 'certificates' | 'listeners'>,
  log: Log,
): () => void {
  const clock = new SystemClock();
  const failed = (error: string): void => log.error('The certificates could not be renewed', { error });
  const ends = [
    traceChannels(broker, clock),
    testSources(broker, broker.pluginSeam.access, clock),
    clock.every(renewalCheckMs, () => {
      certificates.renewed().then(
        async (renewed) => {
          if (renewed) for (const problem of await listeners.reloadCertificates()) failed(problem);
        },
        (error: unknown) => failed((error as Error).message),
      );
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}
