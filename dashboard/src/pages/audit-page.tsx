/** What was changed through the page and the API, by whom. */

import type { ReactNode } from 'react';
import type { AuditEntry } from '../api/types.ts';
import { type Translate, useReport, useText } from '../language/language.tsx';
import type { Text } from '../language/zh.ts';
import { ServerList } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { Empty } from '../parts/states.tsx';
import { Copy, Mono, Tag, Time, type Tone } from '../parts/values.tsx';

const tones: Readonly<Record<AuditEntry['outcome'], Tone>> = { done: 'good', refused: 'warn', failed: 'bad' };

const kinds: ReadonlyMap<string, Text> = new Map([
  ['login', 'login'],
  ['api_key', 'API key'],
  ['local', 'this machine'],
  ['nobody', 'not logged in'],
] as const);

function kindText(kind: string, t: Translate): string {
  const text = kinds.get(kind);
  return text === undefined ? kind : t(text);
}

/** A login and a key have names of their own; commands on the machine of the broker and who is not logged in have none. */
function whoOf({ who, kind }: AuditEntry, t: Translate): string {
  return kind === 'local' || who === '' ? kindText(kind, t) : who;
}

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
            render: (entry) => <Mono text={whoOf(entry, t)} />,
            text: (entry) => whoOf(entry, t),
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
          {
            key: 'kind',
            title: t('Kind'),
            isExtra: true,
            render: ({ kind }) => kindText(kind, t),
            text: ({ kind }) => kindText(kind, t),
          },
          {
            key: 'copy',
            title: '',
            render: (entry) => <Copy text={`${entry.at} ${whoOf(entry, t)} ${report(entry.what)}`} />,
          },
        ]}
        empty={<Empty title={t('Nothing was changed yet')} />}
      />
    </Page>
  );
}
