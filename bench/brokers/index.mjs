/** Every broker, in the order of the tables. */

import { aedes } from './aedes.mjs';
import { floor } from './floor.mjs';
import { hoopoe } from './hoopoe.mjs';
import { mosquitto } from './mosquitto.mjs';

/** @type {import('./broker.mjs').Broker[]} */
export const BROKERS = [hoopoe, mosquitto, aedes, floor];

/** Ratios are ratios to this one. */
export const REFERENCE = mosquitto.name;
