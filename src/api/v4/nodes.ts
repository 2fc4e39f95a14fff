/** The broker itself: `brokers`, `nodes`, its numbers and what is wrong with it. */

import { freemem, loadavg, totalmem } from 'node:os';
import type { Alarm } from '../../broker/broker.ts';
import { clockText, uptimeText } from '../../std/date-texts.ts';
import {
  answer,
  codes,
  done,
  fieldsOf,
  ofNode,
  textOf,
  type V4Call,
  V4Failure,
  V4NotFound,
  type V4Row,
  v4,
} from './row.ts';

/** A property of Erlang's machine that scripts may look at. */
const OTP_RELEASE = `Node.js ${process.version}`;

/** EMQX's answer for "no end". */
const INFINITY = 'infinity';

const version = ({ management }: V4Call): string => management.node.version;

function uptime({ management }: V4Call): string {
  return uptimeText((Date.now() - Date.parse(management.node.startedAt)) / 1000);
}

function brokerShown(call: V4Call): unknown {
  return {
    version: version(call),
    uptime: uptime(call),
    sysdescr: 'Hoopoe',
    otp_release: OTP_RELEASE,
    node_status: 'Running',
    node: call.node,
    datetime: clockText(Date.now()),
  };
}

function nodeShown(call: V4Call): unknown {
  const [load1, load5, load15] = loadavg().map((load) => load.toFixed(2));
  const total = totalmem();
  return {
    version: version(call),
    uptime: uptime(call),
    otp_release: OTP_RELEASE,
    node_status: 'Running',
    node: call.node,
    connections: call.management.broker.inspect.census.connected,
    load1,
    load5,
    load15,
    memory_total: sizeText(total),
    memory_used: sizeText(total - freemem()),
    max_fds: 1_048_576,
    process_available: 1,
    process_used: 1,
  };
}

/** As EMQX writes sizes: `68.53M`. */
function sizeText(bytes: number): string {
  const units = ['', 'K', 'M', 'G'];
  let size = bytes;
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit++) size /= 1024;
  return `${size.toFixed(2)}${units[unit]}`;
}

/** @throws V4Failure for the name of another node */
export function requireNode(call: V4Call): void {
  const { node } = call.params;
  if (node !== undefined && node !== call.node)
    throw new V4Failure(codes.nodeDown, `nodedown: there is ${call.node} alone`);
}

function alarmShown({ name, message, details, activatedAtMs, deactivatedAtMs }: Alarm): unknown {
  const isActive = deactivatedAtMs === 0;
  return {
    name,
    message,
    details,
    activated: isActive,
    activate_at: activatedAtMs * 1000,
    deactivate_at: isActive ? INFINITY : deactivatedAtMs * 1000,
    duration: ((isActive ? Date.now() : deactivatedAtMs) - activatedAtMs) * 1000,
  };
}

type AlarmKind = 'activated' | 'deactivated' | 'all';

function alarms(call: V4Call, kind: AlarmKind): ReturnType<V4Row['handle']> {
  const { active, history } = call.management.broker.inspect.alarms;
  const found = kind === 'activated' ? active : kind === 'deactivated' ? history : [...active, ...history];
  return ofNode(call, 'alarms', found.map(alarmShown));
}

export const nodeRows: readonly V4Row[] = [
  v4('GET /brokers', 'read', 'list_brokers', 'A list of brokers in the cluster', (call) => answer([brokerShown(call)])),
  v4('GET /brokers/:node', 'read', 'get_broker', 'Get broker info of a node', (call) => answer(brokerShown(call))),
  v4('GET /nodes', 'read', 'list_nodes', 'A list of nodes in the cluster', (call) => answer([nodeShown(call)])),
  v4('GET /nodes/:node', 'read', 'get_node', 'Lookup a node in the cluster', (call) => answer(nodeShown(call))),
  v4('*GET /stats', 'read', 'list_stats', 'A list of stats of all nodes in the cluster', (call) =>
    ofNode(call, 'stats', call.management.emqxNumbers.stats()),
  ),
  v4('*GET /metrics', 'read', 'list_all_metrics', 'A list of metrics of all nodes in the cluster', (call) =>
    ofNode(call, 'metrics', call.management.emqxNumbers.metrics()),
  ),
  v4('GET /emqx_prometheus', 'metrics', 'stats', 'Get emqx all stats info', ({ query, management }) => {
    const { emqxNumbers } = management;
    if (!emqxNumbers.isPrometheusOn) throw new V4NotFound();
    if (query.get('type') !== 'json') return emqxNumbers.prometheus();
    return answer({ stats: emqxNumbers.stats(), metrics: emqxNumbers.metrics() });
  }),
  v4('*GET /alarms', 'read', 'list_all_alarms', 'List all alarms in the cluster', (call) => alarms(call, 'all')),
  v4('*GET /alarms/activated', 'read', 'list_all_activated_alarms', 'List all activated alarm', (call) =>
    alarms(call, 'activated'),
  ),
  v4('*GET /alarms/deactivated', 'read', 'list_all_deactivated_alarms', 'List all deactivated alarm', (call) =>
    alarms(call, 'deactivated'),
  ),
  v4('POST /alarms/deactivated', 'operate', 'deactivate_alarm', 'Deactivate the special alarm', (call) => {
    const fields = fieldsOf(call.body);
    requireNode({ ...call, params: { node: textOf(fields, 'node') } });
    if (!call.management.broker.inspect.alarms.deactivate(textOf(fields, 'name'))) {
      throw new V4Failure(codes.unknown, 'not_found');
    }
    return done;
  }),
  v4(
    '*DELETE /alarms/deactivated',
    'operate',
    'delete_all_deactivated_alarms',
    'Delete all deactivated alarms',
    (call) => {
      call.management.broker.inspect.alarms.clearHistory();
      return done;
    },
  ),
];
