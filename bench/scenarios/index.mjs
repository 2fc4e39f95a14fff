/** Every scenario, in the order of the tables. */

import { access } from './access.mjs';
import { fan } from './fan.mjs';
import { garbage } from './garbage.mjs';
import { pairs } from './pairs.mjs';
import { state } from './state.mjs';
import { transports } from './transports.mjs';

/** @type {import('./row.mjs').Scenario[]} */
export const SCENARIOS = [...pairs, ...fan, ...state, ...transports, ...access, ...garbage];
