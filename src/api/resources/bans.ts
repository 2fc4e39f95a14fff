/** Who must not come in. */

import { Type } from 'typebox';
import type { Ban, BanKind } from '../../broker/broker.ts';
import { ApiFailure } from '../failure.ts';
import { type Route, route } from '../route.ts';
import { timeText } from '../shapes.ts';

const kind = Type.Union([Type.Literal('client_id'), Type.Literal('username'), Type.Literal('address')]);
const ban = Type.Object({
  kind,
  value: Type.String(),
  by: Type.String(),
  reason: Type.String(),
  at: Type.String(),
  until: Type.Optional(Type.String({ description: 'never where it is left out' })),
});

export const banRoutes: readonly Route[] = [
  route('GET /bans', 'read', 'Lists who must not come in, the oldest ban first', {
    answer: Type.Object({ items: Type.Array(ban) }),
    handle: ({ management }) => ({ items: management.broker.bans.list().map(shown) }),
  }),
  route(
    'POST /bans',
    'operate',
    'Bans a client identifier, a user name, an address or a range, and ends its connections',
    {
      body: Type.Object(
        {
          kind,
          value: Type.String({ minLength: 1, maxLength: 65_535 }),
          reason: Type.Optional(Type.String({ maxLength: 1000 })),
          until: Type.Optional(Type.String({ maxLength: 40, description: 'ISO 8601; for ever unless given' })),
        },
        { additionalProperties: false },
      ),
      answer: ban,
      async handle({ management, body, caller, audit }) {
        const { kind, value, reason = '', until } = body;
        const untilMs = until === undefined ? undefined : Date.parse(until);
        if (untilMs !== undefined && Number.isNaN(untilMs)) {
          throw new ApiFailure('bad_request', 'until has to be a time such as 2030-12-31T00:00:00Z');
        }
        audit(`ban of the ${kind} ${JSON.stringify(value.slice(0, 200))}`);
        const made = await management.broker.bans.add({
          kind,
          value,
          reason,
          by: caller?.name ?? '',
          ...(untilMs !== undefined && { untilMs }),
        });
        return shown(made);
      },
    },
  ),
  route('DELETE /bans', 'operate', 'Ends a ban', {
    query: Type.Object({ kind, value: Type.String({ minLength: 1, maxLength: 65_535 }) }),
    async handle({ management, query, audit }) {
      audit(`end of the ban of the ${query.kind} ${JSON.stringify(query.value.slice(0, 200))}`);
      if (!(await management.broker.bans.remove(query.kind as BanKind, query.value))) {
        throw new ApiFailure('not_found', 'There is no ban of this kind and value');
      }
    },
  }),
];

function shown({ kind, value, by, reason, atMs, untilMs }: Ban): unknown {
  return { kind, value, by, reason, at: timeText(atMs), until: untilMs === undefined ? undefined : timeText(untilMs) };
}
