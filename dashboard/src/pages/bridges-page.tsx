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
import { Copy, Mono, Tag, Time, type Tone } from '../parts/values.tsx';
import { HowToAdd } from './how-to-add.tsx';
import { bridgeExample } from './section-examples.ts';

const tones: Readonly<Record<string, Tone>> = { connected: 'good', idle: 'plain', stopped: 'plain' };

export default function BridgesPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const mayOperate = useMay('operator');
  const mayAdministrate = useMay('admin');
  const query = useQuery<List<Bridge>>('/bridges', 5);
  const actions: Column<Bridge> = {
    key: 'actions',
    title: '',
    render: ({ name, state }) => {
      const act = (what: string) => () =>
        request(`/bridges/${segment(name)}/${what}`, { method: 'POST' }).then(query.reload);
      return (
        <>
          <Copy text={name} />{' '}
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
        </>
      );
    },
  };
  return (
    <Page
      title={t('Bridges')}
      lead={t('Connections to other brokers, by which messages cross.')}
      actions={mayAdministrate && <HowToAdd label={t('Add a bridge')} examples={{ mqtt: bridgeExample }} />}
    >
      <LocalList
        id="bridges"
        isCards
        label={t('Bridges')}
        searchLabel={t('Search bridges')}
        query={query}
        columns={[...columnsOf(t, format), actions]}
        rowKey={({ name }) => name}
        empty={<Empty title={t('There are no bridges')}>{t('“Add a bridge” shows how to make one.')}</Empty>}
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

const counterNames: ReadonlyMap<string, Text> = new Map([
  ['messagesIn', 'Messages in'],
  ['messagesOut', 'Messages out'],
  ['bytesIn', 'Bytes in'],
  ['bytesOut', 'Bytes out'],
  ['connects', 'Times connected'],
  ['failures', 'Failures'],
  ['refused', 'Refused there'],
  ['loopsPrevented', 'Not sent back'],
  ['unmatched', 'No longer wanted'],
  ['tooLarge', 'Too large'],
  ['denied', 'Not permitted here'],
]);

function columnsOf(t: Translate, format: Format): readonly Column<Bridge>[] {
  const counters = ({ counters = {} }: Bridge): string =>
    Object.entries(counters)
      .map(([name, value]) => {
        const text = counterNames.get(name);
        return `${text === undefined ? name : t(text)} ${format.number(value)}`;
      })
      .join(', ');
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
    { key: 'counters', title: t('Figures'), isWide: true, render: (bridge) => counters(bridge), text: counters },
    {
      key: 'lastError',
      title: t('Last error'),
      isWide: true,
      render: ({ lastFailure }) =>
        lastFailure === undefined ? (
          '–'
        ) : (
          <span title={lastFailure.message}>
            <Time at={lastFailure.atMs} /> {lastFailure.message}
          </span>
        ),
      text: ({ lastFailure }) => lastFailure?.message ?? '',
    },
  ];
}
