/**
 * Settings → broker → listeners: what the command `run` starts. Owns the certificates that the broker makes for itself,
 * from the first start to their renewal, and the reload of all certificates.
 */

import { join } from 'node:path';
import type { EffectiveDurability, RunningBroker, StartBroker } from './cli/program.ts';
import { explainListenError, StartError } from './cli/start-error.ts';
import { brokerOptions, packetLimits } from './config/broker-options.ts';
import type { ListenerSettings } from './config/listeners.ts';
import { createBroker, type EmbeddedBroker } from './embedded-broker.ts';
import { listenOptions, tlsSettings } from './listener-options.ts';
import type { Certificates } from './listeners/certificates.ts';
import { ListenerError } from './listeners/error.ts';
import { isSecureListener } from './listeners/open.ts';
import type { TlsSettings } from './listeners/spec.ts';
import { BackendError } from './ports/backend-error.ts';
import type { Listener } from './ports/listener.ts';
import type { Log } from './ports/log.ts';
import type { Store } from './ports/store.ts';
import { storeFolder, stores } from './registry.ts';

/** Certificates are renewed a month before they end, so looking twice a day is often enough. */
const renewalCheckMs = 12 * 60 * 60 * 1000;

interface Opened {
  readonly settings: ListenerSettings;
  readonly listener: Listener;
  tls: TlsSettings | undefined;
}

/** @throws StartError with nothing left open */
export const startBroker: StartBroker = async ({ settings, listeners, dataDirectory }, log) => {
  const options = brokerOptions(settings);
  const durability: EffectiveDurability = {
    mode: settings.text('durability.mode') as EffectiveDurability['mode'],
    windowSeconds: settings.number('durability.window_seconds_max'),
  };
  const store = await openStore(storeFolder(dataDirectory), durability, log);
  const broker = await createBroker({
    ...options,
    store,
    ...packetLimits(settings),
    log,
    onRefused: (reason, address, listener, detail) =>
      log.debug('Connection refused', { reason, address, listener, detail }),
  });
  const wide = {
    qosMax: options.maximumQos,
    topicAliasesMax: options.topicAliasMaximum,
    packetBytesMax: options.packetBytesMax,
  };
  const certificates = new OwnCertificates(join(dataDirectory, 'certificates'), log);
  const opened: Opened[] = [];
  try {
    for (const listener of listeners) {
      const tls = await tlsSettings(listener, () => certificates.get());
      opened.push({ settings: listener, listener: await broker.listen(listenOptions(listener, wide, tls)), tls });
    }
  } catch (error) {
    await broker.close();
    throw startError(error, listeners[opened.length]);
  }
  return runningBroker(broker, opened, certificates, durability, log);
};

/** @throws StartError that says what is wrong with the folder or the disk, and what to do */
async function openStore(folder: string, { mode, windowSeconds }: EffectiveDurability, log: Log): Promise<Store> {
  try {
    return await stores[mode](folder, windowSeconds * 1000, log);
  } catch (error) {
    throw error instanceof BackendError ? new StartError(error.message, { cause: error }) : error;
  }
}

function startError(error: unknown, listener: ListenerSettings | undefined): unknown {
  const explained = error instanceof ListenerError && listener !== undefined;
  return explained ? explainListenError(listener, error, process.env) : error;
}

function runningBroker(
  broker: EmbeddedBroker,
  opened: readonly Opened[],
  certificates: OwnCertificates,
  durability: EffectiveDurability,
  log: Log,
): RunningBroker {
  const renewal = setInterval(() => {
    certificates.renewed().then(
      (renewed) => (renewed ? reloadCertificates(opened, certificates) : undefined),
      (error: unknown) => log.error('The certificates could not be renewed', { error: (error as Error).message }),
    );
  }, renewalCheckMs);
  renewal.unref();
  return {
    listeners: opened.map(({ listener }) => ({ name: listener.name, urls: [listener.url] })),
    durability,
    checksLogins: false,
    reloadCertificates: async () => {
      certificates.forget();
      await reloadCertificates(opened, certificates);
    },
    close: async () => {
      clearInterval(renewal);
      await broker.close();
    },
  };
}

/** All listeners get the new certificates, or all keep the old ones. */
async function reloadCertificates(opened: readonly Opened[], certificates: OwnCertificates): Promise<void> {
  const replaced: (() => void)[] = [];
  const read = await Promise.all(opened.map(({ settings }) => tlsSettings(settings, () => certificates.get())));
  try {
    for (const [index, one] of opened.entries()) {
      const { listener, tls: before } = one;
      const after = read[index];
      if (after === undefined || before === undefined || !isSecureListener(listener)) continue;
      listener.setSecureContext(after);
      one.tls = after;
      replaced.push(() => {
        listener.setSecureContext(before);
        one.tls = before;
      });
    }
  } catch (error) {
    for (const undo of replaced) undo();
    throw error;
  }
}

/** The certificates that the broker makes, read or made when the first listener needs them. */
class OwnCertificates {
  readonly #directory: string;
  readonly #log: Log;
  #certificates: Promise<Certificates> | undefined;

  constructor(directory: string, log: Log) {
    this.#directory = directory;
    this.#log = log;
  }

  get(): Promise<Certificates> {
    this.#certificates ??= this.#ensure();
    return this.#certificates;
  }

  /** The next `get` looks at the folder again. */
  forget(): void {
    this.#certificates = undefined;
  }

  /** Makes new ones when the present ones are about to end. False where nobody uses them. */
  async renewed(): Promise<boolean> {
    if (this.#certificates === undefined) return false;
    const certificates = await this.#ensure();
    this.#certificates = Promise.resolve(certificates);
    return certificates.made;
  }

  async #ensure(): Promise<Certificates> {
    const { ensureCertificates } = await import('./listeners/certificates.ts');
    return await ensureCertificates(this.#directory, Date.now(), this.#log);
  }
}
