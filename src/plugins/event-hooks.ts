/** Which events of the broker the hooks that are told afterwards come from. Nothing is listened to that no plugin wants. */

import type { Broker, BrokerEvents } from '../broker/broker.ts';
import type { HookEvents } from '../ports/plugin.ts';
import type { EventHookName } from './hook-names.ts';
import { MessageView } from './plugin-message.ts';

type EventSource = Pick<Broker, 'on'>;
type Tell<N extends EventHookName> = (event: HookEvents[N], topic?: string) => void;
type Wiring = { readonly [N in EventHookName]: (broker: EventSource, tell: Tell<N>) => readonly (() => void)[] };

export const eventHooks: Wiring = {
  'client.connack': (broker, tell) => [
    broker.on('connected', ({ client: { clientId, username, peer } }) =>
      tell({ clientId, username, address: peer.address, reasonCode: 0 }),
    ),
    broker.on('refused', ({ clientId, username, address, reasonCode }) =>
      tell({ clientId, username, address, reasonCode }),
    ),
  ],
  'client.connected': (broker, tell) => [broker.on('connected', (event) => tell(event))],
  'client.disconnected': (broker, tell) => [
    broker.on('disconnected', ({ client, reason, reasonCode, connectedAtMs }) =>
      tell({ client, reason, reasonCode, connectedAtMs }),
    ),
  ],
  'session.created': (broker, tell) => [
    broker.on('connected', ({ client, sessionPresent }) => {
      if (!sessionPresent) tell({ client });
    }),
  ],
  'session.resumed': (broker, tell) => [
    broker.on('connected', ({ client, sessionPresent }) => {
      if (sessionPresent) tell({ client });
    }),
  ],
  'session.takenover': takenOver,
  'session.discarded': (broker, tell) => [
    broker.on('sessionEnded', ({ clientId, reason }) => {
      if (reason === 'clean_start') tell({ clientId });
    }),
  ],
  'session.terminated': (broker, tell) => [
    broker.on('sessionEnded', ({ clientId, reason }) => {
      if (reason !== 'clean_start') tell({ clientId, reason });
    }),
  ],
  'session.subscribed': (broker, tell) => [broker.on('subscribed', (event) => tell(event))],
  'session.unsubscribed': (broker, tell) => [broker.on('unsubscribed', (event) => tell(event))],
  'message.delivered': (broker, tell) => [
    broker.on('delivered', ({ message, client, qos }) =>
      tell({ message: new MessageView(message), client, qos }, message.topic),
    ),
  ],
  'message.acked': (broker, tell) => [
    broker.on('acknowledged', ({ message, client, qos }) =>
      tell({ message: new MessageView(message), client, qos }, message.topic),
    ),
  ],
  'message.dropped': (broker, tell) => [
    broker.on('dropped', ({ message, clientId, reason }) =>
      tell({ message: new MessageView(message), clientId, reason }, message.topic),
    ),
  ],
};

/** A session is taken over where its earlier connection was ended by a new one that resumes it. */
function takenOver(broker: EventSource, tell: Tell<'session.takenover'>): readonly (() => void)[] {
  const ended = new Map<string, BrokerEvents['disconnected']['client']>();
  return [
    broker.on('disconnected', ({ client, reason }) => {
      if (reason === 'taken_over') ended.set(client.clientId, client);
    }),
    broker.on('sessionEnded', ({ clientId }) => ended.delete(clientId)),
    broker.on('connected', ({ client: { clientId } }) => {
      const client = ended.get(clientId);
      if (client === undefined) return;
      ended.delete(clientId);
      tell({ client });
    }),
  ];
}
