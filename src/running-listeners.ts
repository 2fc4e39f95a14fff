/**
 * The listeners of a running broker: opened together or not at all, closed and opened again one by one, and given new
 * certificates while they run.
 */

import { X509Certificate } from 'node:crypto';
import type { ListenerAdministration, ShownListener } from './api/management.ts';
import { explainListenError } from './cli/start-error.ts';
import type { ZoneOptions } from './config/broker-options.ts';
import type { ListenerSettings } from './config/listeners.ts';
import type { EmbeddedBroker, ListenOptions } from './embedded-broker.ts';
import { listenOptions, tlsSettings } from './listener-options.ts';
import { ListenerError } from './listeners/error.ts';
import { Flusher } from './listeners/flusher.ts';
import { isSecureListener, openListener } from './listeners/open.ts';
import type { ListenerSpec, TlsSettings } from './listeners/spec.ts';
import type { OwnCertificates } from './own-certificates.ts';
import type { Listener } from './ports/listener.ts';
import { type Log, silentLog } from './ports/log.ts';

interface Opened {
  settings: ListenerSettings;
  options: ListenOptions;
  /** Of the last time it was open. */
  listener: Listener;
  isOpen: boolean;
  tls: TlsSettings | undefined;
}

/** Bounds of the whole broker that a listener cannot exceed. */
type BrokerBounds = Parameters<typeof listenOptions>[1];

/** What the zone of a listener says. */
export type ZoneOf = (zone: string | undefined) => ZoneOptions;

export class RunningListeners implements ListenerAdministration {
  /** Whether clients may come in with pre-shared keys, where listeners have any. */
  takesPreSharedKeys = true;
  readonly #broker: EmbeddedBroker;
  readonly #certificates: OwnCertificates;
  readonly #log: Log;
  #opened: Opened[] = [];
  #bounds: BrokerBounds | undefined;

  constructor(broker: EmbeddedBroker, certificates: OwnCertificates, log: Log = silentLog) {
    this.#broker = broker;
    this.#certificates = certificates;
    this.#log = log;
  }

  async #tlsOf(settings: ListenerSettings): Promise<TlsSettings | undefined> {
    const tls = await tlsSettings(settings, () => this.#certificates.get(), this.#log);
    const pskKey = tls?.pskKey;
    if (pskKey === undefined) return tls;
    return { ...tls, pskKey: (identity) => (this.takesPreSharedKeys ? pskKey(identity) : undefined) };
  }

  /** @throws StartError; whoever gets it closes the broker */
  async open(listeners: readonly ListenerSettings[], bounds: BrokerBounds, zoneOf: ZoneOf): Promise<void> {
    this.#bounds = bounds;
    for (const settings of listeners) await this.#openOne(settings, zoneOf);
  }

  /** @throws StartError */
  async #openOne(settings: ListenerSettings, zoneOf: ZoneOf): Promise<void> {
    const { options, tls } = await this.#optionsOf(settings, zoneOf);
    try {
      const listener = await this.#broker.listen(options);
      this.#opened.push({ settings, options, listener, isOpen: true, tls });
    } catch (error) {
      throw explained(settings, error);
    }
  }

  async #optionsOf(settings: ListenerSettings, zoneOf: ZoneOf): Promise<Pick<Opened, 'options' | 'tls'>> {
    try {
      const tls = await this.#tlsOf(settings);
      const zone = zoneOf(settings.values.optionalText('zone'));
      return { options: listenOptions(settings, this.#bounds!, zone, tls), tls };
    } catch (error) {
      throw explained(settings, error);
    }
  }

  /**
   * Opens one more, or opens the one of this name anew; connections that came through it stay. When it cannot be opened,
   * everything is as it was.
   * @throws StartError
   */
  async put(settings: ListenerSettings, zoneOf: ZoneOf): Promise<void> {
    const before = this.#find(settings.name);
    if (before === undefined) {
      await this.#openOne(settings, zoneOf);
      return;
    }
    const after = await this.#optionsOf(settings, zoneOf);
    const wasOpen = before.isOpen;
    await this.stop(settings.name);
    try {
      const listener = await this.#broker.listen(after.options);
      Object.assign(before, { ...after, settings, listener, isOpen: true });
    } catch (error) {
      if (wasOpen) await this.start(settings.name);
      throw explained(settings, error);
    }
  }

  /** Closes it for good; connections that came through it stay. */
  async remove(name: string): Promise<void> {
    await this.stop(name);
    this.#opened = this.#opened.filter(({ listener }) => listener.name !== name);
  }

  /**
   * Opens it beside those that run and closes it again; where its address is that of the one of its name, only what it
   * needs is looked at.
   * @throws StartError
   */
  async look(settings: ListenerSettings, zoneOf: ZoneOf): Promise<void> {
    const { options } = await this.#optionsOf(settings, zoneOf);
    const before = this.#find(settings.name);
    const isSameAddress = before?.settings.port === settings.port && before.settings.host === settings.host;
    if (isSameAddress && before.isOpen) return;
    const spec = { frameBytesMax: 1024, transport: 'tcp', ...options } as ListenerSpec;
    try {
      const listener = await openListener(spec, { flusher: new Flusher() });
      await listener.open((connection) => connection.destroy());
      await listener.close();
    } catch (error) {
      throw explained(settings, error);
    }
  }

  /** Has clients of each listener asked by the sources that these settings name. */
  chooseSources(listeners: readonly ListenerSettings[]): void {
    for (const one of this.#opened) {
      const settings = listeners.find(({ name }) => name === one.listener.name);
      if (settings === undefined) continue;
      const sources = settings.usesAllSources ? undefined : settings.sources;
      const { sources: _before, ...options } = one.options;
      one.options = { ...options, ...(sources !== undefined && { sources }) } as ListenOptions;
      this.#broker.pluginSeam.access.limitListener(one.listener.name, sources, one.options.checks);
    }
  }

  /** Names with the addresses they are bound to. */
  get addresses(): { readonly name: string; readonly urls: readonly string[] }[] {
    return this.#opened.map(({ listener }) => ({ name: listener.name, urls: [listener.url] }));
  }

  list(): ShownListener[] {
    const { listeners } = this.#broker.inspect.census;
    return this.#opened.map(({ listener, isOpen, tls, options }) => {
      const { name, transport, url } = listener;
      const certificate = tls === undefined ? undefined : certificateOf(tls);
      return {
        name,
        transport,
        url,
        state: isOpen ? 'open' : 'stopped',
        connections: listeners.get(name)?.connected ?? 0,
        ...(options.connectionsMax !== undefined && { connectionsMax: options.connectionsMax }),
        ...(certificate !== undefined && { certificate }),
      };
    });
  }

  async stop(name: string): Promise<boolean> {
    const found = this.#find(name);
    if (found?.isOpen === true) {
      found.isOpen = false;
      await this.#broker.closeListener(found.listener);
    }
    return found !== undefined;
  }

  async start(name: string): Promise<boolean> {
    const found = this.#find(name);
    if (found?.isOpen === false) {
      const tls = await this.#tlsOf(found.settings);
      found.listener = await this.#broker.listen({
        ...found.options,
        ...(tls !== undefined && { tls }),
      } as ListenOptions);
      found.tls = tls;
      found.isOpen = true;
    }
    return found !== undefined;
  }

  #find(name: string): Opened | undefined {
    return this.#opened.find(({ listener }) => listener.name === name);
  }

  /**
   * Reads the certificates, lists and keys of each listener again. One that cannot use what it finds keeps all that it
   * had, and the others do not have to wait for it.
   * @returns a sentence for each that keeps what it had
   */
  async reloadCertificates(): Promise<string[]> {
    const problems: string[] = [];
    for (const one of this.#opened) {
      const { listener, settings } = one;
      if (one.tls === undefined || !isSecureListener(listener)) continue;
      try {
        const after = await this.#tlsOf(settings);
        if (after === undefined) continue;
        listener.setSecureContext(after);
        one.tls = after;
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        problems.push(`listeners.${listener.name} keeps the certificates it had: ${text}`);
      }
    }
    return problems;
  }
}

function explained(settings: ListenerSettings, error: unknown): unknown {
  return error instanceof ListenerError ? explainListenError(settings, error, process.env) : error;
}

/** The certificate that clients are shown; undefined where there is none, as with pre-shared keys. */
function certificateOf({ cert }: TlsSettings): ShownListener['certificate'] {
  if (cert === undefined) return undefined;
  const { subject, issuer, validTo, subjectAltName } = new X509Certificate(cert);
  return {
    subject: subject.replaceAll('\n', ', '),
    issuer: issuer.replaceAll('\n', ', '),
    expiresAt: new Date(validTo).toISOString(),
    names: subjectAltName === undefined ? [] : subjectAltName.split(', '),
  };
}
