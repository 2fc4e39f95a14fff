/** What the keys of EMQX 4.3 do that are about listeners with TLS, pre-shared keys and web pages. */

import { describe } from 'vitest';
import { lacks, needing } from '../clients/programs.ts';
import { homeTests } from './effects/home-table.ts';
import { secureEffects } from './effects/home-tls-effects.ts';

describe.skipIf(lacks('openssl'))(needing('openssl', 'keys of listeners'), () => {
  homeTests(secureEffects);
});
