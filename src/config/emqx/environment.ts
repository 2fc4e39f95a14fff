/** Environment variables of EMQX 4: `EMQX_A__B` is the key `a.b`, and a few have names of their own. */

import type { Environment } from '../environment.ts';
import type { ConfigProblem, Origin } from '../error.ts';
import type { KeyTable } from './key-table.ts';
import { findKey } from './keys/all.ts';
import type { LoadedEntries } from './loaded-files.ts';

const PREFIX = 'EMQX_';

/** Those that are no keys. What starts and stops the process, and folders, are the commands' business. */
const others: ReadonlySet<string> = new Set([
  'EMQX_NAME',
  'EMQX_HOST',
  'EMQX_NODE_NAME',
  'EMQX_NODE_COOKIE',
  'EMQX_LOADED_PLUGINS',
  'EMQX_LOADED_MODULES',
  'EMQX_WAIT_FOR_STOP',
  'EMQX_DESCRIPTION',
  'EMQX_HOME',
  'EMQX_ETC_DIR',
  'EMQX_DATA_DIR',
  'EMQX_LOG_DIR',
]);

/** Writes what the environment says into the table; it wins over the files. */
export function writeEnvironment(keys: KeyTable, environment: Environment, warnings: ConfigProblem[]): void {
  for (const variable of Object.keys(environment).sort()) {
    const text = environment[variable];
    if (!variable.startsWith(PREFIX) || text === undefined || others.has(variable)) continue;
    const origin: Origin = { kind: 'environment', variable };
    const key = variable.slice(PREFIX.length).toLowerCase().replaceAll('__', '.');
    // Kubernetes sets EMQX_PORT, EMQX_SERVICE_HOST and more in every container beside a service named emqx.
    if (!key.includes('.') && findKey(key) === undefined) {
      warnings.push({ origin, text: 'names no key and is ignored' });
      continue;
    }
    keys.write(key, text.trim(), origin);
  }
  const { EMQX_NODE_NAME: node, EMQX_NAME: name, EMQX_HOST: host } = environment;
  if (node) keys.write('node.name', node, { kind: 'environment', variable: 'EMQX_NODE_NAME' });
  else if (name && host) keys.write('node.name', `${name}@${host}`, { kind: 'environment', variable: 'EMQX_NAME' });
}

/** The entries with those that the variable names switched on; any character that is in no name separates them. */
export function withEnvironment(entries: LoadedEntries, variable: string | undefined): LoadedEntries {
  const names = (variable ?? '').split(/[^A-Za-z0-9_]+/).filter((name) => name !== '');
  return new Map([...entries, ...names.map((name): [string, boolean] => [name, true])]);
}
