/**
 * Puts the management interface together from a running broker: what the API sees, the metrics, the pages beside it, and
 * the file by which commands on this machine find it. Loaded when the listeners are open, so that no client waits for it.
 */

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ChainSource } from './access/chain/access-chain.ts';
import { uncheckedCaller } from './access/chain/explain.ts';
import { AuditLog } from './api/audit.ts';
import { installDocs } from './api/docs-page.ts';
import { httpServer, listen, type OpenServer, readTls, type ServerTls } from './api/http-server.ts';
import type { LogRing } from './api/log-ring.ts';
import { Accounts } from './api/login/accounts.ts';
import { ApiKeys } from './api/login/api-keys.ts';
import { DashboardSessions } from './api/login/sessions.ts';
import { LoginThrottle } from './api/login/throttle.ts';
import type { AccessAdministration, ListenerAdministration, Management } from './api/management.ts';
import { installPages, type Readiness } from './api/pages.ts';
import { allRoutes } from './api/resources/index.ts';
import { openApiServer } from './api/server.ts';
import { installStatus, installV4 } from './api/v4/server.ts';
import { removeManagementFile, writeManagementFile } from './cli/control/management-file.ts';
import type { EffectiveDurability } from './cli/program.ts';
import { programVersion } from './cli/version.ts';
import type { ReloadOutcome } from './config/changes.ts';
import type { SettingsAdministration } from './config/changing/run-time-settings.ts';
import type { SectionAdministration } from './config/changing/sections.ts';
import { problemText } from './config/error.ts';
import { type Loaded, problemsOfYaml } from './config/load.ts';
import type { EmbeddedBroker } from './embedded-broker.ts';
import { explainedClient } from './explained-client.ts';
import { Metrics } from './metrics/metrics.ts';
import type { ServedParts } from './plugins/served-switches.ts';
import { BackendError } from './ports/backend-error.ts';
import type { BuiltinUsers } from './ports/builtin-users.ts';
import type { PluginAdministration } from './ports/plugin-administration.ts';
import type { FileStore, Store } from './ports/store.ts';
import type { RunningBridges } from './running-sections.ts';
import { packageFolder } from './std/package-folder.ts';
import { SystemClock } from './std/system-clock.ts';
import { StreamBackup } from './stream-backup.ts';

export interface ManagementParts {
  readonly broker: EmbeddedBroker;
  readonly loaded: Loaded;
  readonly listeners: ListenerAdministration;
  readonly durability: EffectiveDurability;
  readonly store: Store;
  readonly bridges: RunningBridges;
  readonly log: LogRing;
  /** Left out where there are none. */
  readonly plugins?: PluginAdministration | undefined;
  /** What EMQX 4 calls modules; left out where there are none. */
  readonly modules?: PluginAdministration | undefined;
  reload(): Promise<ReloadOutcome>;
  readonly settings: SettingsAdministration & SectionAdministration;
  readonly served: ServedParts;
}

export interface OpenManagement {
  /** `http://127.0.0.1:18083` */
  readonly url: string;
  close(): Promise<void>;
}

/** The pages that the build has put beside the program; none when it was built without them. */
const DASHBOARD = fileURLToPath(new URL('dist/dashboard', packageFolder));

/**
 * Resolves to undefined when the port is taken and nobody has asked for it: then there is a line in the log.
 * @throws BackendError `MANAGEMENT_NOT_OPEN` when it cannot be opened as configured
 */
export async function openManagement(parts: ManagementParts): Promise<OpenManagement | undefined> {
  const { loaded } = parts;
  const { settings, dataDirectory } = loaded;
  const metrics = openMetrics(parts);
  const token = randomBytes(32).toString('base64url');
  const management = managementOf(parts, metrics, token);
  const opened: OpenServer[] = [];
  const close = async (): Promise<void> => {
    metrics.close();
    for (const server of opened) await server.close();
  };
  try {
    opened.push(await openMain(parts, management, metrics));
  } catch (error) {
    await close();
    return notOpened(parts, error, 'management', 'management.enabled: false');
  }
  try {
    if (settings.optionalNumber('management.emqx_api.port') !== undefined)
      opened.push(await openEmqx(parts, management));
  } catch (error) {
    await close();
    return notOpened(parts, error, 'management.emqx_api', 'no port at all');
  }
  const [main, emqx] = opened;
  const { url = '', fingerprint } = main ?? {};
  if (emqx !== undefined) parts.log.info('The HTTP API of EMQX 4 has a port of its own', { url: emqx.url });
  writeManagementFile(dataDirectory, {
    url,
    ...(fingerprint !== undefined && { fingerprint }),
    ...(emqx !== undefined && { emqxUrl: emqx.url }),
    token,
    pid: process.pid,
  });
  return {
    url,
    close: async () => {
      removeManagementFile(dataDirectory, token);
      await close();
    },
  };
}

function openMain(parts: ManagementParts, management: Management, metrics: Metrics): Promise<OpenServer> {
  const { loaded, log, broker } = parts;
  const { settings } = loaded;
  return openApiServer({
    host: settings.text('management.host'),
    port: settings.number('management.port'),
    ...tlsOf(loaded),
    hosts: settings.list('management.hosts'),
    routes: allRoutes,
    management,
    log,
    extend: async (server) => {
      installDocs(server);
      const metricsPublic = settings.boolean('management.metrics_public');
      await installV4(server, { management, takesLogins: true, metricsPublic });
      await installPages(server, {
        management,
        metricsPublic,
        readiness: () => readinessOf(broker, management),
        metrics: () => metrics.prometheus(),
        dashboard: existsSync(DASHBOARD) ? DASHBOARD : undefined,
        isDashboardOn: () => parts.served.dashboard,
      });
    },
  });
}

/** The port that scripts made for EMQX 4 ask. */
async function openEmqx({ loaded: { settings }, log }: ManagementParts, management: Management): Promise<OpenServer> {
  const options = {
    host: settings.text('management.emqx_api.host'),
    port: settings.optionalNumber('management.emqx_api.port') ?? 0,
    hosts: settings.list('management.hosts'),
    log,
  };
  const server = httpServer(options);
  installStatus(server, management);
  const metricsPublic = settings.boolean('management.metrics_public');
  await installV4(server, { management, takesLogins: false, metricsPublic });
  return await listen(server, options);
}

function notOpened(
  { loaded: { settings }, log }: ManagementParts,
  cause: unknown,
  section: string,
  off: string,
): undefined {
  if (cause instanceof BackendError) throw cause;
  const where = `${settings.text(`${section}.host`)}:${settings.number(`${section}.port`)}`;
  const text = (cause as Error).message;
  const isAsked = settings.get(`${section}.port`).origin.kind !== 'default';
  if (isAsked) {
    const advice = `Choose another with ${section}.port, or switch it off with ${off}.`;
    throw new BackendError(
      'MANAGEMENT_NOT_OPEN',
      `The management interface cannot listen on ${where}: ${text}. ${advice}`,
      {
        cause,
      },
    );
  }
  log.warn('There is no management interface: its port cannot be had; choose another with management.port', {
    address: where,
    cause: text,
  });
  return undefined;
}

function tlsOf({ settings }: Loaded): { tls?: ServerTls } {
  const [certificate, key] = ['certificate_file', 'key_file'].map((name) =>
    settings.optionalText(`management.${name}`),
  );
  if (certificate === undefined && key === undefined) return {};
  if (certificate !== undefined && key !== undefined) return { tls: readTls(certificate, key) };
  const text = 'management.certificate_file and management.key_file belong together; give both or none';
  throw new BackendError('MANAGEMENT_TLS_UNREADABLE', text);
}

function openMetrics({ broker, durability, store, plugins, bridges }: ManagementParts): Metrics {
  return new Metrics({
    inspect: broker.inspect,
    options: broker.options,
    clock: new SystemClock(),
    durability: durability.mode,
    storeSize: () => ('size' in store ? (store as FileStore).size() : undefined),
    access: () => broker.accessStatistics,
    ...(plugins !== undefined && { plugins: () => plugins.list() }),
    bridges: () => bridges.list(),
  });
}

function managementOf(parts: ManagementParts, metrics: Metrics, localToken: string): Management {
  const { broker, loaded, listeners, durability, store, log, reload, bridges } = parts;
  return {
    broker,
    checksCallers: !loaded.settings.list('permissions.unchecked').includes('api'),
    access: accessOf(parts),
    node: {
      name: broker.options.node,
      version: programVersion(),
      startedAt: new Date(broker.inspect.startedAtMs).toISOString(),
      nodeVersion: process.version,
      platform: `${process.platform} ${process.arch}`,
      dataDirectory: loaded.dataDirectory,
      durability,
    },
    accounts: new Accounts(store, Date.now()),
    sessions: new DashboardSessions(),
    apiKeys: new ApiKeys(store),
    throttle: new LoginThrottle(),
    audit: new AuditLog(store),
    localToken,
    log,
    listeners,
    overview: () => metrics.overview(),
    history: (span) => metrics.history(span),
    settings: parts.settings,
    sections: parts.settings,
    validate: async (text) => (await problemsOfYaml(text)).map(problemText),
    reload,
    users: (name) => usersOf(broker.sources, name),
    bridges,
    plugins: parts.plugins,
    modules: parts.modules,
    backup: backupOf(parts),
    application: applicationOf(loaded),
    emqxNumbers: {
      stats: () => metrics.emqxStats(),
      metrics: () => metrics.emqxMetrics(),
      get isPrometheusOn() {
        return parts.served.prometheus;
      },
      prometheus: () => metrics.emqxPrometheus(),
    },
  };
}

function backupOf({ store, loaded }: ManagementParts): Management['backup'] {
  if (!('backup' in store)) return undefined;
  const backup = new StreamBackup(store as FileStore, loaded.dataDirectory);
  return () => backup.take();
}

function applicationOf({ settings }: Loaded): Management['application'] {
  const id = settings.optionalText('management.emqx_api.application_id');
  const secret = settings.optionalText('management.emqx_api.application_secret');
  return id === undefined || secret === undefined || secret === '' ? undefined : { id, secret };
}

function usersOf(sources: readonly ChainSource[], name: string): BuiltinUsers | undefined {
  return sources.find(({ source }) => source.name === name)?.source.users;
}

function accessOf({ broker, settings }: ManagementParts): AccessAdministration {
  // Those of the moment: sources come and go with the plugins that they are in EMQX.
  const testable = (name: string) =>
    broker.sources.find(({ source }) => source.name === name && source.test !== undefined);
  return {
    get statistics() {
      return broker.accessStatistics;
    },
    async explain(question) {
      const { action, topic, qos, retain } = question;
      const { client, unchecked } = await explainedClient(settings.running, question);
      if (unchecked === 'api') return uncheckedCaller;
      return await broker.explain(client, { action, topic, qos, retain }, unchecked === 'bridges');
    },
    movable: () => {
      const configured = new Set(settings.sourceNames());
      return broker.sources.map(({ source }) => source.name).filter((name) => configured.has(name));
    },
    forget: () => broker.rulesChanged(),
    canTest: (name) => testable(name) !== undefined,
    async test(name) {
      try {
        const found = testable(name);
        if (found !== undefined) await broker.pluginSeam.access.test(found.source);
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
  };
}

/** As it is at this moment: a listener that is open, a store that takes what it is given, and sources that answer. */
function readinessOf(broker: EmbeddedBroker, { access, listeners }: Management): Readiness {
  const problems: string[] = [];
  if (!listeners.list().some(({ state }) => state === 'open')) problems.push('No listener is open');
  if (broker.counters.isStoreRefusing) problems.push('The store refuses writes');
  const needless = broker.sources.filter(({ onFailure }) => onFailure === 'ignore').map(({ source }) => source.name);
  for (const { name, up, lastFailure } of access.statistics.sources) {
    if (needless.includes(name)) continue;
    const why = lastFailure === undefined ? 'it does not answer' : `${lastFailure.code}: ${lastFailure.text}`;
    if (!up) problems.push(`Access source ${name} cannot answer: ${why}`);
  }
  return { ready: problems.length === 0, problems };
}
