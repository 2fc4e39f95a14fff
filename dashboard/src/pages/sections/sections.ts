/** Listeners, access sources and bridges as sections of the configuration that can be made, changed and removed. */

import { request, segment } from '../../api/client.ts';
import { useMay } from '../../api/session.tsx';
import type { List, Setting } from '../../api/types.ts';
import { type Query, useQuery } from '../../api/use-query.ts';
import type { Entered } from '../settings/changes.ts';
import type { Collection } from './main-options.ts';

export type { Collection } from './main-options.ts';

export interface Section {
  readonly name: string;
  readonly kind?: string;
  readonly origin: string;
  readonly made: boolean;
  readonly last?: 'last_login_source' | 'last_listener';
}

export interface SectionKind {
  readonly kind: string;
  readonly sentence: string;
  /** The option that names a file, which is said in the configuration file alone. */
  readonly needsFile?: string;
}

export interface SectionList extends List<Section> {
  readonly kinds: readonly SectionKind[];
}

/** What would come of a section. */
export interface Trial {
  readonly ok: boolean;
  readonly doubts: readonly string[];
  readonly refused: readonly { readonly path?: string; readonly code: string; readonly message: string }[];
}

export type Options = Readonly<Record<string, Entered>>;

export function useSections(collection: Collection): Query<SectionList> {
  return useQuery<SectionList>(useMay('admin') ? `/sections/${collection}` : undefined, 5);
}

/**
 * The options of a section, with their names within it as paths.
 * @param section undefined for one that is to be made
 */
export function useOptions(collection: Collection, section: Section | undefined, kind: string): Query<List<Setting>> {
  // A listener that nobody has configured is there with everything as it is by default.
  const name = section?.origin === 'default' ? undefined : section?.name;
  const query = useQuery<List<Setting>>(
    name === undefined ? `/sections/${collection}/options?kind=${segment(kind)}` : '/settings',
  );
  const prefix = `${collection}.${name ?? 'NAME'}.`;
  const items = query.data?.items
    .filter(({ path }) => path.startsWith(prefix))
    .map((setting) => ({ ...setting, path: setting.path.slice(prefix.length) }));
  return { ...query, data: items === undefined ? undefined : { items } };
}

const pathOf = (collection: Collection, name: string): string => `/sections/${collection}/${segment(name)}`;

export function trySection(collection: Collection, name: string, options: Options): Promise<Trial> {
  return request(`${pathOf(collection, name)}/try`, { method: 'POST', body: { options } });
}

export function saveSection(collection: Collection, name: string, options: Options, isNew: boolean): Promise<unknown> {
  return request(pathOf(collection, name), { method: isNew ? 'POST' : 'PATCH', body: { options } });
}

/** @param isLast whether the last source of logins goes with it */
export function removeSection(collection: Collection, name: string, isLast: boolean): Promise<unknown> {
  return request(`${pathOf(collection, name)}${isLast ? '?last=true' : ''}`, { method: 'DELETE' });
}
