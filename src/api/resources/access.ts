/** The sources of logins and permissions: how they are, whether they answer, and why somebody may do something. */

import { Type } from 'typebox';
import { ApiFailure } from '../failure.ts';
import type { AccessAdministration, Management } from '../management.ts';
import { type Route, route } from '../route.ts';

const counts = Type.Object({
  allow: Type.Integer(),
  deny: Type.Integer(),
  ignore: Type.Integer(),
  failed: Type.Integer(),
});

const source = Type.Object({
  name: Type.String(),
  kind: Type.String(),
  order: Type.Integer({ description: 'who is asked first has 1' }),
  movable: Type.Boolean({ description: 'whether its place can be changed: it is one of the configuration' }),
  state: Type.Union([Type.Literal('ok'), Type.Literal('failing')]),
  error: Type.Optional(Type.String()),
  logins: counts,
  permissions: counts,
  canTest: Type.Boolean(),
  hasUsers: Type.Boolean(),
});

const byName = Type.Object({ name: Type.String({ minLength: 1, maxLength: 64 }) });

export const accessRoutes: readonly Route[] = [
  route('GET /access/sources', 'read', 'Lists who is asked about logins and permissions, in order', {
    answer: Type.Object({ items: Type.Array(source) }),
    handle({ management }) {
      const { access } = management;
      const movable = new Set(access.movable());
      const items = access.statistics.sources.map(({ name, kind, up, lastFailure, logins, permissions }, index) => ({
        name,
        kind,
        order: index + 1,
        movable: movable.has(name),
        state: up ? 'ok' : 'failing',
        ...(!up && lastFailure !== undefined && { error: lastFailure.text }),
        logins,
        permissions,
        canTest: access.canTest(name),
        hasUsers: management.users(name) !== undefined,
      }));
      return { items };
    },
  }),
  route('POST /access/sources/{name}/test', 'operate', 'Asks whoever stands behind a source a harmless question', {
    params: byName,
    answer: Type.Object({ ok: Type.Boolean(), error: Type.Optional(Type.String()) }),
    async handle({ management, params, audit }) {
      const { access } = management;
      if (!access.canTest(params.name)) throw new ApiFailure('not_found', noSource(management, params.name));
      audit(`test of the access source ${JSON.stringify(params.name)}`);
      const error = await access.test(params.name);
      return error === undefined ? { ok: true } : { ok: false, error };
    },
  }),
  route('POST /access/forget', 'operate', 'Forgets decisions about permissions, so that every source is asked again', {
    handle({ management, audit }) {
      audit('all decisions about permissions forgotten');
      management.access.forget();
    },
  }),
  route('POST /access/explain', 'read', 'Says whether a client may do something, and who decides', {
    body: Type.Object(
      {
        clientId: Type.Optional(
          Type.String({ maxLength: 65_535, description: 'one of clientId, bridge and caller is needed' }),
        ),
        bridge: Type.Optional(Type.String({ maxLength: 64, description: 'name of a bridge' })),
        caller: Type.Optional(Type.String({ maxLength: 200, description: 'name of a login or key of the API' })),
        username: Type.Optional(Type.String({ maxLength: 65_535 })),
        address: Type.String({ maxLength: 64, default: '127.0.0.1' }),
        listener: Type.Optional(Type.String({ maxLength: 64 })),
        action: Type.Union([Type.Literal('publish'), Type.Literal('subscribe'), Type.Literal('receive')]),
        topic: Type.String({ minLength: 1, maxLength: 65_535 }),
        qos: Type.Optional(Type.Union([Type.Literal(0), Type.Literal(1), Type.Literal(2)])),
        retain: Type.Optional(Type.Boolean()),
      },
      { additionalProperties: false },
    ),
    answer: Type.Object({
      allowed: Type.Boolean(),
      decidedBy: Type.String(),
      steps: Type.Array(
        Type.Object({
          source: Type.String(),
          kind: Type.String(),
          answer: Type.String(),
          because: Type.String(),
          decides: Type.Boolean(),
        }),
      ),
    }),
    async handle({ management, body }) {
      const question: Parameters<AccessAdministration['explain']>[0] = {
        ...body,
        qos: body.qos ?? 0,
        retain: body.retain ?? false,
      };
      const { allowed, steps } = await management.access.explain(question);
      return { allowed, decidedBy: steps.find(({ decides }) => decides)?.source ?? '', steps };
    },
  }),
];

function noSource({ access }: Management, name: string): string {
  const names = access.statistics.sources.map((one) => one.name).join(', ');
  return `No access source ${JSON.stringify(name)} can be tested; there are: ${names === '' ? 'none' : names}`;
}
