/**
 * `npm run ratchet`: writes into test/structure/size-ratchet.json what shrank. It never lets anything in or grow; an
 * exception is written into the file by hand, where a reviewer sees it.
 */

import './node-version.mjs';
import { packageBin, runNode } from './process.mjs';

process.exitCode = await runNode(packageBin('vitest', 'vitest'), ['run', 'test/structure/sizes.test.ts'], {
  env: { ...process.env, HOOPOE_TIGHTEN_RATCHET: '1' },
});
