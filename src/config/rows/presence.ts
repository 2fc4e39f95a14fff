/** The rows of what is told of clients that come and go. */

import { defaultBrokerOptions as broker } from '../../broker/options.ts';
import type { OptionRow } from '../../ports/option.ts';

export const presenceRows: readonly OptionRow[] = [
  {
    name: 'presence.enabled',
    type: { kind: 'boolean' },
    default: broker.presence,
    reloadable: false,
    sentence:
      'Whether $SYS/brokers/NODE/clients/CLIENT/connected and …/disconnected tell that clients come and go; nothing is ' +
      'made of which nobody wants to know.',
  },
  {
    name: 'presence.qos',
    type: { kind: 'integer', min: 0, max: 2 },
    default: broker.presenceQos,
    reloadable: true,
    sentence: 'Highest QoS at which it is told.',
    emqx: 'module.presence.qos',
  },
];
