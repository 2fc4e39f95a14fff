/** Connections to other brokers. */

import type { ReactNode } from 'react';
import { request, segment } from '../api/client.ts';
import { useMay } from '../api/session.tsx';
import type { Bridge, List } from '../api/types.ts';
import { useQuery } from '../api/use-query.ts';
import { type Format, useFormat } from '../language/format.ts';
import { type Text, type Translate, useText } from '../language/language.tsx';
import { ActionButton } from '../parts/actions.tsx';
import { LocalList } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { Empty } from '../parts/states.tsx';
import type { Column } from '../parts/table.tsx';
import { Mono, Tag, Time, type Tone } from '../parts/values.tsx';
import { bridgeFailure } from './bridge-failures.ts';
import { AddSection, SectionActions } from './sections/section-actions.tsx';
import { useSections } from './sections/sections.ts';

const tones: Readonly<Record<string, Tone>> = { connected: 'good', idle: 'plain', stopped: 'plain' };

export default function BridgesPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const mayOperate = useMay('operator');
  const query = useQuery<List<Bridge>>('/bridges', 5);
  const sections = useSections('bridges');
  const parts = { collection: 'bridges', sections, changed: query.reload } as const;
  const actions: Column<Bridge> = {
    key: 'actions',
    title: '',
    render: ({ name, state }) => {
      const act = (what: string) => () =>
        request(`/bridges/${segment(name)}/${what}`, { method: 'POST' }).then(query.reload);
      return (
        <SectionActions {...parts} name={name}>
          {mayOperate && state === 'stopped' && (
            <ActionButton isSmall label={t('Start')} name={t('Start {name}', { name })} act={act('start')} />
          )}
          {mayOperate && state !== 'stopped' && (
            <ActionButton
              isSmall
              label={t('Stop')}
              name={t('Stop {name}', { name })}
              warning={t('Messages cross this bridge no more until it is started again.')}
              act={act('stop')}
            />
          )}
        </SectionActions>
      );
    },
  };
  return (
    <Page
      title={t('Bridges')}
      lead={t('Connections to other brokers, by which messages cross.')}
      actions={<AddSection {...parts} label={t('Add a bridge')} />}
    >
      <LocalList
        id="bridges"
        isCards
        label={t('Bridges')}
        searchLabel={t('Search bridges')}
        query={query}
        columns={[...columnsOf(t, format), actions]}
        rowKey={({ name }) => name}
        empty={
          <Empty title={t('There are no bridges')}>{t('“Add a bridge” makes one, which connects at once.')}</Empty>
        }
      />
    </Page>
  );
}

const states: ReadonlyMap<string, Text> = new Map([
  ['connected', 'connected'],
  ['connecting', 'connecting'],
  ['idle', 'idle'],
  ['waiting', 'waiting'],
  ['stopped', 'stopped'],
  ['ended', 'ended'],
]);

function stateText(state: string, t: Translate): string {
  const text = states.get(state);
  return text === undefined ? state : t(text);
}

const counterNames: readonly (readonly [string, Text])[] = [
  ['messagesOut', 'Messages out'],
  ['messagesIn', 'Messages in'],
  ['bytesIn', 'Bytes in'],
  ['bytesOut', 'Bytes out'],
  ['connects', 'Times connected'],
  ['failures', 'Failures'],
  ['refused', 'Refused there'],
  ['loopsPrevented', 'Not sent back'],
  ['unmatched', 'No longer wanted'],
  ['tooLarge', 'Too large'],
  ['denied', 'Not permitted here'],
  ['dropped', 'No room in the queue here'],
];
/** What stands in the list without being asked for. */
const countersShown: ReadonlySet<string> = new Set(['messagesOut', 'messagesIn']);

function columnsOf(t: Translate, format: Format): readonly Column<Bridge>[] {
  return [
    { key: 'name', title: t('Bridge'), render: ({ name }) => <Mono text={name} />, text: ({ name }) => name },
    {
      key: 'state',
      title: t('State'),
      render: ({ state }) => <Tag tone={tones[state] ?? 'warn'}>{stateText(state, t)}</Tag>,
      text: ({ state }) => stateText(state, t),
    },
    {
      key: 'address',
      title: t('Address'),
      render: ({ address }) => <Mono text={address ?? '–'} />,
      text: ({ address }) => address ?? '',
    },
    {
      key: 'since',
      title: t('Since'),
      render: ({ connectedAt }) => <Time at={connectedAt} />,
      text: ({ connectedAt }) => connectedAt ?? '',
    },
    ...counterNames.map(([name, title]) => ({
      key: name,
      title: t(title),
      isNumeric: true,
      isExtra: !countersShown.has(name),
      render: ({ counters }: Bridge) =>
        name.startsWith('bytes') ? format.bytes(counters?.[name]) : format.number(counters?.[name]),
      text: ({ counters }: Bridge) => String(counters?.[name] ?? ''),
    })),
    {
      key: 'lastError',
      title: t('Last error'),
      isText: true,
      render: ({ lastFailure }) =>
        lastFailure === undefined ? (
          '–'
        ) : (
          <>
            <Time at={lastFailure.atMs} /> · {bridgeFailure(lastFailure, t)}
          </>
        ),
      text: ({ lastFailure }) => (lastFailure === undefined ? '' : bridgeFailure(lastFailure, t)),
    },
  ];
}
