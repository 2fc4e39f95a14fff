/** What was changed through the page and the API, by whom. */

import type { ReactNode } from 'react';
import type { AuditEntry } from '../api/types.ts';
import { useReport, useText } from '../language/language.tsx';
import { ServerList } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { Empty } from '../parts/states.tsx';
import { Copy, Mono, Tag, Time, type Tone } from '../parts/values.tsx';

const tones: Readonly<Record<AuditEntry['outcome'], Tone>> = { done: 'good', refused: 'warn', failed: 'bad' };

export default function AuditPage(): ReactNode {
  const t = useText();
  const report = useReport();
  return (
    <Page title={t('Audit log')} lead={t('What was changed through this page and the API: when, by whom, from where.')}>
      <ServerList<AuditEntry>
        id="audit"
        isCards
        path="/audit"
        isSearchedHere
        label={t('Audit log')}
        searchLabel={t('Search this page of the audit log')}
        rowKey={({ number }) => number}
        columns={[
          { key: 'at', title: t('When'), render: ({ at }) => <Time at={at} isExactShown />, text: ({ at }) => at },
          {
            key: 'who',
            title: t('By'),
            render: ({ who, kind }) => <Mono text={who || kind} />,
            text: ({ who }) => who,
          },
          {
            key: 'what',
            title: t('What'),
            isWide: true,
            render: ({ what }) => <span title={report(what)}>{report(what)}</span>,
            text: ({ what }) => report(what),
          },
          {
            key: 'outcome',
            title: t('Outcome'),
            render: ({ outcome }) => <Tag tone={tones[outcome]}>{t(outcome)}</Tag>,
            text: ({ outcome }) => t(outcome),
          },
          {
            key: 'address',
            title: t('From'),
            render: ({ address }) => <Mono text={address} />,
            text: ({ address }) => address,
          },
          { key: 'kind', title: t('Kind'), isExtra: true, render: ({ kind }) => kind, text: ({ kind }) => kind },
          { key: 'copy', title: '', render: ({ at, who, what }) => <Copy text={`${at} ${who} ${report(what)}`} /> },
        ]}
        empty={<Empty title={t('Nothing was changed yet')} />}
      />
    </Page>
  );
}
