/** Home directories of EMQX in memory, and what is made of them. */

import { join } from 'node:path';
import { type EmqxHome, readEmqxHome } from '../../src/config/emqx/read-home.ts';
import { problemText } from '../../src/config/error.ts';
import type { OptionValue } from '../../src/ports/option.ts';

/** Texts of files by their paths below the home directory; a text alone is that of `etc/emqx.conf`. */
export type Files = string | Readonly<Record<string, string>>;

export interface ReadHome extends EmqxHome {
  /** The value of a native option that the home directory or the dialect sets. */
  value(path: string): OptionValue | undefined;
  /** As the operator sees them. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

const HOME = '/opt/emqx';

/** Empty files of the plugins that need one, where a test has none under any of its names. */
function pluginFiles(given: Readonly<Record<string, string>>): Record<string, string> {
  const missing = ['http', 'jwt', 'mysql', 'pgsql', 'redis'].filter(
    (name) => !Object.keys(given).some((file) => file.endsWith(`${name}.conf`)),
  );
  return Object.fromEntries(missing.map((name) => [`etc/plugins/emqx_auth_${name}.conf`, '']));
}

export function readHome(files: Files, environment: Readonly<Record<string, string>> = {}): ReadHome {
  const given = typeof files === 'string' ? { 'etc/emqx.conf': files } : files;
  const texts = new Map(
    Object.entries({
      'etc/acl.conf': '{allow, all}.\n',
      'etc/other.conf': '',
      'etc/x.pem': '',
      ...pluginFiles(given),
      ...given,
    }),
  );
  const home = readEmqxHome(HOME, environment, (file) => {
    for (const [path, text] of texts) if (join(HOME, path) === file) return text;
    return undefined;
  });
  const { reading } = home;
  return {
    ...home,
    value: (path) => reading.assignments.get(path)?.value,
    problems: reading.problems.map(problemText),
    warnings: reading.warnings.map(problemText),
  };
}

/** `data/loaded_plugins` with the plugins of a new installation and these. */
export function loaded(...plugins: readonly string[]): string {
  return ['emqx_management', 'emqx_dashboard', 'emqx_retainer', ...plugins]
    .map((name) => `{${name}, true}.\n`)
    .join('');
}
