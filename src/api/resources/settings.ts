/** Every option with its value and where it came from, and how it is changed. Values that are secret are not told. */

import { type TSchema, Type } from 'typebox';
import type { ChangeResult } from '../../config/changing/read-change.ts';
import { ChangeRefused, type WantedChanges } from '../../config/changing/run-time-settings.ts';
import { ConfigError, problemText } from '../../config/error.ts';
import { BackendError } from '../../ports/backend-error.ts';
import { ApiFailure } from '../failure.ts';
import { type Call, type Route, route } from '../route.ts';

const text = Type.Optional(Type.String());
const texts = Type.Optional(Type.Array(Type.String()));
const number = Type.Optional(Type.Number());

export const setting: TSchema = Type.Object({
  path: Type.String(),
  value: Type.Optional(Type.String({ description: 'in effect' })),
  values: texts,
  number,
  default: text,
  isDefault: Type.Boolean(),
  origin: Type.String({ description: 'where the value was written' }),
  sentence: Type.String(),
  type: Type.String(),
  allowed: texts,
  allowedText: Type.String(),
  min: number,
  max: number,
  unit: text,
  zero: Type.Optional(Type.String({ description: 'what 0 means' })),
  unset: Type.Optional(Type.String({ description: 'what happens without a value' })),
  reloadable: Type.Boolean({ description: 'whether a change takes effect at once' }),
  secret: Type.Boolean(),
  changed: Type.Boolean({ description: 'whether it was changed here and can be taken back' }),
  pending: Type.Optional(
    Type.Union([Type.String(), Type.Null()], { description: 'what will hold after a restart, where that differs' }),
  ),
  editable: Type.Boolean(),
  fixed: Type.Optional(Type.String({ description: 'why it is not editable: path, process, code or overruled' })),
});

const path = Type.String({ minLength: 1, maxLength: 200 });
const wanted = Type.Record(Type.String(), Type.Unknown(), {
  description: 'values by option, as in hoopoe.yaml; null takes a change back',
  maxProperties: 500,
});
export const result: TSchema = Type.Object({
  path: Type.String(),
  outcome: Type.Union([Type.Literal('applied'), Type.Literal('needs_restart'), Type.Literal('unchanged')]),
  value: text,
});
export const problem: TSchema = Type.Object({
  path: text,
  code: Type.String(),
  message: Type.String(),
  allowedText: text,
});
const results = Type.Object({ results: Type.Array(result) });

export const settingRoutes: readonly Route[] = [
  route('GET /settings', 'read', 'Lists every option with its value, its default and where it came from', {
    answer: Type.Object({ changesFile: Type.String(), configurationFile: text, items: Type.Array(setting) }),
    handle({ management: { settings } }) {
      const { changesFile, configurationFile } = settings;
      return { changesFile, configurationFile, items: settings.shown() };
    },
  }),
  route('PATCH /settings', 'admin', 'Changes options, all of them or none; what cannot change now does at a restart', {
    body: wanted,
    answer: results,
    handle: async (call) => ({ results: await change(call, call.body) }),
  }),
  route('DELETE /settings/{path}', 'admin', 'Takes back what was changed here, to what the configuration says', {
    params: Type.Object({ path }),
    answer: results,
    async handle(call) {
      if (!call.management.settings.isChanged(call.params.path)) {
        call.audit(`reset of the setting ${JSON.stringify(call.params.path)}`);
        throw new ApiFailure('not_found', 'This option was not changed here');
      }
      return { results: await change(call, { [call.params.path]: null }) };
    },
  }),
  route('POST /settings/validate', 'admin', 'Looks for mistakes in a hoopoe.yaml or in changes, and changes nothing', {
    body: Type.Object(
      { text: Type.Optional(Type.String({ maxLength: 1_048_576 })), changes: Type.Optional(wanted) },
      { additionalProperties: false },
    ),
    answer: Type.Object({
      ok: Type.Boolean(),
      problems: Type.Array(Type.String()),
      results: Type.Optional(Type.Array(result)),
      refused: Type.Optional(Type.Array(problem)),
    }),
    handle: validate,
  }),
  route('POST /reload', 'admin', 'Reads the configuration and the files it names again', {
    answer: Type.Object({
      applied: Type.Array(Type.String()),
      needRestart: Type.Array(Type.String()),
      problems: Type.Array(Type.String(), { description: 'What could not be read again and stays as it was' }),
    }),
    async handle(call) {
      call.audit('reload of the configuration');
      try {
        return await call.management.reload();
      } catch (error) {
        throw refusalOf(error) ?? error;
      }
    },
  }),
];

/** What is wrong with the configuration, or with what it names; undefined for anything else. */
function refusalOf(error: unknown): ApiFailure | undefined {
  const messages =
    error instanceof ConfigError
      ? error.problems.map(problemText)
      : error instanceof BackendError && error.code === 'SECTION_NOT_OPENED'
        ? [error.message]
        : [];
  if (messages.length === 0) return undefined;
  const code = error instanceof ConfigError ? 'wrong_configuration' : 'not_open';
  const problems = messages.map((message) => ({ code, message }));
  return new ApiFailure('not_possible', `Nothing was changed: ${messages.join('\n')}`, problems);
}

async function change({ management, audit }: Call, changes: WantedChanges): Promise<readonly ChangeResult[]> {
  try {
    const done = await management.settings.change(changes);
    audit(`change of settings: ${done.map(({ path: name, value = 'no value' }) => `${name} = ${value}`).join(', ')}`);
    return done;
  } catch (error) {
    audit(`change of the settings ${Object.keys(changes).join(', ')}`);
    throw error instanceof ChangeRefused ? new ApiFailure('not_possible', error.message, error.problems) : error;
  }
}

async function validate(call: Call<unknown, unknown, { text?: string; changes?: WantedChanges }>): Promise<unknown> {
  const { management, body } = call;
  // Changes are checked while somebody types, and that is nothing to be kept.
  if (body.changes === undefined) call.audit('check of a configuration');
  if ((body.text === undefined) === (body.changes === undefined)) {
    throw new ApiFailure('bad_request', 'Give either text or changes');
  }
  if (body.changes === undefined) {
    const problems = await management.validate(body.text ?? '');
    return { ok: problems.length === 0, problems };
  }
  const { results: outcome, refused } = await management.settings.check(body.changes);
  return {
    ok: refused.length === 0,
    problems: refused.map(({ message }) => message),
    results: outcome,
    refused,
  };
}
