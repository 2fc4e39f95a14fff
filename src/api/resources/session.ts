/** Log in, see who one is, change the password, log out. */

import { Type } from 'typebox';
import { ApiFailure, loginLocked } from '../failure.ts';
import type { Account } from '../login/accounts.ts';
import { COOKIE } from '../login/authenticate.ts';
import { type Call, type Route, route } from '../route.ts';
import { lastingNote } from '../shapes.ts';

const answer = Type.Object({
  user: Type.Object({
    name: Type.String(),
    role: Type.Union([Type.Literal('viewer'), Type.Literal('operator'), Type.Literal('admin')]),
    mustChangePassword: Type.Boolean(),
  }),
  csrfToken: Type.String(),
  note: Type.Optional(Type.String()),
});

export const sessionRoutes: readonly Route[] = [
  route('POST /session', 'public', 'Logs a person in and sets the cookie of the session', {
    body: Type.Object(
      { name: Type.String({ maxLength: 64 }), password: Type.String({ maxLength: 256 }) },
      { additionalProperties: false },
    ),
    answer,
    async handle(call) {
      const { name, password } = call.body;
      const { accounts, throttle } = call.management;
      const waitSeconds = throttle.waitSeconds(name, call.address);
      if (waitSeconds > 0) throw loginLocked('passwords', waitSeconds);
      const account = await accounts.check(name, password, call.isLocal);
      if (account === undefined) {
        throttle.failed(name, call.address);
        call.audit(`login as ${JSON.stringify(name)}`);
        throw new ApiFailure('login_failed', 'Wrong name or password');
      }
      throttle.succeeded(name, call.address);
      call.audit(`login as ${JSON.stringify(name)}`);
      return begin(call, account);
    },
  }),
  route('GET /session', 'read', 'Says who is logged in', {
    answer,
    beforePasswordChange: true,
    handle({ caller, management }) {
      const account = caller?.kind === 'login' ? management.accounts.find(caller.name) : undefined;
      if (account === undefined || caller?.csrfToken === undefined) {
        throw new ApiFailure('login_required', 'There is no session; an API key has none');
      }
      return shown(account, caller.csrfToken);
    },
  }),
  route('PUT /session/password', 'read', 'Changes the own password and ends all other sessions of this login', {
    body: Type.Object(
      { current: Type.String({ maxLength: 256 }), next: Type.String({ maxLength: 256 }) },
      { additionalProperties: false },
    ),
    answer,
    beforePasswordChange: true,
    async handle(call) {
      const { caller, management, body } = call;
      if (caller?.kind !== 'login') throw new ApiFailure('not_possible', 'An API key has no password');
      const { accounts, sessions, throttle } = management;
      call.audit('change of the own password');
      const account = await accounts.check(caller.name, body.current, call.isLocal);
      if (account === undefined) {
        throttle.failed(caller.name, call.address);
        throw new ApiFailure('login_failed', 'The current password is another one');
      }
      await accounts.setPassword(caller.name, body.next);
      sessions.endAllOf(caller.name);
      return { ...begin(call, { ...account, mustChangePassword: false }), ...lastingNote(management) };
    },
  }),
  route('DELETE /session', 'read', 'Logs out', {
    beforePasswordChange: true,
    handle(call) {
      call.audit('logout');
      if (call.caller?.kind === 'login') call.management.sessions.endByToken(call.caller.csrfToken ?? '');
      call.header('set-cookie', `${COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`);
    },
  }),
];

function begin(call: Call, account: Account): object {
  const { id, session } = call.management.sessions.begin(account);
  const secure = call.isSecure ? '; Secure' : '';
  call.header('set-cookie', `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Strict${secure}`);
  return shown(account, session.csrfToken);
}

function shown({ name, role, mustChangePassword }: Account, csrfToken: string): object {
  return { user: { name, role, mustChangePassword }, csrfToken };
}
