/** Keys of programs that use the API. */

import { Type } from 'typebox';
import { ApiFailure } from '../failure.ts';
import { type Route, route } from '../route.ts';
import { lastingNote } from '../shapes.ts';

const scope = Type.Union([Type.Literal('read'), Type.Literal('operate'), Type.Literal('admin')]);
const keyFields = {
  id: Type.String(),
  name: Type.String(),
  scope,
  createdAt: Type.String(),
  expiresAt: Type.Optional(Type.String()),
};

export const apiKeyRoutes: readonly Route[] = [
  route('GET /api-keys', 'admin', 'Lists the API keys, without their secrets', {
    answer: Type.Object({ items: Type.Array(Type.Object(keyFields)) }),
    handle: ({ management }) => ({ items: management.apiKeys.list() }),
  }),
  route('POST /api-keys', 'admin', 'Makes an API key; its token is shown this once', {
    body: Type.Object(
      {
        name: Type.String({ minLength: 1, maxLength: 100 }),
        scope,
        expiresAt: Type.Optional(Type.String({ maxLength: 40, description: 'ISO 8601' })),
      },
      { additionalProperties: false },
    ),
    answer: Type.Object({ ...keyFields, token: Type.String(), note: Type.Optional(Type.String()) }),
    async handle(call) {
      const { name, scope, expiresAt } = call.body;
      const endsAtMs = expiresAt === undefined ? undefined : Date.parse(expiresAt);
      if (endsAtMs !== undefined && !(endsAtMs > Date.now())) {
        throw new ApiFailure('bad_request', 'expiresAt has to be a time to come, such as 2030-12-31T00:00:00Z');
      }
      call.audit(`new API key ${JSON.stringify(name)} with the scope ${scope}`);
      const ends = endsAtMs === undefined ? undefined : new Date(endsAtMs).toISOString();
      const { key, token } = await call.management.apiKeys.add(name, scope, ends);
      return { ...key, token, ...lastingNote(call.management) };
    },
  }),
  route('DELETE /api-keys/{id}', 'admin', 'Deletes an API key', {
    params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
    async handle(call) {
      call.audit(`removal of the API key ${JSON.stringify(call.params.id)}`);
      if (!(await call.management.apiKeys.remove(call.params.id))) {
        throw new ApiFailure('not_found', 'There is no API key with this identifier');
      }
    },
  }),
];
