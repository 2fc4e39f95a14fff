/** Who is asked, in which order, and how they answer. */

import type { ReactNode } from 'react';
import { request, segment } from '../../api/client.ts';
import { useMay } from '../../api/session.tsx';
import type { AccessSource, Counts, List } from '../../api/types.ts';
import type { Query } from '../../api/use-query.ts';
import { type Format, useFormat } from '../../language/format.ts';
import { type Translate, useReport, useText } from '../../language/language.tsx';
import { ActionButton } from '../../parts/actions.tsx';
import { LocalList } from '../../parts/list.tsx';
import { Card } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';
import type { Column } from '../../parts/table.tsx';
import { Facts, Mono, Tag } from '../../parts/values.tsx';
import { Link } from '../../router/router.tsx';
import { AddSection, SectionActions } from '../sections/section-actions.tsx';
import { useSections } from '../sections/sections.ts';
import { SourceOrder } from './source-order.tsx';

interface Placed extends AccessSource {
  readonly place: number;
}

export function Sources({ query }: { readonly query: Query<List<AccessSource>> }): ReactNode {
  const t = useText();
  const format = useFormat();
  const report = useReport();
  const mayOperate = useMay('operator');
  const mayAdministrate = useMay('admin');
  const sections = useSections('access');
  const parts = { collection: 'access', sections, changed: query.reload } as const;
  const items = query.data?.items.map((source, index) => ({ ...source, place: index + 1 }));
  const off = (sections.data?.items ?? [])
    .map(({ name }) => name)
    .filter((name) => items?.every((one) => one.name !== name));
  const placed: Query<List<Placed>> = { ...query, data: items === undefined ? undefined : { items } };
  const actions: Column<Placed> = {
    key: 'actions',
    title: '',
    render: ({ name, canTest }) => (
      <SectionActions {...parts} name={name}>
        {mayAdministrate && <SourceOrder name={name} sources={items ?? []} changed={query.reload} />}{' '}
        {canTest && mayOperate && (
          <ActionButton
            isSmall
            label={t('Test')}
            name={t('Test the source {name}', { name })}
            done={t('{name} answers', { name })}
            act={async () => {
              const path = `/access/sources/${segment(name)}/test`;
              const { ok, error } = await request<{ ok: boolean; error?: string }>(path, { method: 'POST' });
              query.reload();
              if (!ok) throw new Error(error === undefined ? t('It does not answer') : report(error));
            }}
          />
        )}
      </SectionActions>
    ),
  };
  return (
    <>
      <LocalList
        id="sources"
        isCards
        label={t('Chain')}
        filters={<AddSection {...parts} label={t('Add a source')} />}
        searchLabel={t('Search sources')}
        query={placed}
        columns={[...columnsOf(t, format, report), actions]}
        rowKey={({ name }) => name}
        empty={
          <Empty title={t('No source is asked')}>
            <p>
              {t(
                'No source checks logins. allow_anonymous says who may come in without one; unless it is set, clients on this machine may.',
              )}
            </p>
            <Link to="/settings?q=allow_anonymous">{t('To the setting')}</Link>
            {' · '}
            <Link to="/plugins">{t('Start a login source under Plugins')}</Link>
          </Empty>
        }
      />
      {off.length > 0 && (
        <Card title={t('Switched off')}>
          <Facts rows={off.map((name) => [name, <SectionActions key={name} {...parts} name={name} />])} />
        </Card>
      )}
    </>
  );
}

function columnsOf(t: Translate, format: Format, report: (text: string) => string): readonly Column<Placed>[] {
  const figure = (
    kind: 'logins' | 'permissions',
    key: keyof Counts,
    title: string,
    isExtra = false,
  ): Column<Placed> => ({
    key: `${kind}-${key}`,
    title,
    isNumeric: true,
    isExtra,
    render: (source) => format.number(source[kind]?.[key]),
    text: (source) => String(source[kind]?.[key] ?? ''),
  });
  return [
    {
      key: 'place',
      title: t('Order'),
      isNumeric: true,
      render: ({ place }) => place,
      text: ({ place }) => String(place),
    },
    { key: 'name', title: t('Source'), render: ({ name }) => <Mono text={name} />, text: ({ name }) => name },
    { key: 'kind', title: t('Kind'), isExtra: true, render: ({ kind }) => kind, text: ({ kind }) => kind },
    {
      key: 'state',
      title: t('State'),
      isText: true,
      render: ({ state, error }) =>
        state === 'ok' ? (
          <Tag tone="good">{t('answers')}</Tag>
        ) : (
          <>
            <Tag tone="bad">{t('fails')}</Tag> {error !== undefined && report(error)}
          </>
        ),
      text: ({ state, error }) => error ?? state,
    },
    figure('logins', 'allow', t('Logins allowed')),
    figure('logins', 'deny', t('Logins denied')),
    figure('logins', 'ignore', t('Logins passed on'), true),
    figure('logins', 'failed', t('Logins failed')),
    figure('permissions', 'allow', t('Permissions allowed'), true),
    figure('permissions', 'deny', t('Permissions denied'), true),
    figure('permissions', 'ignore', t('Permissions passed on'), true),
    figure('permissions', 'failed', t('Permissions failed'), true),
  ];
}
