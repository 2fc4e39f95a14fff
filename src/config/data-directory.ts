/** Where the broker keeps what it must keep when nobody says. Pure: the machine's facts arrive as arguments. */

import { join, resolve } from 'node:path';
import { dataDirectoryVariable, type Environment } from './environment.ts';

export interface Machine {
  readonly platform: string;
  readonly environment: Environment;
  readonly homeDirectory: string;
  readonly workingDirectory: string;
  /** Whether the process has all rights, so that the folder is the system's and not a person's. */
  readonly root: boolean;
}

/**
 * The folder of the data, absolute. A folder below the working directory would make a broker lose its data when it is
 * started from elsewhere, so it is the platform's place for application data.
 */
export function defaultDataDirectory(machine: Machine): string {
  const { platform, environment, homeDirectory } = machine;
  const { [dataDirectoryVariable]: given, LOCALAPPDATA: local, XDG_DATA_HOME: shared } = environment;
  if (given !== undefined && given !== '') return resolve(machine.workingDirectory, given);
  if (platform === 'win32') return join(local || join(homeDirectory, 'AppData', 'Local'), 'hoopoe');
  if (machine.root) return '/var/lib/hoopoe';
  if (platform === 'darwin') return join(homeDirectory, 'Library', 'Application Support', 'hoopoe');
  // The XDG specification says that a relative path is to be ignored.
  return join(shared?.startsWith('/') ? shared : join(homeDirectory, '.local', 'share'), 'hoopoe');
}
