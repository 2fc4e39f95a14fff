/** Every option with its sentence, its value, its default and where the value comes from; changing, checking, reloading. */

import { Alert, NativeSelect } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import { request } from '../../api/client.ts';
import { useMay } from '../../api/session.tsx';
import type { Setting, SettingList } from '../../api/types.ts';
import { useQuery } from '../../api/use-query.ts';
import { type Text, useText } from '../../language/language.tsx';
import { ActionButton, useNotices } from '../../parts/actions.tsx';
import { Page } from '../../parts/page.tsx';
import { setParams, useParam } from '../../router/router.tsx';
import { CheckConfiguration } from './check-configuration.tsx';
import { groupOf } from './setting-texts.ts';
import { SettingsEditor } from './settings-editor.tsx';

interface ReloadOutcome {
  readonly applied: readonly string[];
  readonly needRestart: readonly string[];
  readonly problems: readonly string[];
}

/** What the list may be narrowed to. */
const choices: readonly (readonly [string, Text, (setting: Setting) => boolean])[] = [
  ['', 'All options', () => true],
  ['changed', 'Those that differ from the default', ({ isDefault }) => !isDefault],
  ['here', 'Those changed in this page', ({ changed }) => changed === true],
  ['pending', 'Those that wait for a restart', ({ pending }) => pending !== undefined],
  ['live', 'Those that change at once', ({ reloadable }) => reloadable],
  ['restart', 'Those that need a restart', ({ reloadable }) => !reloadable],
];

export default function SettingsPage(): ReactNode {
  const t = useText();
  const mayAdministrate = useMay('admin');
  const query = useQuery<SettingList>('/settings');
  const [shown] = useParam('shown');
  const [group] = useParam('group');
  const items = query.data?.items;
  const groups = useMemo(() => [...new Set(items?.map(({ path }) => groupOf(path)))].sort(), [items]);
  const narrowed = useMemo(() => {
    const fits = choices.find(([name]) => name === shown)?.[2] ?? (() => true);
    return items?.filter((setting) => fits(setting) && (group === '' || groupOf(setting.path) === group));
  }, [items, shown, group]);
  const waiting = items?.filter(({ pending }) => pending !== undefined) ?? [];
  return (
    <Page
      title={t('Settings')}
      lead={
        query.data?.changesFile === undefined
          ? t('All options of this broker. They are changed in hoopoe.yaml, by environment variables or flags.')
          : t('All options of this broker. What is changed here is kept in {file}, beside the configuration.', {
              file: query.data.changesFile,
            })
      }
      actions={mayAdministrate && <Actions reload={query.reload} />}
    >
      {waiting.length > 0 && shown !== 'pending' && (
        <Alert color="orange">
          {t('These changes wait for a restart of the broker: {names}', {
            names: waiting.map(({ path }) => path).join(', '),
          })}
        </Alert>
      )}
      <SettingsEditor
        query={query}
        items={narrowed}
        filters={
          <>
            <NativeSelect
              aria-label={t('Shown')}
              value={shown}
              onChange={(event) => setParams({ shown: event.currentTarget.value })}
              data={choices.map(([value, text]) => ({ value, label: t(text) }))}
            />
            <NativeSelect
              aria-label={t('Section')}
              value={group}
              onChange={(event) => setParams({ group: event.currentTarget.value })}
              data={[{ value: '', label: t('All sections') }, ...groups.map((value) => ({ value, label: value }))]}
            />
          </>
        }
      />
    </Page>
  );
}

function Actions({ reload }: { readonly reload: () => void }): ReactNode {
  const t = useText();
  const { say, complain } = useNotices();
  const readAgain = async (): Promise<void> => {
    const { applied, needRestart, problems } = await request<ReloadOutcome>('/reload', { method: 'POST' });
    reload();
    const nothing = t('nothing');
    say(
      t('Taken over: {applied}. Need a restart: {needRestart}.', {
        applied: applied.join(', ') || nothing,
        needRestart: needRestart.join(', ') || nothing,
      }),
    );
    for (const problem of problems) complain(t('Stays as it was: {problem}', { problem }));
  };
  return (
    <>
      <CheckConfiguration />
      <ActionButton
        label={t('Read the configuration again')}
        warning={t(
          'The configuration and the files it names are read again. What cannot change while the broker runs is named.',
        )}
        isDangerous={false}
        act={readAgain}
      />
    </>
  );
}
