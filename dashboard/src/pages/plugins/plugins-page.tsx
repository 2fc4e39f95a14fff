/** Parts of the broker that can be started and stopped while it runs, with their options. */

import type { ReactNode } from 'react';
import { useMay } from '../../api/session.tsx';
import type { List, Plugin } from '../../api/types.ts';
import { useQuery } from '../../api/use-query.ts';
import { type Text, type Translate, useReport, useText } from '../../language/language.tsx';
import { LocalList } from '../../parts/list.tsx';
import { Page } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';
import type { Column } from '../../parts/table.tsx';
import { Copy, Mono, Tag } from '../../parts/values.tsx';
import { Link, usePathRest } from '../../router/router.tsx';
import { PluginActions, pluginStates } from './plugin-actions.tsx';
import { PluginPage } from './plugin-page.tsx';

export default function PluginsPage(): ReactNode {
  const name = usePathRest('/plugins');
  return name === undefined ? <PluginList /> : <PluginPage key={name} name={name} />;
}

function PluginList(): ReactNode {
  const t = useText();
  const report = useReport();
  const mayAdministrate = useMay('admin');
  const query = useQuery<List<Plugin>>('/plugins', 5);
  const actions: Column<Plugin> = {
    key: 'actions',
    title: '',
    render: (plugin) => (
      <>
        <Copy text={plugin.name} />{' '}
        {mayAdministrate && <PluginActions plugin={plugin} changed={query.reload} isSmall />}
      </>
    ),
  };
  return (
    <Page
      title={t('Plugins')}
      lead={t('Login sources and other parts that can be started and stopped while the broker runs.')}
    >
      <LocalList
        id="plugins"
        isCards
        label={t('Plugins')}
        searchLabel={t('Search plugins')}
        query={query}
        columns={[...columnsOf(t, report), actions]}
        rowKey={({ name }) => name}
        empty={<Empty title={t('There are no plugins')} />}
      />
    </Page>
  );
}

const kinds: ReadonlyMap<string | undefined, Text> = new Map([
  ['builtin', 'built in'],
  ['package', 'from a package'],
  ['file', 'from a file'],
  ['part', 'part of the broker'],
]);

function kindText(kind: string | undefined, t: Translate): string {
  const text = kinds.get(kind);
  return text === undefined ? (kind ?? '–') : t(text);
}

function columnsOf(t: Translate, report: (text: string) => string): readonly Column<Plugin>[] {
  return [
    {
      key: 'name',
      title: t('Plugin'),
      render: ({ name }) => (
        <Link to={`/plugins/${encodeURIComponent(name)}`}>
          <Mono text={name} />
        </Link>
      ),
      text: ({ name }) => name,
    },
    {
      key: 'state',
      title: t('State'),
      render: ({ state, error }) => (
        <span title={error === undefined ? undefined : report(error)}>
          <Tag tone={pluginStates[state]?.tone ?? 'plain'}>{t(pluginStates[state]?.text ?? 'failed')}</Tag>
        </span>
      ),
      text: ({ state }) => state,
    },
    {
      key: 'description',
      title: t('What it does'),
      isWide: true,
      render: ({ description = '' }) => <span title={report(description)}>{report(description)}</span>,
      text: ({ description = '' }) => report(description),
    },
    { key: 'kind', title: t('Kind'), render: ({ kind }) => kindText(kind, t), text: ({ kind }) => kindText(kind, t) },
    {
      key: 'isolated',
      title: t('Runs'),
      render: ({ isolated }) => (isolated === true ? t('in a thread of its own') : t('in the broker')),
      text: ({ isolated }) => (isolated === true ? t('in a thread of its own') : t('in the broker')),
    },
    {
      key: 'version',
      title: t('Version'),
      render: ({ version }) => version ?? '–',
      text: ({ version }) => version ?? '',
    },
  ];
}
