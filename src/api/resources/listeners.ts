/** Where clients connect. */

import { Type } from 'typebox';
import { ApiFailure } from '../failure.ts';
import { type Route, route } from '../route.ts';

const listener = Type.Object({
  name: Type.String(),
  transport: Type.String(),
  url: Type.String(),
  state: Type.Union([Type.Literal('open'), Type.Literal('stopped')]),
  connections: Type.Integer(),
  connectionsMax: Type.Optional(Type.Integer({ description: 'none where only the limit of the whole broker holds' })),
  certificate: Type.Optional(
    Type.Object({
      subject: Type.String(),
      issuer: Type.String(),
      expiresAt: Type.String(),
      names: Type.Array(Type.String()),
    }),
  ),
});

const byName = Type.Object({ name: Type.String({ minLength: 1, maxLength: 64 }) });

export const listenerRoutes: readonly Route[] = [
  route('GET /listeners', 'read', 'Lists the listeners with their connections and certificates', {
    answer: Type.Object({ items: Type.Array(listener) }),
    handle: ({ management }) => ({ items: management.listeners.list() }),
  }),
  route('POST /listeners/{name}/stop', 'admin', 'Accepts no connections any more; those that are open stay', {
    params: byName,
    async handle({ management, params, audit }) {
      audit(`stop of the listener ${JSON.stringify(params.name)}`);
      requireListener(await management.listeners.stop(params.name), params.name);
    },
  }),
  route('POST /listeners/{name}/start', 'admin', 'Accepts connections again', {
    params: byName,
    async handle({ management, params, audit }) {
      audit(`start of the listener ${JSON.stringify(params.name)}`);
      requireListener(await management.listeners.start(params.name), params.name);
    },
  }),
];

function requireListener(found: boolean, name: string): void {
  if (!found) throw new ApiFailure('not_found', `There is no listener ${JSON.stringify(name)}`);
}
