/**
 * `npm start`: makes a fresh clone ready, then is the broker. The executable is loaded into this process, so arguments,
 * signals, terminal and exit code need no forwarding; when everything is ready already, only a few file times are read.
 */

import './node-version.mjs';
import { fileURLToPath } from 'node:url';

import('./setup.mjs')
  .then(async ({ ensureBuilt, ensureInstalled, executable }) => {
    await ensureInstalled();
    await ensureBuilt();
    process.argv[1] = executable;
    // A clone keeps its data beside it, not in the user's home.
    process.env.HOOPOE_DATA_DIR ??= fileURLToPath(new URL('../data', import.meta.url));
    await import(new URL('../bin/hoopoe', import.meta.url).href);
  })
  .catch((error) => {
    console.error(error.name === 'ToolFailure' ? error.message : error);
    process.exit(1);
  });
