/** The rows of who is kept out whatever login it has: bans, and the detection of clients that come again and again. */

import { defaultBrokerOptions as broker } from '../../broker/options.ts';
import type { OptionRow } from '../../ports/option.ts';

export const admissionRows: readonly OptionRow[] = [
  {
    name: 'bans.count_max',
    type: { kind: 'integer', min: 1, max: 10_000_000 },
    default: broker.bansMax,
    unit: 'bans',
    reloadable: true,
    sentence: 'Bans kept, those of the detection of flapping included; a further one is refused.',
  },
  {
    name: 'flapping.enabled',
    type: { kind: 'boolean' },
    default: broker.flappingDetection,
    reloadable: true,
    sentence:
      'Whether a client identifier that logs in too often within a time is banned for a while; logins that are refused ' +
      'are not counted, so that nobody can have others banned.',
    emqx: 'zone.$z.enable_flapping_detect',
  },
  {
    name: 'flapping.connects_max',
    type: { kind: 'integer', min: 2, max: 1_000_000 },
    default: broker.flappingConnectsMax,
    unit: 'logins',
    reloadable: true,
    sentence: 'The login within flapping.window_seconds with which a client is banned.',
    emqx: 'flapping_detect_policy',
  },
  {
    name: 'flapping.window_seconds',
    type: { kind: 'duration', min: 1, max: 86_400 },
    default: broker.flappingWindowSeconds,
    reloadable: true,
    sentence: 'Time within which logins are counted, from the first of them.',
  },
  {
    name: 'flapping.ban_seconds',
    type: { kind: 'duration', min: 1, max: 31_536_000 },
    default: broker.flappingBanSeconds,
    reloadable: true,
    sentence: 'How long such a client is banned.',
  },
];
