/** Users and permissions that a source of logins keeps itself: the built-in database. */

import { Type } from 'typebox';
import type { BuiltinPermission, BuiltinUser, BuiltinUsers, PermissionTarget } from '../../ports/builtin-users.ts';
import { ApiFailure } from '../failure.ts';
import type { Management } from '../management.ts';
import { type Route, route } from '../route.ts';
import { timeText } from '../shapes.ts';

const name = Type.String({ minLength: 1, maxLength: 65_535 });
const kind = Type.Union([Type.Literal('username'), Type.Literal('client_id')]);
const targetKind = Type.Union([Type.Literal('username'), Type.Literal('client_id'), Type.Literal('all')]);
const effect = Type.Union([Type.Literal('allow'), Type.Literal('deny')]);
const action = Type.Union([Type.Literal('publish'), Type.Literal('subscribe'), Type.Literal('all')]);
const password = Type.String({ minLength: 1, maxLength: 65_535 });
const user = Type.Object({
  kind,
  name: Type.String(),
  superuser: Type.Boolean(),
  passwordHash: Type.String(),
  scram: Type.Boolean(),
  createdAt: Type.Optional(Type.String()),
});
const permission = Type.Object({
  effect,
  action,
  topic: Type.String(),
  literal: Type.Boolean(),
  createdAt: Type.Optional(Type.String()),
});
const bySource = Type.Object({ source: Type.String({ minLength: 1, maxLength: 64 }) });
const byUser = Type.Object({ source: Type.String({ minLength: 1, maxLength: 64 }), kind, name });
const target = { kind: targetKind, name: Type.Optional(name) };

export const userRoutes: readonly Route[] = [
  route('GET /access/sources/{source}/users', 'operate', 'Lists users in the order of their names', {
    params: bySource,
    query: Type.Object({
      kind: Type.Optional(kind),
      cursor: Type.Optional(name),
      limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
    }),
    answer: Type.Object({ items: Type.Array(user), next: Type.Union([Type.String(), Type.Null()]) }),
    handle({ management, params, query }) {
      const { limit, cursor, kind = 'username' } = query;
      const users = usersOf(management, params.source).users(kind, {
        limit,
        ...(cursor !== undefined && { after: cursor }),
      });
      return { items: users.map(userShown), next: users.length < limit ? null : (users.at(-1)?.name ?? null) };
    },
  }),
  route('POST /access/sources/{source}/users', 'admin', 'Adds a user', {
    params: bySource,
    body: Type.Object(
      { kind, name, password, superuser: Type.Optional(Type.Boolean()) },
      { additionalProperties: false },
    ),
    answer: user,
    async handle({ management, params, body, audit }) {
      const users = usersOf(management, params.source);
      audit(`new user ${shortName(body.name)} (${body.kind}) of ${params.source}`);
      if (!(await users.addUser({ ...body, superuser: body.superuser ?? false }))) {
        throw new ApiFailure('conflict', `There is a user ${shortName(body.name)} already`);
      }
      return userShown(existing(users.user(body.kind, body.name), body.name));
    },
  }),
  route('PATCH /access/sources/{source}/users/{kind}/{name}', 'admin', 'Changes the password or the rights of a user', {
    params: byUser,
    body: Type.Object(
      { password: Type.Optional(password), superuser: Type.Optional(Type.Boolean()) },
      { additionalProperties: false, minProperties: 1 },
    ),
    answer: user,
    async handle({ management, params, body, audit }) {
      const users = usersOf(management, params.source);
      audit(`change of the user ${shortName(params.name)} (${params.kind}): ${Object.keys(body).join(', ')}`);
      if (!(await users.changeUser(params.kind, params.name, body))) throw noUser(params.name);
      return userShown(existing(users.user(params.kind, params.name), params.name));
    },
  }),
  route('DELETE /access/sources/{source}/users/{kind}/{name}', 'admin', 'Removes a user', {
    params: byUser,
    async handle({ management, params, audit }) {
      const users = usersOf(management, params.source);
      audit(`removal of the user ${shortName(params.name)} (${params.kind}) of ${params.source}`);
      if (!(await users.removeUser(params.kind, params.name))) throw noUser(params.name);
    },
  }),
  route(
    'GET /access/sources/{source}/permissions',
    'operate',
    'Lists permissions, the newest first, which is asked first',
    {
      params: bySource,
      query: Type.Object(target),
      answer: Type.Object({ items: Type.Array(permission) }),
      handle({ management, params, query }) {
        const permissions = usersOf(management, params.source).permissions(targetOf(query));
        return { items: permissions.map(permissionShown) };
      },
    },
  ),
  route('GET /access/sources/{source}/permissions/names', 'operate', 'Lists who has permissions', {
    params: bySource,
    query: Type.Object({
      kind,
      cursor: Type.Optional(name),
      limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
    }),
    answer: Type.Object({ items: Type.Array(Type.String()), next: Type.Union([Type.String(), Type.Null()]) }),
    handle({ management, params, query: { kind, cursor, limit } }) {
      const users = usersOf(management, params.source);
      const items = users.namesWithPermissions(kind, { limit, ...(cursor !== undefined && { after: cursor }) });
      return { items, next: items.length < limit ? null : (items.at(-1) ?? null) };
    },
  }),
  route(
    'POST /access/sources/{source}/permissions',
    'admin',
    'Adds a permission; it replaces an earlier one of the same action and topic',
    {
      params: bySource,
      body: Type.Object(
        { ...target, effect, action, topic: name, literal: Type.Optional(Type.Boolean()) },
        { additionalProperties: false },
      ),
      async handle({ management, params, body, audit }) {
        const { effect, action, topic, literal = false } = body;
        const whom = targetOf(body);
        audit(`permission for ${whomText(whom)}: ${effect} ${action} ${JSON.stringify(topic.slice(0, 200))}`);
        await usersOf(management, params.source).addPermission(whom, { effect, action, topic, literal });
      },
    },
  ),
  route('DELETE /access/sources/{source}/permissions', 'admin', 'Removes a permission', {
    params: bySource,
    query: Type.Object({ ...target, action, topic: name }),
    async handle({ management, params, query, audit }) {
      const whom = targetOf(query);
      audit(
        `removal of the permission for ${whomText(whom)}: ${query.action} ${JSON.stringify(query.topic.slice(0, 200))}`,
      );
      const users = usersOf(management, params.source);
      if (!(await users.removePermission(whom, query.action, query.topic))) {
        throw new ApiFailure('not_found', 'There is no such permission');
      }
    },
  }),
];

function usersOf(management: Management, source: string): BuiltinUsers {
  const users = management.users(source);
  if (users === undefined) {
    throw new ApiFailure('not_found', `There is no access source ${JSON.stringify(source)} that keeps users itself`);
  }
  return users;
}

function targetOf({ kind, name }: { kind: 'username' | 'client_id' | 'all'; name?: string }): PermissionTarget {
  if (kind === 'all') return { kind };
  if (name === undefined) throw new ApiFailure('bad_request', `A permission for a ${kind} needs its name`);
  return { kind, name };
}

function whomText(target: PermissionTarget): string {
  return target.kind === 'all' ? 'everybody' : `the ${target.kind} ${shortName(target.name)}`;
}

function shortName(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}

function existing(user: BuiltinUser | undefined, name: string): BuiltinUser {
  if (user === undefined) throw noUser(name);
  return user;
}

function noUser(name: string): ApiFailure {
  return new ApiFailure('not_found', `There is no user ${shortName(name)}`);
}

function userShown({ createdAtMs, ...rest }: BuiltinUser): unknown {
  return { ...rest, createdAt: timeText(createdAtMs) };
}

function permissionShown({ createdAtMs, literal = false, ...rest }: BuiltinPermission): unknown {
  return { ...rest, literal, createdAt: timeText(createdAtMs) };
}
