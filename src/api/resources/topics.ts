/** Topics that somebody subscribes to, and retained messages, both as trees. */

import { Type } from 'typebox';
import type { ChildrenPage, RetainedDetail, RetainedSummary } from '../../broker/broker.ts';
import { askerOf } from '../asker.ts';
import { ApiFailure } from '../failure.ts';
import { PageAnswer } from '../long-list.ts';
import { type Route, route } from '../route.ts';
import { absent, payloadShown, tellAbsence, timeText } from '../shapes.ts';

const topicText = Type.String({ minLength: 1, maxLength: 65_535 });
const childrenQuery = Type.Object({
  parent: Type.Optional(topicText),
  cursor: Type.Optional(topicText),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 200 }),
});
const nextText = Type.Union([Type.String(), Type.Null()]);
const children = Type.Object({
  items: Type.Array(
    Type.Object({ level: Type.String(), topic: Type.String(), count: Type.Integer(), isLeaf: Type.Boolean() }),
  ),
  next: nextText,
});
const retainedFields = {
  topic: Type.String(),
  bytes: Type.Integer(),
  qos: Type.Integer(),
  publisher: Type.String(),
  expiresAt: Type.Optional(Type.String()),
};
const retainedDetail = Type.Object({
  ...retainedFields,
  payload: Type.Union([Type.Object({ text: Type.String() }), Type.Object({ hex: Type.String() })]),
  properties: Type.Optional(Type.Unknown()),
});
const listQuery = {
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 50 }),
  cursor: Type.Optional(Type.String({ maxLength: 200_000 })),
  search: Type.Optional(Type.String({ maxLength: 1000 })),
};

export const topicRoutes: readonly Route[] = [
  route('GET /topics', 'read', 'Lists the filters that somebody subscribes to', {
    query: Type.Object(listQuery),
    answer: Type.Object({
      items: Type.Array(Type.Object({ filter: Type.String(), subscriptions: Type.Integer() })),
      next: nextText,
      total: Type.Integer(),
    }),
    handle: async ({ management, query }) =>
      new PageAnswer(await management.broker.inspect.routes(query), (one) => one),
  }),
  route('GET /topics/children', 'read', 'Gives the next level of the tree of filters', {
    query: childrenQuery,
    answer: children,
    handle: async ({ management, query: { parent, cursor, limit } }) =>
      childrenShown(await management.broker.inspect.routeChildren({ parent, after: cursor, limit })),
  }),
  route('GET /retained', 'read', 'Lists retained messages by their topics', {
    query: Type.Object({ ...listQuery, filter: Type.Optional(topicText) }),
    answer: Type.Object({ items: Type.Array(Type.Object(retainedFields)), next: nextText, total: Type.Integer() }),
    handle: async ({ management, query }) =>
      new PageAnswer(await management.broker.inspect.retained.list(query), retainedShown),
  }),
  route('GET /retained/children', 'read', 'Gives the next level of the tree of retained messages', {
    query: childrenQuery,
    answer: children,
    handle: async ({ management, query: { parent, cursor, limit } }) =>
      childrenShown(await management.broker.inspect.retained.children({ parent, after: cursor, limit })),
  }),
  route('GET /retained/message', 'read', 'Shows the retained message of a topic', {
    query: Type.Object({ topic: topicText, tellAbsence }),
    answer: Type.Union([retainedDetail, absent]),
    handle({ management, query }) {
      const message = management.broker.inspect.retained.get(query.topic);
      if (message !== undefined) return detailShown(message);
      if (query.tellAbsence) return { absent: true };
      throw noMessage();
    },
  }),
  route('DELETE /retained/message', 'operate', 'Deletes the retained message of a topic', {
    query: Type.Object({ topic: topicText }),
    async handle({ management, query, audit, caller, address }) {
      audit(`removal of the retained message of ${JSON.stringify(query.topic.slice(0, 200))}`);
      const asker = askerOf(management, caller?.name ?? '', address);
      if (!(await management.broker.inspect.retained.delete(query.topic, asker))) throw noMessage();
    },
  }),
  route('DELETE /retained', 'operate', 'Deletes the retained messages of a topic and of all below it', {
    query: Type.Object({ prefix: topicText }),
    answer: Type.Object({ deleted: Type.Integer() }),
    async handle({ management, query, audit, caller, address }) {
      audit(`removal of the retained messages below ${JSON.stringify(query.prefix.slice(0, 200))}`);
      const asker = askerOf(management, caller?.name ?? '', address);
      return { deleted: await management.broker.inspect.retained.deleteBelow(query.prefix, asker) };
    },
  }),
];

function noMessage(): ApiFailure {
  return new ApiFailure('not_found', 'No message is retained for this topic');
}

function childrenShown({ items, next }: ChildrenPage): unknown {
  return { items, next: next ?? null };
}

function retainedShown({ expiresAtMs, ...rest }: RetainedSummary): Record<string, unknown> {
  return { ...rest, expiresAt: timeText(expiresAtMs) };
}

function detailShown({ payload, properties, ...rest }: RetainedDetail): unknown {
  const { correlationData, ...others } = properties ?? {};
  const shown = properties && { ...others, correlationDataHex: correlationData?.toString('hex') };
  return { ...retainedShown(rest), payload: payloadShown(payload), properties: shown };
}
