/**
 * In which order the sources of logins and permissions are asked. It is kept as the option `order` of their sections, with
 * the other settings that were changed at run time.
 */

import { Type } from 'typebox';
import { ChangeRefused, type WantedChanges } from '../../config/changing/run-time-settings.ts';
import { ApiFailure } from '../failure.ts';
import { type Call, type Route, route } from '../route.ts';

/** Between two of them there is room for one that somebody writes into the configuration later. */
const STEP = 10;

const inOrder = Type.Object({ names: Type.Array(Type.String(), { description: 'who is asked first stands first' }) });
const wanted = Type.Object(
  { names: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 1000 }) },
  { additionalProperties: false },
);

export const accessOrderRoutes: readonly Route[] = [
  route('PUT /access/order', 'admin', 'Changes the order in which sources are asked, at once and for all clients', {
    body: wanted,
    answer: inOrder,
    async handle(call) {
      const { names } = call.body;
      call.audit(`order of the access sources: ${names.map((name) => JSON.stringify(name)).join(', ')}`);
      const { access, settings } = call.management;
      checkNames(names, access.movable());
      const all = withAbsent(names, settings.sourceNames());
      return await change(call, Object.fromEntries(all.map((name, at) => [orderOf(name), (at + 1) * STEP])));
    },
  }),
  route('DELETE /access/order', 'admin', 'Takes the order of the sources back to what the configuration says', {
    answer: inOrder,
    async handle(call) {
      call.audit('order of the access sources as the configuration says');
      const { settings } = call.management;
      const changed = settings
        .sourceNames()
        .map(orderOf)
        .filter((path) => settings.isChanged(path));
      if (changed.length === 0) throw new ApiFailure('not_found', 'The order of the sources was not changed here');
      return await change(call, Object.fromEntries(changed.map((path) => [path, null])));
    },
  }),
];

const orderOf = (name: string): string => `access.${name}.order`;

/** @throws ApiFailure when the names are not those of all sources, each once */
function checkNames(names: readonly string[], movable: readonly string[]): void {
  const given = new Set(names);
  const unknown = names.find((name) => !movable.includes(name));
  const missing = movable.find((name) => !given.has(name));
  let problem = '';
  if (unknown !== undefined) problem = `${JSON.stringify(unknown)} is none of them`;
  else if (missing !== undefined) problem = `${JSON.stringify(missing)} is missing`;
  else if (given.size < names.length) problem = 'one of them stands there twice';
  else return;
  const allowed = movable.length === 0 ? 'there are none whose order can be changed' : movable.join(', ');
  throw new ApiFailure('bad_request', `Name every source once, in the wanted order (${allowed}): ${problem}`);
}

/** With those of the configuration that are not asked now: each stays before the one that follows it there. */
function withAbsent(names: readonly string[], configured: readonly string[]): readonly string[] {
  const all = [...names];
  for (const [at, name] of [...configured.entries()].reverse()) {
    if (all.includes(name)) continue;
    const next = all.indexOf(configured[at + 1] ?? '');
    all.splice(next < 0 ? all.length : next, 0, name);
  }
  return all;
}

async function change({ management }: Call<unknown, unknown, unknown>, changes: WantedChanges): Promise<unknown> {
  try {
    await management.settings.change(changes);
  } catch (error) {
    throw error instanceof ChangeRefused ? new ApiFailure('not_possible', error.message, error.problems) : error;
  }
  return { names: management.access.movable() };
}
