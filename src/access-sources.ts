/**
 * From the sections of `access` to open sources, and from the settings of the chains to what the broker takes. Used by
 * the start and by whoever asks the same sources without a broker.
 */

import type { ChainSource } from './access/chain/access-chain.ts';
import type { RefusalCode } from './access/chain/login-rules.ts';
import { PasswordVerifier } from './access/passwords/password-checks.ts';
import { StartError } from './cli/start-error.ts';
import type { SourceSettings } from './config/access.ts';
import { originText } from './config/error.ts';
import type { Loaded } from './config/load.ts';
import type { Settings } from './config/settings.ts';
import type { CreateBrokerOptions } from './embedded-broker.ts';
import type { AccessSource, SourceDependencies } from './ports/access-source.ts';
import { BackendError } from './ports/backend-error.ts';
import type { Log } from './ports/log.ts';
import type { Store } from './ports/store.ts';
import { accessSources } from './registry.ts';
import { SystemClock } from './std/system-clock.ts';
import { SystemRandom } from './std/system-random.ts';

/** What sources may ask of the broker whose clients they know. */
export type BrokerSeam = Pick<SourceDependencies, 'rulesChanged' | 'endConnections'>;

/** What the settings say about the chains themselves. */
export function chainRules(
  settings: Settings,
): Required<
  Pick<CreateBrokerOptions, 'unmatched' | 'sysReaders' | 'refusalCode' | 'requireCredentials' | 'bridgesUnchecked'>
> {
  return {
    unmatched: settings.text('permissions.unmatched') as 'allow' | 'deny',
    sysReaders: settings.text('permissions.sys_readers') as 'this_machine' | 'everybody',
    refusalCode: settings.text('logins.refusal_code') as RefusalCode,
    requireCredentials: settings.boolean('logins.require_credentials'),
    bridgesUnchecked: settings.list('permissions.unchecked').includes('bridges'),
  };
}

/**
 * Opens the sources in their order.
 * @param seam what the sources may ask of the broker
 * @throws StartError that says which section is wrong, where it is written and why, with nothing left open
 */
export async function openSources(
  { settings, sources }: Pick<Loaded, 'settings' | 'sources'>,
  store: Store,
  log: Log,
  seam: BrokerSeam,
): Promise<ChainSource[]> {
  const dependencies = dependenciesOf(settings, store, log, seam);
  const opened: ChainSource[] = [];
  try {
    for (const planned of sources) opened.push(await openPlanned(planned, dependencies));
  } catch (error) {
    for (const { source } of opened) await source.close();
    throw startError(error, sources[opened.length]!);
  }
  return opened;
}

/**
 * Opens one source, for a chain that is asked already.
 * @throws StartError that says which section is wrong, where it is written and why
 */
export async function openSource(
  planned: SourceSettings,
  settings: Settings,
  store: Store,
  log: Log,
  seam: BrokerSeam,
): Promise<ChainSource> {
  try {
    return await openPlanned(planned, dependenciesOf(settings, store, log, seam));
  } catch (error) {
    throw startError(error, planned);
  }
}

async function openPlanned(
  { name, kind, options, onFailure, answerSecondsMax, refusalCode }: SourceSettings,
  dependencies: SourceDependencies,
): Promise<ChainSource> {
  const open = await accessSources[kind]!();
  const source = await open(name, options, dependencies);
  return { source, onFailure, answerSecondsMax, ...(refusalCode !== undefined && { refusalCode }) };
}

function dependenciesOf(settings: Settings, store: Store, log: Log, seam: BrokerSeam): SourceDependencies {
  return {
    log,
    clock: new SystemClock(),
    random: new SystemRandom(),
    passwords: passwordChecks(settings),
    store,
    ...seam,
  };
}

function passwordChecks(settings: Settings): PasswordVerifier {
  return new PasswordVerifier({
    clock: new SystemClock(),
    concurrentMax: settings.number('logins.slow_checks_max'),
    waitingMax: settings.number('logins.slow_checks_waiting_max'),
    rememberedSeconds: settings.number('logins.remembered_seconds_max'),
    rememberedMax: settings.number('logins.remembered_max'),
  });
}

function startError(error: unknown, { name, kind, origin }: SourceSettings): unknown {
  if (!(error instanceof BackendError)) return error;
  return new StartError(`${originText(origin)}: access.${name} (${kind}): ${error.message}`, { cause: error });
}

/** Reads the files of all sources again. One that cannot keeps what it has, and says why. */
export async function reloadSources(sources: readonly AccessSource[]): Promise<string[]> {
  const problems: string[] = [];
  for (const source of sources) {
    try {
      await source.reload?.();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      problems.push(`access.${source.name} (${source.kind}) keeps what it had: ${text}`);
    }
  }
  return problems;
}
