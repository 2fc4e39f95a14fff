/** The rows of the kind `dynamic_security`: the file of Mosquitto's dynamic security plugin. */

import type { OptionRow } from '../../../ports/option.ts';

export const dynamicSecurityRows: readonly OptionRow[] = [
  {
    name: 'dynamic_security.file',
    type: { kind: 'path' },
    default: undefined,
    unset: 'an error, because there is nothing to read',
    reloadable: false,
    sentence:
      'File of clients, groups and roles as "mosquitto_ctrl dynsec init" makes it; commands on $CONTROL/dynamic-security/v1 ' +
      'change it, and it is read again at SIGHUP.',
    mosquitto: 'plugin_opt_config_file',
  },
];
