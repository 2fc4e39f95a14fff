/** Who must not come in. */

import { Button, NativeSelect, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { queryOf, request } from '../api/client.ts';
import { useMay } from '../api/session.tsx';
import type { Ban, BanKind, List } from '../api/types.ts';
import { useQuery } from '../api/use-query.ts';
import { type Text, type Translate, useText } from '../language/language.tsx';
import { ActionButton, FormDialog } from '../parts/actions.tsx';
import { LocalList } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { Empty } from '../parts/states.tsx';
import type { Column } from '../parts/table.tsx';
import { Copy, Mono, Time } from '../parts/values.tsx';

const kinds: Readonly<Record<BanKind, Text>> = {
  client_id: 'Client identifier',
  username: 'User name',
  address: 'Address or range',
};

export default function BansPage(): ReactNode {
  const t = useText();
  const mayOperate = useMay('operator');
  const query = useQuery<List<Ban>>('/bans', 5);
  const [isAdding, setAdding] = useState(false);
  const remove: Column<Ban> = {
    key: 'actions',
    title: '',
    render: ({ kind, value }) => (
      <>
        <Copy text={value} />{' '}
        {mayOperate && (
          <ActionButton
            isSmall
            label={t('Lift')}
            name={t('Lift the ban of {name}', { name: value })}
            warning={t('Whoever was banned may connect again at once.')}
            act={() => request(`/bans${queryOf({ kind, value })}`, { method: 'DELETE' }).then(query.reload)}
            done={t('The ban is lifted')}
          />
        )}
      </>
    ),
  };
  return (
    <Page
      title={t('Bans')}
      lead={t('Client identifiers, user names and addresses that are refused.')}
      actions={
        mayOperate && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
            {t('Add a ban')}
          </Button>
        )
      }
    >
      <LocalList
        id="bans"
        isCards
        label={t('Bans')}
        searchLabel={t('Search bans')}
        query={query}
        columns={[...columnsOf(t), remove]}
        rowKey={({ kind, value }) => `${kind} ${value}`}
        empty={<Empty title={t('Nobody is banned')}>{t('Add a ban here, or under a client.')}</Empty>}
      />
      {isAdding && <BanDialog close={() => setAdding(false)} changed={query.reload} />}
    </Page>
  );
}

function columnsOf(t: Translate): readonly Column<Ban>[] {
  return [
    {
      key: 'value',
      title: t('Who'),
      render: ({ value }) => <Mono text={value} />,
      text: ({ value }) => value,
    },
    { key: 'kind', title: t('Kind'), render: ({ kind }) => t(kinds[kind]), text: ({ kind }) => t(kinds[kind]) },
    {
      key: 'reason',
      title: t('Reason'),
      isText: true,
      render: ({ reason }) => reason || '–',
      text: ({ reason }) => reason,
    },
    { key: 'by', title: t('By'), render: ({ by }) => byText(by, t) || '–', text: ({ by }) => byText(by, t) },
    { key: 'at', title: t('Since'), render: ({ at }) => <Time at={at} />, text: ({ at }) => at },
    {
      key: 'until',
      title: t('Until'),
      render: ({ until }) => (until === undefined ? t('lifted by hand') : <Time at={until} />),
      text: ({ until }) => until ?? '',
    },
  ];
}

/** Commands on the machine of the broker have no login; the name of a login has no spaces. */
function byText(by: string, t: Translate): string {
  return by === 'this machine' ? t('this machine') : by;
}

const durations: readonly (readonly [string, Text, number])[] = [
  ['', 'For ever', 0],
  ['5m', '5 minutes', 300],
  ['1h', '1 hour', 3600],
  ['1d', '1 day', 86_400],
  ['7d', '7 days', 604_800],
];

function BanDialog({ close, changed }: { readonly close: () => void; readonly changed: () => void }): ReactNode {
  const t = useText();
  const [kind, setKind] = useState('client_id');
  const [value, setValue] = useState('');
  const [reason, setReason] = useState('');
  const [duration, setDuration] = useState('');
  const submit = async (): Promise<void> => {
    const seconds = durations.find(([key]) => key === duration)?.[2] ?? 0;
    const until = seconds === 0 ? {} : { until: new Date(Date.now() + seconds * 1000).toISOString() };
    await request('/bans', { method: 'POST', body: { kind, value, reason, ...until } });
    changed();
  };
  return (
    <FormDialog
      isOpen
      title={t('Add a ban')}
      submitLabel={t('Ban')}
      submit={submit}
      done={t('Banned; connections of it have ended')}
      close={close}
    >
      <NativeSelect
        label={t('Kind')}
        value={kind}
        onChange={(event) => setKind(event.currentTarget.value)}
        data={Object.entries(kinds).map(([value, label]) => ({ value, label: t(label) }))}
      />
      <TextInput label={t('Who')} required value={value} onChange={(event) => setValue(event.currentTarget.value)} />
      <TextInput label={t('Reason')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      <NativeSelect
        label={t('How long')}
        value={duration}
        onChange={(event) => setDuration(event.currentTarget.value)}
        data={durations.map(([value, label]) => ({ value, label: t(label) }))}
      />
    </FormDialog>
  );
}
