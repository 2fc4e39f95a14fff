/** Every option with its value and where it came from. Values that are secret are not told. */

import { Type } from 'typebox';
import { type Route, route } from '../route.ts';

const setting = Type.Object({
  path: Type.String(),
  value: Type.Optional(Type.String()),
  default: Type.Optional(Type.String()),
  isDefault: Type.Boolean(),
  origin: Type.String({ description: 'where the value was written' }),
  sentence: Type.String(),
  type: Type.String(),
  allowed: Type.Optional(Type.Array(Type.String())),
  unset: Type.Optional(Type.String({ description: 'what happens without a value' })),
  reloadable: Type.Boolean(),
  secret: Type.Boolean(),
});

export const settingRoutes: readonly Route[] = [
  route('GET /settings', 'read', 'Lists every option with its value, its default and where it came from', {
    answer: Type.Object({ items: Type.Array(setting) }),
    handle: ({ management }) => ({ items: management.settings() }),
  }),
  route(
    'POST /settings/validate',
    'admin',
    'Looks for mistakes in a configuration, as hoopoe.yaml, and changes nothing',
    {
      body: Type.Object({ text: Type.String({ maxLength: 1_048_576 }) }, { additionalProperties: false }),
      answer: Type.Object({ ok: Type.Boolean(), problems: Type.Array(Type.String()) }),
      async handle(call) {
        call.audit('check of a configuration');
        const problems = await call.management.validate(call.body.text);
        return { ok: problems.length === 0, problems };
      },
    },
  ),
  route('POST /reload', 'admin', 'Reads the configuration and the files it names again', {
    answer: Type.Object({ applied: Type.Array(Type.String()), needRestart: Type.Array(Type.String()) }),
    handle(call) {
      call.audit('reload of the configuration');
      return call.management.reload();
    },
  }),
];
