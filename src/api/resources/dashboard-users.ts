/** Who may log in to the dashboard. */

import { Type } from 'typebox';
import { type Route, route } from '../route.ts';
import { lastingNote } from '../shapes.ts';

const role = Type.Union([Type.Literal('viewer'), Type.Literal('operator'), Type.Literal('admin')]);
const accountFields = {
  name: Type.String(),
  role,
  createdAt: Type.String(),
  mustChangePassword: Type.Boolean(),
};
const account = Type.Object(accountFields);
const byName = Type.Object({ name: Type.String({ minLength: 1, maxLength: 64 }) });
const password = Type.String({ maxLength: 256 });

export const dashboardUserRoutes: readonly Route[] = [
  route('GET /dashboard-users', 'admin', 'Lists the logins to the dashboard', {
    answer: Type.Object({ items: Type.Array(account) }),
    handle: ({ management }) => ({ items: management.accounts.list() }),
  }),
  route('POST /dashboard-users', 'admin', 'Adds a login', {
    body: Type.Object({ name: Type.String({ maxLength: 64 }), password, role }, { additionalProperties: false }),
    answer: Type.Object({ ...accountFields, note: Type.Optional(Type.String()) }),
    async handle({ body, management, audit }) {
      const { name, role, password } = body;
      audit(`new dashboard login ${JSON.stringify(name)} with the role ${role}`);
      return { ...(await management.accounts.add(name, password, role)), ...lastingNote(management) };
    },
  }),
  route('PATCH /dashboard-users/{name}', 'admin', 'Changes the role or the password of a login and ends its sessions', {
    params: byName,
    body: Type.Object(
      { role: Type.Optional(role), password: Type.Optional(password) },
      { additionalProperties: false, minProperties: 1 },
    ),
    answer: account,
    async handle(call) {
      const { accounts, sessions } = call.management;
      const { name } = call.params;
      const { role, password } = call.body;
      const parts = [role === undefined ? '' : ` role ${role}`, password === undefined ? '' : ' password'];
      call.audit(`change of the dashboard login ${JSON.stringify(name)}:${parts.join('')}`);
      if (password !== undefined) await accounts.setPassword(name, password);
      if (role !== undefined) await accounts.setRole(name, role);
      sessions.endAllOf(name);
      return accounts.find(name);
    },
  }),
  route('DELETE /dashboard-users/{name}', 'admin', 'Removes a login and ends its sessions', {
    params: byName,
    async handle(call) {
      const { name } = call.params;
      call.audit(`removal of the dashboard login ${JSON.stringify(name)}`);
      await call.management.accounts.remove(name);
      call.management.sessions.endAllOf(name);
    },
  }),
];
