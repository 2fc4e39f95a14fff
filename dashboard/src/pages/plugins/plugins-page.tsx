/** Parts of the broker that can be started and stopped while it runs, with their options. */

import type { ReactNode } from 'react';
import { useMay } from '../../api/session.tsx';
import type { List, Plugin } from '../../api/types.ts';
import { useQuery } from '../../api/use-query.ts';
import { type Translate, useText } from '../../language/language.tsx';
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
        label={t('Plugins')}
        searchLabel={t('Search plugins')}
        query={query}
        columns={[...columnsOf(t), actions]}
        rowKey={({ name }) => name}
        empty={<Empty title={t('There are no plugins')} />}
      />
    </Page>
  );
}

function columnsOf(t: Translate): readonly Column<Plugin>[] {
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
        <span title={error}>
          <Tag tone={pluginStates[state]?.tone ?? 'plain'}>{t(pluginStates[state]?.text ?? 'failed')}</Tag>
        </span>
      ),
      text: ({ state }) => state,
    },
    {
      key: 'description',
      title: t('What it does'),
      isWide: true,
      render: ({ description }) => <span title={description}>{description ?? ''}</span>,
      text: ({ description }) => description ?? '',
    },
    { key: 'kind', title: t('Kind'), render: ({ kind }) => kind ?? '–', text: ({ kind }) => kind ?? '' },
    {
      key: 'version',
      title: t('Version'),
      render: ({ version }) => version ?? '–',
      text: ({ version }) => version ?? '',
    },
  ];
}
