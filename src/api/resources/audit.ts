/** What was changed through the API. */

import { Type } from 'typebox';
import { type Route, route } from '../route.ts';

const entry = Type.Object({
  number: Type.Integer(),
  at: Type.String(),
  who: Type.String(),
  kind: Type.String(),
  address: Type.String(),
  what: Type.String(),
  outcome: Type.Union([Type.Literal('done'), Type.Literal('refused'), Type.Literal('failed')]),
});

export const auditRoutes: readonly Route[] = [
  route('GET /audit', 'admin', 'Lists what was changed, newest first', {
    query: Type.Object({
      limit: Type.Integer({ minimum: 1, maximum: 1000, default: 50 }),
      cursor: Type.Optional(Type.Integer({ minimum: 1, description: 'entries with smaller numbers only' })),
    }),
    answer: Type.Object({ items: Type.Array(entry), next: Type.Union([Type.Integer(), Type.Null()]) }),
    handle({ management, query }) {
      const items = management.audit.list(query.limit, query.cursor);
      return { items, next: items.length < query.limit ? null : (items.at(-1)?.number ?? null) };
    },
  }),
];
