/** What needs somebody's attention, and what did. */

import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';
import { request, segment } from '../api/client.ts';
import { useMay } from '../api/session.tsx';
import type { Alarm, List } from '../api/types.ts';
import { useQuery } from '../api/use-query.ts';
import { type Translate, useReport, useText } from '../language/language.tsx';
import { ActionButton } from '../parts/actions.tsx';
import { LocalList } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { Empty } from '../parts/states.tsx';
import type { Column } from '../parts/table.tsx';
import { Copy, Tag, Time } from '../parts/values.tsx';
import { useParam } from '../router/router.tsx';

export default function AlarmsPage(): ReactNode {
  const t = useText();
  const report = useReport();
  const [state, setState] = useParam('state', 'active');
  const mayOperate = useMay('operator');
  const query = useQuery<List<Alarm>>(`/alarms?state=${state === 'history' ? 'history' : 'active'}`, 5);
  const remove: Column<Alarm> = {
    key: 'actions',
    title: '',
    render: (alarm) => (
      <>
        <Copy text={`${alarm.name}: ${report(alarm.message)}`} />
        {mayOperate && state === 'active' && (
          <ActionButton
            isSmall
            label={t('Clear')}
            name={t('Clear the alarm {name}', { name: alarm.name })}
            warning={t('The alarm moves to the history. If its cause is still there it is raised again.')}
            act={() => request(`/alarms/${segment(alarm.name)}`, { method: 'DELETE' }).then(query.reload)}
          />
        )}
      </>
    ),
  };
  return (
    <Page title={t('Alarms')}>
      <Tabs value={state} onChange={(value) => setState(value ?? 'active')}>
        <Tabs.List mb={16}>
          <Tabs.Tab value="active">{t('Now')}</Tabs.Tab>
          <Tabs.Tab value="history">{t('History')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value={state}>
          <LocalList
            id="alarms"
            isCards
            label={t('Alarms')}
            searchLabel={t('Search alarms')}
            query={query}
            columns={[...columnsOf(t, report).filter(({ key }) => state === 'history' || key !== 'until'), remove]}
            rowKey={(alarm) => `${alarm.name} ${alarm.activatedAt}`}
            empty={<Empty title={state === 'active' ? t('All is well') : t('There were no alarms')} />}
          />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function columnsOf(t: Translate, report: (text: string) => string): readonly Column<Alarm>[] {
  return [
    {
      key: 'name',
      title: t('Alarm'),
      render: ({ name }) => <Tag tone="bad">{name}</Tag>,
      text: ({ name }) => name,
    },
    {
      key: 'message',
      title: t('What it says'),
      isText: true,
      render: ({ message }) => report(message),
      text: ({ message }) => report(message),
    },
    {
      key: 'since',
      title: t('Since'),
      render: ({ activatedAt }) => <Time at={activatedAt} />,
      text: ({ activatedAt }) => activatedAt,
    },
    {
      key: 'until',
      title: t('Until'),
      render: ({ deactivatedAt }) => <Time at={deactivatedAt} />,
      text: ({ deactivatedAt }) => deactivatedAt ?? '',
    },
  ];
}
