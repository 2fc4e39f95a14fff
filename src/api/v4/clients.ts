/** Clients and their subscriptions. */

import type { ClientQuery, ClientSummary, SubscriptionView } from '../../broker/broker.ts';
import { clockText } from '../../std/date-texts.ts';
import { pagedAnswer } from './paging.ts';
import { answer, codes, done, type V4Answer, type V4Call, V4Failure, type V4Row, v4 } from './row.ts';

/** The one zone that there is. */
const ZONE = 'external';

function clientShown(client: ClientSummary, node: string): Record<string, unknown> {
  const { connected, disconnectedAtMs, version = 4, expirySeconds } = client;
  return {
    node,
    clientid: client.clientId,
    username: client.username ?? 'undefined',
    zone: ZONE,
    connected,
    ip_address: client.address,
    port: client.port,
    proto_name: version === 3 ? 'MQIsdp' : 'MQTT',
    proto_ver: version,
    keepalive: client.keepAliveSeconds,
    clean_start: client.cleanStart,
    expiry_interval: expirySeconds,
    created_at: clockText(client.createdAtMs),
    ...(client.connectedAtMs > 0 && { connected_at: clockText(client.connectedAtMs) }),
    ...(!connected && disconnectedAtMs > 0 && { disconnected_at: clockText(disconnectedAtMs) }),
    is_bridge: client.bridge,
    mountpoint: client.mountpoint,
    subscriptions_cnt: client.subscriptions,
    max_subscriptions: 0,
    inflight: client.inflight,
    max_inflight: client.inflightMax,
    mqueue_len: client.queued,
    max_mqueue: 0,
    mqueue_dropped: client.dropped,
    awaiting_rel: client.awaitingRelease,
    max_awaiting_rel: 0,
    recv_cnt: client.packetsIn,
    recv_pkt: client.packetsIn,
    recv_msg: client.messagesIn,
    recv_oct: client.bytesIn,
    send_cnt: client.packetsOut,
    send_pkt: client.packetsOut,
    send_msg: client.messagesOut,
    send_oct: client.bytesOut,
    mailbox_len: 0,
    heap_size: 0,
    reductions: 0,
  };
}

type Condition = (client: ClientSummary) => boolean;
type MakeCondition = (value: string) => Condition;

/** Seconds since 1970, milliseconds where the number is too great for seconds, or a date. */
function timeOf(text: string): number {
  const number = Number(text);
  if (Number.isFinite(number)) return number < 100_000_000_000 ? number * 1000 : number;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new V4Failure(codes.parameterWrong, 'bad_param: a time has to be seconds since 1970');
  return ms;
}

const atLeast =
  (read: (client: ClientSummary) => number, parse: (text: string) => number = Number): MakeCondition =>
  (value) => {
    const bound = parse(value);
    return (client) => read(client) >= bound;
  };
const atMost =
  (read: (client: ClientSummary) => number, parse: (text: string) => number = Number): MakeCondition =>
  (value) => {
    const bound = parse(value);
    return (client) => read(client) <= bound;
  };
const created = ({ createdAtMs }: ClientSummary): number => createdAtMs;
const connectedAt = ({ connectedAtMs }: ClientSummary): number => connectedAtMs;
const queued = ({ queued: length }: ClientSummary): number => length;
const droppedOf = ({ dropped }: ClientSummary): number => dropped;

/** Every filter that a list of clients knows; what has another name is passed over, as EMQX does. */
const conditions: ReadonlyMap<string, MakeCondition> = new Map<string, MakeCondition>([
  [
    'clientid',
    (value) =>
      ({ clientId }) =>
        clientId === value,
  ],
  [
    'username',
    (value) =>
      ({ username }) =>
        username === value,
  ],
  ['zone', (value) => () => value === ZONE],
  [
    'ip_address',
    (value) =>
      ({ address }) =>
        address === value,
  ],
  [
    'conn_state',
    (value) =>
      ({ connected }) =>
        (connected ? 'connected' : 'disconnected') === value,
  ],
  [
    'clean_start',
    (value) =>
      ({ cleanStart }) =>
        String(cleanStart) === value,
  ],
  [
    'proto_name',
    (value) =>
      ({ version }) =>
        (version === 3 ? 'MQIsdp' : 'MQTT') === value,
  ],
  [
    'proto_ver',
    (value) =>
      ({ version }) =>
        String(version) === value,
  ],
  [
    '_like_clientid',
    (value) =>
      ({ clientId }) =>
        clientId.includes(value),
  ],
  [
    '_like_username',
    (value) =>
      ({ username }) =>
        username?.includes(value) === true,
  ],
  ['_gte_created_at', atLeast(created, timeOf)],
  ['_lte_created_at', atMost(created, timeOf)],
  ['_gte_connected_at', atLeast(connectedAt, timeOf)],
  ['_lte_connected_at', atMost(connectedAt, timeOf)],
  ['_gte_mqueue_len', atLeast(queued)],
  ['_lte_mqueue_len', atMost(queued)],
  ['_gte_mqueue_dropped', atLeast(droppedOf)],
  ['_lte_mqueue_dropped', atMost(droppedOf)],
]);

function listClients(call: V4Call, more: ClientQuery = {}): Promise<V4Answer> {
  const wanted: Condition[] = [];
  for (const [name, value] of call.query) {
    const make = conditions.get(name);
    if (make !== undefined) wanted.push(make(value));
  }
  const where = wanted.length === 0 ? undefined : (client: ClientSummary) => wanted.every((holds) => holds(client));
  const clientId = call.query.get('clientid');
  const query: ClientQuery = { ...more, where, ...(clientId !== undefined && { clientId }) };
  return pagedAnswer(
    call,
    wanted.length > 0,
    (request) => call.management.broker.inspect.clients({ ...query, ...request }),
    (client) => clientShown(client, call.node),
  );
}

function subscriptionShown({ clientId, fullFilter, qos }: SubscriptionView, node: string): unknown {
  return { node, clientid: clientId, topic: fullFilter, qos };
}

function listSubscriptions(call: V4Call): Promise<V4Answer> {
  const { query, node, management } = call;
  const [filter, clientId, share] = ['topic', 'clientid', 'share'].map((name) => query.get(name));
  const [qosText, matchingTopic] = [query.get('qos'), query.get('_match_topic')];
  const qos = qosText === undefined ? undefined : (Number(qosText) as 0 | 1 | 2);
  const isFiltered = [filter, clientId, share, qosText, matchingTopic].some((value) => value !== undefined);
  return pagedAnswer(
    call,
    isFiltered,
    (request) => management.broker.inspect.subscriptions({ ...request, filter, clientId, share, qos, matchingTopic }),
    (one) => subscriptionShown(one, node),
  );
}

export const clientRows: readonly V4Row[] = [
  v4('*GET /clients', 'read', 'list_clients', 'A list of clients on current node', (call) => listClients(call)),
  v4('*GET /clients/:clientid', 'read', 'lookup_client', 'Lookup a client in the cluster', (call) => {
    const client = call.management.broker.inspect.client(call.params['clientid'] ?? '');
    return answer(client === undefined ? [] : [clientShown(client, call.node)]);
  }),
  v4('*GET /clients/username/:username', 'read', 'lookup_client_via_username', 'Lookup a client via username', (call) =>
    listClients(call, { username: call.params['username'] }),
  ),
  v4('*DELETE /clients/:clientid', 'operate', 'kickout_client', 'Kick out the client in the cluster', (call) => {
    if (!call.management.broker.inspect.kick(call.params['clientid'] ?? '', true)) throw noClient();
    return done;
  }),
  v4(
    'GET /clients/:clientid/acl_cache',
    'read',
    'list_acl_cache',
    'List the ACL cache of a specified client',
    (call) => {
      requireClient(call);
      return answer([]);
    },
  ),
  v4('DELETE /clients/:clientid/acl_cache', 'operate', 'clean_acl_cache', 'Clear the ACL cache of a client', (call) => {
    requireClient(call);
    // Those of all clients: they come back by themselves, and there is no list of whose they are.
    call.management.access.forget();
    return done;
  }),
  v4('*GET /subscriptions', 'read', 'list_subscriptions', 'A list of subscriptions in the cluster', listSubscriptions),
  v4('*GET /subscriptions/:clientid', 'read', 'lookup_client_subscriptions', 'Subscriptions of a client', (call) => {
    const found = call.management.broker.inspect.subscriptionsOf(call.params['clientid'] ?? '') ?? [];
    return answer(found.map((one) => subscriptionShown(one, call.node)));
  }),
  v4('GET /routes', 'read', 'list_routes', 'List routes', (call) =>
    pagedAnswer(
      call,
      false,
      (request) => call.management.broker.inspect.routes(request),
      ({ filter }) => ({ topic: filter, node: call.node }),
    ),
  ),
  v4('GET /routes/:topic', 'read', 'lookup_routes', 'Lookup routes to a topic', (call) => {
    const found = call.management.broker.inspect.route(call.params['topic'] ?? '');
    return answer(found === undefined ? [] : [{ topic: found.filter, node: call.node }]);
  }),
];

function requireClient({ management, params }: V4Call): void {
  if (management.broker.inspect.client(params['clientid'] ?? '') === undefined) throw noClient();
}

function noClient(): V4Failure {
  return new V4Failure(codes.clientMissing, 'not_found');
}
