/** The rows of the process itself: who may come in without a login, its name and its data folder. */

import { defaultBrokerOptions as broker } from '../../broker/options.ts';
import type { OptionRow, TextRule } from '../../ports/option.ts';

/** What there can be several of, by its path. */
const removable: TextRule = {
  allowed: 'listeners.NAME, access.NAME or bridges.NAME',
  test: (text) => /^(?:listeners|access|bridges)\.[a-z][a-z0-9_-]{0,31}$/.test(text),
};

export const generalRows: readonly OptionRow[] = [
  {
    name: 'allow_anonymous',
    type: { kind: 'one-of', values: ['true', 'false', 'without_username'] },
    default: undefined,
    unset:
      'true on listeners that only this machine can reach and for which no source of logins is configured, false on all others',
    reloadable: false,
    sentence:
      'Whether clients may connect that no source of logins knows, on every listener that does not say it for itself; ' +
      'without_username lets in those that claim no user name; a client whose login was refused is never let in.',
    mosquitto: 'allow_anonymous',
    emqx: 'allow_anonymous',
  },
  {
    name: 'node.name',
    type: {
      kind: 'string',
      rule: {
        allowed: 'a name and a host such as hoopoe@10.0.0.1',
        test: (text) => /^[A-Za-z0-9_-]{1,64}@[A-Za-z0-9._:-]{1,255}$/.test(text),
      },
    },
    default: broker.node,
    reloadable: false,
    sentence: 'Name of this broker in $SYS topics.',
    emqx: 'node.name',
  },
  {
    name: 'data.dir',
    type: { kind: 'path' },
    default: undefined,
    unset: "$HOOPOE_DATA_DIR, otherwise the user's folder for application data, or /var/lib/hoopoe for root",
    reloadable: false,
    sentence: 'Folder of everything the broker keeps, such as the certificates it makes; created with mode 0700.',
    mosquitto: 'persistence_location',
    emqx: 'node.data_dir',
  },
  {
    name: 'durability.mode',
    type: { kind: 'one-of', values: ['strict', 'relaxed', 'memory'] },
    default: 'strict',
    reloadable: false,
    sentence:
      'What an acknowledgement promises: strict means that the disk has it, relaxed that the disk has it within ' +
      'durability.window_seconds_max, memory that it is gone when the broker stops.',
    mosquitto: 'persistence',
  },
  {
    name: 'durability.window_seconds_max',
    type: { kind: 'duration', min: 0.01, max: 60 },
    default: 0.2,
    reloadable: false,
    sentence: 'How long an acknowledged message may wait for the disk when durability.mode is relaxed.',
  },
  {
    name: 'durability.copy_file',
    type: { kind: 'path' },
    default: undefined,
    unset: 'no copy is left',
    reloadable: false,
    sentence:
      'File in which a clean stop leaves a copy of all that is kept; when it is gone at the next start so is the state, ' +
      'and when it is another copy that is read.',
    mosquitto: 'persistence_file',
  },
  {
    name: 'removed_sections',
    type: { kind: 'list', rule: removable },
    default: [],
    reloadable: false,
    sentence:
      'Sections of the configuration file that count as not written; the management interface keeps here which ones were ' +
      'removed at run time.',
  },
];
