/**
 * Listeners, access sources and bridges that are made, changed and removed while the broker runs. Each is a section of the
 * configuration; what is done here is kept with the settings that were changed at run time.
 */

import { Type } from 'typebox';
import type { ChangeResult } from '../../config/changing/read-change.ts';
import { ChangeRefused } from '../../config/changing/run-time-settings.ts';
import type { SectionChange } from '../../config/changing/section-changes.ts';
import type { SectionPreview, ShownSection } from '../../config/changing/sections.ts';
import { BackendError } from '../../ports/backend-error.ts';
import { ApiFailure } from '../failure.ts';
import type { Management } from '../management.ts';
import { type Call, type Route, route } from '../route.ts';
import { problem, result, setting } from './settings.ts';

const collection = Type.Union([Type.Literal('listeners'), Type.Literal('access'), Type.Literal('bridges')]);
const ofCollection = Type.Object({ collection });
const byName = Type.Object({ collection, name: Type.String({ minLength: 1, maxLength: 64 }) });
const options = Type.Record(Type.String(), Type.Unknown(), {
  description: 'values by the names of options within the section, as in hoopoe.yaml; null takes one back',
  maxProperties: 200,
});
const wanted = Type.Object({ options }, { additionalProperties: false });
const answer = Type.Object({ results: Type.Array(result) });

const section = Type.Object({
  name: Type.String(),
  kind: Type.Optional(Type.String({ description: 'of an access source its kind, of a listener its transport' })),
  origin: Type.String({ description: 'where it is written' }),
  made: Type.Boolean({ description: 'whether it was made here' }),
  last: Type.Optional(
    Type.String({
      description:
        'last_login_source: without it nobody is known by a login any more; last_listener: it cannot be removed',
    }),
  ),
});

type Named = Call<{ readonly collection: SectionChange['collection']; readonly name: string }, unknown, unknown>;
type Wanted = Named & { readonly body: { readonly options: Readonly<Record<string, unknown>> } };

export const sectionRoutes: readonly Route[] = [
  route('GET /sections/{collection}', 'read', 'Lists the listeners, access sources or bridges that are configured', {
    params: ofCollection,
    answer: Type.Object({
      items: Type.Array(section),
      kinds: Type.Array(
        Type.Object({
          kind: Type.String(),
          sentence: Type.String(),
          needsFile: Type.Optional(
            Type.String({ description: 'an option that names a file: made in the configuration file alone' }),
          ),
        }),
      ),
    }),
    handle: ({ management: { sections }, params }) => ({
      items: sections.sections.list(params.collection),
      kinds: sections.sections.kinds(params.collection),
    }),
  }),
  route('GET /sections/{collection}/options', 'read', 'Lists the options of a section that is to be made', {
    params: ofCollection,
    query: Type.Object({ kind: Type.String({ maxLength: 64, default: '' }) }),
    answer: Type.Object({ items: Type.Array(setting) }),
    handle: ({ management: { sections }, params, query }) => ({
      items: sections.sections.blank(params.collection, query.kind),
    }),
  }),
  route('POST /sections/{collection}/{name}/try', 'admin', 'Looks what would come of a section, and changes nothing', {
    params: byName,
    body: wanted,
    answer: Type.Object({
      ok: Type.Boolean({ description: 'whether it can be made or changed so' }),
      doubts: Type.Array(Type.String(), { description: 'what does not work at this moment, and is no mistake' }),
      refused: Type.Array(problem),
    }),
    async handle(call): Promise<SectionPreview & { ok: boolean }> {
      const isThere = sectionOf(call) !== undefined;
      const { doubts, refused } = await call.management.sections.trySection(
        changeOf(call, isThere ? 'change' : 'make'),
      );
      return { ok: refused.length === 0, doubts, refused };
    },
  }),
  route('POST /sections/{collection}/{name}', 'admin', 'Makes a section, which takes effect at once', {
    params: byName,
    body: wanted,
    answer,
    async handle(call) {
      if (sectionOf(call) !== undefined) {
        call.audit(`new section ${pathOf(call)}`);
        throw new ApiFailure('conflict', `There is a section ${pathOf(call)} already`);
      }
      return { results: await change(call, changeOf(call, 'make'), 'new section') };
    },
  }),
  route('PATCH /sections/{collection}/{name}', 'admin', 'Changes a section and opens what it describes anew', {
    params: byName,
    body: wanted,
    answer,
    async handle(call) {
      requireSection(call, 'change of the section');
      return { results: await change(call, changeOf(call, 'change'), 'change of the section') };
    },
  }),
  route('DELETE /sections/{collection}/{name}', 'admin', 'Removes a section and closes what it describes', {
    params: byName,
    query: Type.Object({
      last: Type.Boolean({ default: false, description: 'has to be said to remove the last source of logins' }),
    }),
    async handle(call) {
      const found = requireSection(call, 'removal of the section');
      if (found.last === 'last_login_source' && !call.query.last) {
        call.audit(`removal of the section ${pathOf(call)}`);
        throw new ApiFailure('not_possible', lastText(found.name));
      }
      const removal: SectionChange = { ...call.params, action: 'remove', options: {} };
      await change(call, removal, 'removal of the section');
    },
  }),
];

function lastText(name: string): string {
  return (
    `${JSON.stringify(name)} is the last source of logins: without it no login is checked, and allow_anonymous says who ` +
    'may come in. Send last=true if that is what you want'
  );
}

function pathOf({ params: { collection: first, name } }: Named): string {
  return JSON.stringify(`${first}.${name}`);
}

function changeOf({ params, body }: Wanted, action: 'make' | 'change'): SectionChange {
  return { ...params, action, options: body.options };
}

function sectionOf({ management, params }: Named): ShownSection | undefined {
  return management.sections.sections.list(params.collection).find(({ name }) => name === params.name);
}

/** @throws ApiFailure when there is none of this name */
function requireSection(call: Named, what: string): ShownSection {
  const found = sectionOf(call);
  if (found !== undefined) return found;
  call.audit(`${what} ${pathOf(call)}`);
  throw new ApiFailure('not_found', `There is no section ${pathOf(call)}`);
}

/** @throws ApiFailure for what is not possible */
async function change(call: Named, wish: SectionChange, what: string): Promise<readonly ChangeResult[]> {
  const sections: Management['sections'] = call.management.sections;
  try {
    const results = await sections.changeSection(wish);
    const values = results.map(({ path, value = 'no value' }) => `${path} = ${value}`);
    call.audit(`${what} ${pathOf(call)}${values.length === 0 ? '' : `: ${values.join(', ')}`}`);
    return results;
  } catch (error) {
    call.audit(`${what} ${pathOf(call)}`);
    if (error instanceof ChangeRefused) throw new ApiFailure('not_possible', error.message, error.problems);
    if (error instanceof BackendError && error.code === 'SECTION_NOT_OPENED') {
      throw new ApiFailure('not_possible', error.message, [{ code: 'not_open', message: error.message }]);
    }
    throw error;
  }
}
