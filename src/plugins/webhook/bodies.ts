/** The JSON that a webhook sends for each event: actions and keys as EMQX 4.3 has them. What is not known is null. */

import { presenceReason } from '../../broker/broker.ts';
import type { ClientIdentity } from '../../ports/access.ts';
import type { HookEvents, HookName, PluginMessage } from '../../ports/plugin.ts';
import { base62 } from './base62.ts';

export type PayloadEncoding = 'plain' | 'base62' | 'base64';

/** How a payload stands in a body, by the name of the form. */
export const payloadForms: Readonly<Record<PayloadEncoding, (message: PluginMessage) => string>> = {
  plain: ({ text }) => text,
  base62: ({ payload }) => base62(payload),
  base64: ({ payload }) => payload.toString('base64'),
};

/** What a body is made of besides the event. */
export interface BodyFacts {
  readonly node: string;
  readonly nowMs: number;
  readonly encoding: PayloadEncoding;
}

type Body = Readonly<Record<string, unknown>>;
type Bodies = { readonly [N in HookName]?: (event: HookEvents[N], facts: BodyFacts) => readonly Body[] };

const whoOf = ({ clientId, username, peer, version }: ClientIdentity): Body => ({
  clientid: clientId,
  username: username ?? null,
  ipaddress: peer.address,
  proto_ver: version,
});
const nameOf = ({ clientId, username }: ClientIdentity): Body => ({ clientid: clientId, username: username ?? null });

function messageOf(message: PluginMessage, username: string | null, { nowMs, encoding }: BodyFacts): Body {
  return {
    from_client_id: message.publisher,
    from_username: username,
    topic: message.topic,
    qos: message.qos,
    retain: message.retain,
    payload: payloadForms[encoding](message),
    ts: nowMs,
  };
}

/** Names of CONNACK codes as EMQX has them. */
const connackNames: ReadonlyMap<number, string> = new Map([
  [0x00, 'success'],
  [0x84, 'unsupported_protocol_version'],
  [0x85, 'client_identifier_not_valid'],
  [0x86, 'bad_username_or_password'],
  [0x87, 'not_authorized'],
  [0x88, 'server_unavailable'],
  [0x89, 'server_busy'],
  [0x8a, 'banned'],
]);

const bodies: Bodies = {
  'client.connect': ({ client, keepAlive }) => [{ ...whoOf(client), keepalive: keepAlive }],
  'client.connack': ({ clientId, username, address, reasonCode }) => [
    {
      clientid: clientId,
      username: username ?? null,
      ipaddress: address,
      keepalive: null,
      proto_ver: null,
      conn_ack: connackNames.get(reasonCode) ?? `0x${reasonCode.toString(16)}`,
    },
  ],
  'client.connected': ({ client, keepAlive, connectedAtMs }) => [
    { ...whoOf(client), keepalive: keepAlive, connected_at: connectedAtMs },
  ],
  'client.disconnected': ({ client, reason, reasonCode, connectedAtMs }, { nowMs }) => {
    const isSecure = client.peer.transport === 'tls' || client.peer.transport === 'wss';
    const word = presenceReason(reason as Parameters<typeof presenceReason>[0], reasonCode, isSecure);
    return [{ ...nameOf(client), reason: word, connected_at: connectedAtMs, disconnected_at: nowMs }];
  },
  'client.subscribe': ({ client, subscriptions }) =>
    subscriptions.map(({ filter, qos, noLocal, retainAsPublished, retainHandling }) => ({
      ...nameOf(client),
      topic: filter,
      opts: { qos, nl: noLocal ? 1 : 0, rap: retainAsPublished ? 1 : 0, rh: retainHandling },
    })),
  'client.unsubscribe': ({ client, filters }) => filters.map((topic) => ({ ...nameOf(client), topic, opts: {} })),
  'session.subscribed': ({ client, filter, qos }) => [{ ...nameOf(client), topic: filter, opts: { qos } }],
  'session.unsubscribed': ({ client, filter }) => [{ ...nameOf(client), topic: filter }],
  'session.terminated': ({ clientId, reason }) => [{ clientid: clientId, username: null, reason }],
  'message.publish': ({ message, client }, facts) => [messageOf(message, client?.username ?? null, facts)],
  'message.delivered': ({ message, client }, facts) => [{ ...nameOf(client), ...messageOf(message, null, facts) }],
  'message.acked': ({ message, client }, facts) => [{ ...nameOf(client), ...messageOf(message, null, facts) }],
};

export const webhookEvents: readonly HookName[] = Object.keys(bodies) as HookName[];

/** One JSON text for each thing that the event is about: a SUBSCRIBE may name several topics. */
export function bodiesOf<N extends HookName>(hook: N, event: HookEvents[N], facts: BodyFacts): readonly string[] {
  const make = bodies[hook] as ((event: HookEvents[N], facts: BodyFacts) => readonly Body[]) | undefined;
  const action = hook.replace('.', '_');
  return (make?.(event, facts) ?? []).map((body) => JSON.stringify({ action, node: facts.node, ...body }));
}

/** The topic that an event is about, to be compared with the filter of a rule; undefined where there is none. */
export function topicOf(body: string): string | undefined {
  const { topic } = JSON.parse(body) as { topic?: string };
  return topic;
}
