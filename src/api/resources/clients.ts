/** Clients: every session, with its connection where it has one. */

import { Type } from 'typebox';
import { type ClientDetail, type ClientSummary, clientSorts, type SubscriptionView } from '../../broker/broker.ts';
import { subscribeInPlace } from '../asker.ts';
import { ApiFailure } from '../failure.ts';
import { PageAnswer } from '../long-list.ts';
import { type Route, route } from '../route.ts';
import { absent, tellAbsence, timeText, versionText } from '../shapes.ts';

const summaryFields = {
  clientId: Type.String(),
  username: Type.Optional(Type.String()),
  connected: Type.Boolean(),
  address: Type.String(),
  port: Type.Integer(),
  listener: Type.String(),
  transport: Type.Optional(Type.String()),
  version: Type.Optional(Type.String()),
  superuser: Type.Boolean(),
  bridge: Type.Boolean(),
  keepAliveSeconds: Type.Integer(),
  cleanStart: Type.Boolean(),
  expirySeconds: Type.Integer({ description: '4294967295 is for ever' }),
  expiresAt: Type.Optional(Type.String()),
  createdAt: Type.Optional(Type.String()),
  connectedAt: Type.Optional(Type.String()),
  disconnectedAt: Type.Optional(Type.String()),
  mountpoint: Type.String(),
  durable: Type.Boolean(),
  subscriptions: Type.Integer(),
  inflight: Type.Integer(),
  inflightMax: Type.Integer(),
  queued: Type.Integer(),
  queuedBytes: Type.Integer(),
  awaitingRelease: Type.Integer(),
  messagesIn: Type.Integer(),
  messagesOut: Type.Integer(),
  packetsIn: Type.Integer(),
  packetsOut: Type.Integer(),
  bytesIn: Type.Integer(),
  bytesOut: Type.Integer(),
  bytesWaiting: Type.Integer(),
  dropped: Type.Integer(),
};

const detail = Type.Object({
  ...summaryFields,
  droppedBy: Type.Record(Type.String(), Type.Integer()),
  localAddress: Type.String(),
  localPort: Type.Integer(),
  certificateSubject: Type.Optional(Type.String()),
  pskIdentity: Type.Optional(Type.String()),
  will: Type.Optional(
    Type.Object({ topic: Type.String(), bytes: Type.Integer(), qos: Type.Integer(), retain: Type.Boolean() }),
  ),
});

const subscription = Type.Object({
  clientId: Type.String(),
  fullFilter: Type.String(),
  filter: Type.String(),
  share: Type.Optional(Type.String()),
  qos: Type.Integer(),
  noLocal: Type.Boolean(),
  retainAsPublished: Type.Boolean(),
  retainHandling: Type.Integer(),
  identifier: Type.Integer(),
});

const waiting = Type.Object({
  topic: Type.String(),
  qos: Type.Integer(),
  retain: Type.Boolean(),
  bytes: Type.Integer(),
  state: Type.Union([Type.Literal('released'), Type.Literal('inflight'), Type.Literal('queued')]),
  publisher: Type.String(),
});

const text = (maxLength: number) => Type.Optional(Type.String({ maxLength }));
const pageFields = {
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 50 }),
  cursor: text(200_000),
  search: text(1000),
};
const page = (item: Parameters<typeof Type.Array>[0]) =>
  Type.Object({ items: Type.Array(item), next: Type.Union([Type.String(), Type.Null()]), total: Type.Integer() });
const byClientId = Type.Object({ clientId: Type.String({ minLength: 1, maxLength: 65_535 }) });
const qos = Type.Union([Type.Literal(0), Type.Literal(1), Type.Literal(2)]);

export const clientRoutes: readonly Route[] = [
  route('GET /clients', 'read', 'Lists clients, connected or not', {
    query: Type.Object({
      ...pageFields,
      connected: Type.Optional(Type.Boolean()),
      username: text(65_535),
      address: text(64),
      listener: text(64),
      sort: Type.Optional(Type.Union(clientSorts.map((name) => Type.Literal(name)))),
      order: Type.Optional(Type.Union([Type.Literal('asc'), Type.Literal('desc')])),
    }),
    answer: page(Type.Object(summaryFields)),
    handle: async ({ management, query }) =>
      new PageAnswer(await management.broker.inspect.clients(query), summaryShown),
  }),
  route('GET /clients/{clientId}', 'read', 'Shows a client with everything that is known of it', {
    params: byClientId,
    query: Type.Object({ tellAbsence }),
    answer: Type.Union([detail, absent]),
    handle({ management, params, query }) {
      const client = management.broker.inspect.client(params.clientId);
      return client === undefined ? absence(params.clientId, query) : detailShown(client);
    },
  }),
  route(
    'DELETE /clients/{clientId}',
    'operate',
    'Ends the connection of a client, and its session where that is asked for',
    {
      params: byClientId,
      query: Type.Object({ session: Type.Boolean({ default: false, description: 'end the session as well' }) }),
      handle({ management, params, query, audit }) {
        audit(`kick of the client ${JSON.stringify(params.clientId)}${query.session ? ' and end of its session' : ''}`);
        if (!management.broker.inspect.kick(params.clientId, query.session)) throw noClient(params.clientId);
      },
    },
  ),
  route('GET /clients/{clientId}/subscriptions', 'read', 'Lists the subscriptions of a client', {
    params: byClientId,
    query: Type.Object({ tellAbsence }),
    answer: Type.Union([Type.Object({ items: Type.Array(subscription) }), absent]),
    handle({ management, params, query }) {
      const items = management.broker.inspect.subscriptionsOf(params.clientId);
      return items === undefined ? absence(params.clientId, query) : { items };
    },
  }),
  route('POST /clients/{clientId}/subscriptions', 'operate', 'Subscribes in a client’s place', {
    params: byClientId,
    body: Type.Object(
      {
        filter: Type.String({ minLength: 1, maxLength: 65_535 }),
        qos: Type.Optional(qos),
        noLocal: Type.Optional(Type.Boolean()),
        retainAsPublished: Type.Optional(Type.Boolean()),
        retainHandling: Type.Optional(qos),
      },
      { additionalProperties: false },
    ),
    answer: subscription,
    async handle({ management, params, body, audit }) {
      audit(`subscription of the client ${JSON.stringify(params.clientId)} to ${JSON.stringify(body.filter)}`);
      const made: SubscriptionView | undefined = await subscribeInPlace(management, params.clientId, body);
      if (made === undefined) throw noClient(params.clientId);
      return made;
    },
  }),
  route('DELETE /clients/{clientId}/subscriptions', 'operate', 'Unsubscribes in a client’s place', {
    params: byClientId,
    query: Type.Object({ filter: Type.String({ minLength: 1, maxLength: 65_535 }) }),
    handle({ management, params, query, audit }) {
      audit(`end of the subscription of ${JSON.stringify(params.clientId)} to ${JSON.stringify(query.filter)}`);
      if (!management.broker.inspect.unsubscribe(params.clientId, query.filter)) {
        throw new ApiFailure('not_found', 'There is no such client, or it has no subscription to this filter');
      }
    },
  }),
  route('GET /clients/{clientId}/queue', 'operate', 'Lists the first of what waits for a client, without payloads', {
    params: byClientId,
    query: Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 1000, default: 50 }), tellAbsence }),
    answer: Type.Union([Type.Object({ items: Type.Array(waiting) }), absent]),
    handle({ management, params, query }) {
      const items = management.broker.inspect.queueOf(params.clientId, query.limit);
      return items === undefined ? absence(params.clientId, query) : { items };
    },
  }),
  route('GET /subscriptions', 'read', 'Lists subscriptions of all clients', {
    query: Type.Object({
      ...pageFields,
      clientId: text(65_535),
      filter: text(65_535),
      matchingTopic: text(65_535),
      share: text(65_535),
      qos: Type.Optional(qos),
    }),
    answer: page(subscription),
    handle: async ({ management, query }) =>
      new PageAnswer(await management.broker.inspect.subscriptions(query), (one) => one),
  }),
];

/** @throws ApiFailure unless whoever asks wants to be told */
function absence(clientId: string, query: { readonly tellAbsence: boolean }): { readonly absent: true } {
  if (!query.tellAbsence) throw noClient(clientId);
  return { absent: true };
}

function noClient(clientId: string): ApiFailure {
  return new ApiFailure(
    'not_found',
    `There is no client ${JSON.stringify(clientId.slice(0, 200))}, or it is not connected`,
  );
}

function summaryShown(client: ClientSummary): Record<string, unknown> {
  const { version, expiresAtMs, createdAtMs, connectedAtMs, disconnectedAtMs, ...rest } = client;
  return {
    ...rest,
    version: version === undefined ? undefined : versionText(version),
    expiresAt: timeText(expiresAtMs),
    createdAt: timeText(createdAtMs),
    connectedAt: timeText(connectedAtMs),
    disconnectedAt: timeText(disconnectedAtMs),
  };
}

function detailShown(client: ClientDetail): Record<string, unknown> {
  return summaryShown(client);
}
