/** The last lines of the log. */

import { Type } from 'typebox';
import { type Route, route } from '../route.ts';

const level = Type.Union([Type.Literal('error'), Type.Literal('warn'), Type.Literal('info'), Type.Literal('debug')]);

export const logRoutes: readonly Route[] = [
  route('GET /logs', 'operate', 'Gives the last lines of the log, oldest first', {
    query: Type.Object({
      limit: Type.Integer({ minimum: 1, maximum: 1000, default: 200 }),
      after: Type.Integer({ minimum: 0, default: 0, description: 'lines with greater numbers only' }),
      level: Type.Optional(level),
    }),
    answer: Type.Object({
      items: Type.Array(
        Type.Object({
          number: Type.Integer(),
          at: Type.String(),
          level,
          message: Type.String(),
          fields: Type.Record(Type.String(), Type.Unknown()),
        }),
      ),
    }),
    handle: ({ management, query }) => ({
      items: management.log.list(query.limit, query.level ?? 'debug', query.after),
    }),
  }),
];
