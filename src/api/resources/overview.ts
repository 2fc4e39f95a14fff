/** The broker at a glance: what there is, what flows, what is dropped, and what an operator has to see to. */

import { Type } from 'typebox';
import type { Alarm, ClientSummary } from '../../broker/broker.ts';
import { ApiFailure } from '../failure.ts';
import { type Route, route } from '../route.ts';
import { timeText } from '../shapes.ts';

const span = Type.Union([Type.Literal('10m'), Type.Literal('24h')], { default: '10m' });
/** What busy clients are ordered by. */
const trafficSorts = ['messagesIn', 'messagesOut', 'bytesIn', 'bytesOut'] as const;
const alarm = Type.Object({
  name: Type.String(),
  message: Type.String(),
  details: Type.Unknown(),
  activatedAt: Type.String(),
  deactivatedAt: Type.Optional(Type.String()),
});

export const overviewRoutes: readonly Route[] = [
  route('GET /overview', 'read', 'Gives the broker at a glance', {
    answer: Type.Unknown(),
    handle: ({ management }) => management.overview(),
  }),
  route('GET /history', 'read', 'Gives the last minutes or the last day as series of numbers', {
    query: Type.Object({ span }),
    answer: Type.Object({
      stepSeconds: Type.Number(),
      from: Type.String(),
      series: Type.Record(Type.String(), Type.Array(Type.Union([Type.Number(), Type.Null()]))),
    }),
    handle: ({ management, query }) => management.history(query.span as '10m' | '24h'),
  }),
  route('GET /alarms', 'read', 'Lists what an operator has to see to, or what is over', {
    query: Type.Object({ state: Type.Union([Type.Literal('active'), Type.Literal('history')], { default: 'active' }) }),
    answer: Type.Object({ items: Type.Array(alarm) }),
    handle({ management, query }) {
      const { alarms } = management.broker.inspect;
      return { items: (query.state === 'active' ? alarms.active : alarms.history).map(alarmShown) };
    },
  }),
  route('DELETE /alarms/{name}', 'operate', 'Ends an alarm that somebody has seen to', {
    params: Type.Object({ name: Type.String({ minLength: 1, maxLength: 500 }) }),
    handle({ management, params, audit }) {
      audit(`end of the alarm ${JSON.stringify(params.name)}`);
      if (!management.broker.inspect.alarms.deactivate(params.name)) {
        throw new ApiFailure('not_found', 'There is no such alarm');
      }
    },
  }),
  route('GET /tables/slow-subscribers', 'read', 'Lists connected clients with most messages waiting', {
    query: Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 1000, default: 50 }) }),
    answer: Type.Object({ items: Type.Array(Type.Unknown()) }),
    handle: async ({ management, query }) => ({
      items: await management.broker.inspect.slowSubscribers(query.limit),
    }),
  }),
  route('GET /tables/top-clients', 'read', 'Lists connected clients with most traffic since they connected', {
    query: Type.Object({
      sort: Type.Union(
        trafficSorts.map((sort) => Type.Literal(sort)),
        { default: 'messagesIn' },
      ),
      limit: Type.Integer({ minimum: 1, maximum: 1000, default: 50 }),
    }),
    answer: Type.Object({
      items: Type.Array(
        Type.Object({
          clientId: Type.String(),
          username: Type.Optional(Type.String()),
          address: Type.String(),
          connectedAt: Type.Optional(Type.String()),
          messagesIn: Type.Integer(),
          messagesOut: Type.Integer(),
          bytesIn: Type.Integer(),
          bytesOut: Type.Integer(),
        }),
      ),
    }),
    handle: async ({ management, query: { sort, limit } }) => ({
      items: (await management.broker.inspect.clients({ connected: true, sort, order: 'desc', limit })).items.map(
        trafficShown,
      ),
    }),
  }),
  route('GET /tables/top-topics', 'read', 'Lists the topics with most messages, once counting was begun', {
    query: Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 1000, default: 50 }) }),
    answer: Type.Object({ since: Type.Optional(Type.String()), items: Type.Array(Type.Unknown()) }),
    handle({ management, query }) {
      const { topTopics } = management.broker.inspect;
      return { since: timeText(topTopics.sinceMs), items: topTopics.top(query.limit) };
    },
  }),
  route('POST /tables/top-topics', 'operate', 'Begins or ends to count messages by topic', {
    body: Type.Object({ on: Type.Boolean() }, { additionalProperties: false }),
    handle({ management, body, audit }) {
      const { topTopics } = management.broker.inspect;
      audit(`${body.on ? 'begin' : 'end'} of counting messages by topic`);
      if (body.on) topTopics.start(Date.now());
      else topTopics.stop();
    },
  }),
];

function trafficShown(client: ClientSummary): unknown {
  const { clientId, username, address, connectedAtMs, messagesIn, messagesOut, bytesIn, bytesOut } = client;
  const connectedAt = timeText(connectedAtMs);
  return { clientId, username, address, connectedAt, messagesIn, messagesOut, bytesIn, bytesOut };
}

function alarmShown({ activatedAtMs, deactivatedAtMs, ...rest }: Alarm): unknown {
  return { ...rest, activatedAt: timeText(activatedAtMs), deactivatedAt: timeText(deactivatedAtMs) };
}
