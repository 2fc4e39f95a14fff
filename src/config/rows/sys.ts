/** The rows of what the broker tells of itself on `$SYS` topics. */

import { defaultBrokerOptions as broker } from '../../broker/options.ts';
import type { OptionRow } from '../../ports/option.ts';

export const sysRows: readonly OptionRow[] = [
  {
    name: 'sys.tree',
    type: { kind: 'one-of', values: ['both', 'emqx', 'mosquitto', 'off'] },
    default: broker.sysTree,
    reloadable: false,
    sentence:
      'Which $SYS topics there are: those of EMQX 4 below $SYS/brokers, those of Mosquitto below $SYS/broker, both, or ' +
      'none; presence and alarms have nothing to do with it.',
  },
  {
    name: 'sys.emqx_seconds',
    type: { kind: 'duration', min: 0, max: 86_400 },
    default: broker.sysEmqxSeconds,
    zero: 'they are never published',
    reloadable: false,
    sentence: 'How often version, description, stats and metrics are published below $SYS/brokers.',
    emqx: 'broker.sys_interval',
  },
  {
    name: 'sys.heartbeat_seconds',
    type: { kind: 'duration', min: 0, max: 86_400 },
    default: broker.sysHeartbeatSeconds,
    zero: 'they are never published',
    reloadable: false,
    sentence: 'How often uptime and datetime are published below $SYS/brokers.',
    emqx: 'broker.sys_heartbeat',
  },
  {
    name: 'sys.mosquitto_seconds',
    type: { kind: 'duration', min: 0, max: 65_535 },
    default: broker.sysMosquittoSeconds,
    zero: 'there are none of them',
    reloadable: false,
    sentence: 'How often the topics below $SYS/broker are published, each only when its value has changed.',
    mosquitto: 'sys_interval',
  },
];
