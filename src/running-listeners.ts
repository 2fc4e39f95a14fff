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
import { isSecureListener } from './listeners/open.ts';
import type { TlsSettings } from './listeners/spec.ts';
import type { OwnCertificates } from './own-certificates.ts';
import type { Listener } from './ports/listener.ts';
import { type Log, silentLog } from './ports/log.ts';

interface Opened {
  readonly settings: ListenerSettings;
  readonly options: ListenOptions;
  /** Of the last time it was open. */
  listener: Listener;
  isOpen: boolean;
  tls: TlsSettings | undefined;
}

/** Bounds of the whole broker that a listener cannot exceed. */
type BrokerBounds = Parameters<typeof listenOptions>[1];

export class RunningListeners implements ListenerAdministration {
  readonly #broker: EmbeddedBroker;
  readonly #certificates: OwnCertificates;
  readonly #log: Log;
  readonly #opened: Opened[] = [];

  constructor(broker: EmbeddedBroker, certificates: OwnCertificates, log: Log = silentLog) {
    this.#broker = broker;
    this.#certificates = certificates;
    this.#log = log;
  }

  #tlsOf(settings: ListenerSettings): Promise<TlsSettings | undefined> {
    return tlsSettings(settings, () => this.#certificates.get(), this.#log);
  }

  /** @throws StartError; whoever gets it closes the broker */
  async open(
    listeners: readonly ListenerSettings[],
    bounds: BrokerBounds,
    zoneOf: (zone: string | undefined) => ZoneOptions,
  ): Promise<void> {
    for (const settings of listeners) {
      try {
        const tls = await this.#tlsOf(settings);
        const options = listenOptions(settings, bounds, zoneOf(settings.values.optionalText('zone')), tls);
        const listener = await this.#broker.listen(options);
        this.#opened.push({ settings, options, listener, isOpen: true, tls });
      } catch (error) {
        throw error instanceof ListenerError ? explainListenError(settings, error, process.env) : error;
      }
    }
  }

  /** Names with the addresses they are bound to. */
  get addresses(): { readonly name: string; readonly urls: readonly string[] }[] {
    return this.#opened.map(({ listener }) => ({ name: listener.name, urls: [listener.url] }));
  }

  list(): ShownListener[] {
    const { listeners } = this.#broker.inspect.census;
    return this.#opened.map(({ listener, isOpen, tls }) => {
      const { name, transport, url } = listener;
      const certificate = tls === undefined ? undefined : certificateOf(tls);
      return {
        name,
        transport,
        url,
        state: isOpen ? 'open' : 'stopped',
        connections: listeners.get(name)?.connected ?? 0,
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
