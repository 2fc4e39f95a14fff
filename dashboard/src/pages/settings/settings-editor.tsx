/** A list of options whose values can be changed, with everything that was entered saved at once. */

import { type ReactNode, useMemo, useState } from 'react';
import { useMay } from '../../api/session.tsx';
import type { List, Setting, SettingList } from '../../api/types.ts';
import type { Query } from '../../api/use-query.ts';
import { useFormat } from '../../language/format.ts';
import { useText } from '../../language/language.tsx';
import { LocalList } from '../../parts/list.tsx';
import { Empty } from '../../parts/states.tsx';
import { Changes } from './changes.ts';
import { ChangesBar } from './changes-bar.tsx';
import { settingColumns } from './setting-columns.tsx';
import { useSettingTexts } from './setting-texts.ts';

interface SettingsEditorProps {
  readonly query: Query<SettingList>;
  /** Those of the answer that are shown; undefined before there is one. */
  readonly items: readonly Setting[] | undefined;
  readonly filters?: ReactNode;
}

export function SettingsEditor({ query, items, filters }: SettingsEditorProps): ReactNode {
  const t = useText();
  const mayChange = useMay('admin');
  const texts = useSettingTexts(useFormat());
  const [changes] = useState(() => new Changes());
  const columns = useMemo(() => settingColumns({ t, texts, changes, mayChange }), [t, texts, changes, mayChange]);
  const narrowed: Query<List<Setting>> = { ...query, data: items === undefined ? undefined : { items } };
  return (
    <>
      <LocalList
        id="settings"
        isRoomy
        label={t('Settings')}
        searchLabel={t('Search options and their sentences')}
        query={narrowed}
        columns={columns}
        rowKey={({ path }) => path}
        filters={filters}
        empty={<Empty title={t('No option is like this')} />}
      />
      <ChangesBar changes={changes} settings={query.data?.items ?? []} texts={texts} saved={query.reload} />
    </>
  );
}
