/** What a broker's process is to the rest of the machine: its number in files, its user, and what its starters are told. */

import type { Loaded } from '../../config/load.ts';
import type { BrokerLog } from '../../logging/broker-log.ts';
import type { OptionReader } from '../../ports/option.ts';
import { programVersion } from '../version.ts';
import { tellParent } from './daemon.ts';
import { type ServiceNotifier, serviceNotifier } from './notify.ts';
import { becomeUser, giveFolder, type SystemUser, userToBecome } from './privileges.ts';
import { removePidFile, removeProcessFile, writePidFile, writeProcessFile } from './process-file.ts';

export interface ProcessState {
  /** Whom to become; undefined: nobody else. */
  readonly user: SystemUser | undefined;
  readonly pidFile: string | undefined;
  readonly notifier: ServiceNotifier;
}

/** Before anything is opened. @throws StartError */
export function enterProcess(options: OptionReader): ProcessState {
  const user = userToBecome(options.optionalText('process.user'));
  const pidFile = options.optionalText('process.pid_file');
  if (pidFile !== undefined) {
    writePidFile(pidFile);
    process.once('exit', () => removePidFile(pidFile));
  }
  return { user, pidFile, notifier: serviceNotifier(process.env, process.pid) };
}

/** Whether only root may open the management interface: a port below 1024, or a key that nobody else can read. */
export function managementNeedsRoot(options: OptionReader): boolean {
  const port = options.number('management.port');
  return (port > 0 && port < 1024) || options.optionalText('management.key_file') !== undefined;
}

/** When everything is open: leaves word of the process for the commands that look for it. */
export function announceProcess({ dataDirectory }: Loaded, log: BrokerLog): void {
  const { destinations, file } = log.settings;
  writeProcessFile(dataDirectory, destinations.has('file') ? file : '', programVersion());
}

/** Leaves the rights of root behind, if there is another user to become. @throws StartError */
export function leaveRoot({ user }: ProcessState, { dataDirectory }: Loaded, log: BrokerLog): void {
  if (user === undefined) return;
  const { destinations, file } = log.settings;
  giveFolder(dataDirectory, user);
  if (destinations.has('file')) giveFolder(file, user);
  becomeUser(user);
  log.info('The process has become another user', { user: user.name });
}

/** Whoever has started the process hears that it listens. */
export function tellReady({ notifier }: ProcessState): void {
  notifier.ready();
  tellParent({ hoopoe: 'listening' });
}

/** Whoever has started the process hears why it did not start. */
export async function tellFailed(text: string): Promise<void> {
  tellParent({ hoopoe: 'failed', text });
  await serviceNotifier(process.env, process.pid).failed(text);
}

/** After the broker has ended. */
export function closeProcess({ dataDirectory }: Loaded): void {
  removeProcessFile(dataDirectory);
}
