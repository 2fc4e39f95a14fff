/** Who may log in and who may do what: the chain of sources, users, permissions, and why somebody may do something. */

import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';
import { useMay } from '../../api/session.tsx';
import type { AccessSource, List } from '../../api/types.ts';
import { useQuery } from '../../api/use-query.ts';
import { useText } from '../../language/language.tsx';
import { Page } from '../../parts/page.tsx';
import { Answer, Empty } from '../../parts/states.tsx';
import { Link, setParams, useParam } from '../../router/router.tsx';
import { Explain } from './explain.tsx';
import { Permissions } from './permissions.tsx';
import { Sources } from './sources.tsx';
import { Users } from './users.tsx';

export default function AccessPage(): ReactNode {
  const t = useText();
  const mayOperate = useMay('operator');
  const [tab] = useParam('tab', 'sources');
  const query = useQuery<List<AccessSource>>('/access/sources', 5);
  const own = (query.data?.items ?? []).filter(({ hasUsers }) => hasUsers);
  const noOwn = (
    <Empty title={t('No source keeps users here')}>
      <p>
        {t(
          'Users and permissions come from elsewhere, or everybody may come in. Switch on the built-in database to keep users here.',
        )}
      </p>
      <Link to="/plugins">{t('To the plugins')}</Link>
    </Empty>
  );
  return (
    <Page title={t('Access')} lead={t('Who may log in, and who may publish and subscribe to what.')}>
      <Tabs
        value={tab}
        onChange={(value) => setParams({ tab: value === 'sources' ? '' : (value ?? ''), q: '', cursor: '' })}
        keepMounted={false}
      >
        <Tabs.List mb={16}>
          <Tabs.Tab value="sources">{t('Chain')}</Tabs.Tab>
          {mayOperate && <Tabs.Tab value="users">{t('Users')}</Tabs.Tab>}
          {mayOperate && <Tabs.Tab value="permissions">{t('Permissions')}</Tabs.Tab>}
          <Tabs.Tab value="explain">{t('Explain')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="sources">
          <Sources query={query} />
        </Tabs.Panel>
        <Tabs.Panel value="users">
          <Answer query={query}>{() => (own.length === 0 ? noOwn : <Users sources={own} />)}</Answer>
        </Tabs.Panel>
        <Tabs.Panel value="permissions">
          <Answer query={query}>{() => (own.length === 0 ? noOwn : <Permissions sources={own} />)}</Answer>
        </Tabs.Panel>
        <Tabs.Panel value="explain">
          <Explain />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
