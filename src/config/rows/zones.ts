/**
 * The rows of one zone, named without `zones.NAME.`: every option that may differ between clients, under the name that it
 * has for the whole broker. Made from those rows, so that a zone can say nothing that they cannot.
 */

import type { OptionRow } from '../../ports/option.ts';
import { admissionRows } from './admission.ts';
import { clientOptionNames } from './broker-option-names.ts';
import { chainRows } from './chains.ts';
import { limitRows } from './limits.ts';
import { mqttRows } from './mqtt.ts';

const names: ReadonlySet<string> = new Set([...Object.values(clientOptionNames), 'permissions.unmatched']);

export const zoneRows: readonly OptionRow[] = [...chainRows, ...admissionRows, ...limitRows, ...mqttRows]
  .filter(({ name }) => names.has(name))
  .map(({ mosquitto: _, emqx: __, ...row }) => ({
    ...row,
    default: undefined,
    unset: `as ${row.name} says`,
    // What a listener gives its clients is made when it opens.
    reloadable: false,
  }));
