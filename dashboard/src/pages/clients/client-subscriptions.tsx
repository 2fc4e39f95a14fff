/** The subscriptions of a client, and making and deleting them in its place. */

import { NativeSelect, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { queryOf, request, segment } from '../../api/client.ts';
import { useMay } from '../../api/session.tsx';
import type { List, Subscription } from '../../api/types.ts';
import { useQuery } from '../../api/use-query.ts';
import { useText } from '../../language/language.tsx';
import { ActionButton, Form } from '../../parts/actions.tsx';
import { Card, Stack } from '../../parts/page.tsx';
import { Answer, Empty } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { Copy } from '../../parts/values.tsx';
import { subscriptionColumns } from '../subscription-columns.tsx';

export function ClientSubscriptions({ clientId }: { readonly clientId: string }): ReactNode {
  const t = useText();
  const mayOperate = useMay('operator');
  const path = `/clients/${segment(clientId)}/subscriptions`;
  const query = useQuery<Partial<List<Subscription>>>(`${path}?tellAbsence=true`, 3);
  const remove: Column<Subscription> = {
    key: 'actions',
    title: '',
    render: (subscription) => (
      <>
        <Copy text={subscription.fullFilter} />
        {mayOperate && (
          <ActionButton
            isSmall
            label={t('Delete')}
            name={t('Delete the subscription {filter}', { filter: subscription.fullFilter })}
            warning={t('The client gets no more messages by this subscription. It is not told.')}
            act={() =>
              request(path + queryOf({ filter: subscription.fullFilter }), { method: 'DELETE' }).then(query.reload)
            }
          />
        )}
      </>
    ),
  };
  return (
    <Stack>
      <Answer query={query}>
        {({ items = [] }) =>
          items.length === 0 ? (
            <Empty title={t('This client has subscribed to nothing')} />
          ) : (
            <Table
              isCards
              label={t('Subscriptions')}
              rows={items}
              rowKey={({ fullFilter }) => fullFilter}
              columns={[...subscriptionColumns(t).filter(({ key }) => key !== 'clientId'), remove]}
            />
          )
        }
      </Answer>
      {mayOperate && <AddSubscription path={path} added={query.reload} />}
    </Stack>
  );
}

function AddSubscription({ path, added }: { readonly path: string; readonly added: () => void }): ReactNode {
  const t = useText();
  const [filter, setFilter] = useState('');
  const [qos, setQos] = useState('0');
  return (
    <Card title={t('Subscribe in its place')}>
      <Form
        submitLabel={t('Subscribe')}
        submit={async () => {
          await request(path, { method: 'POST', body: { filter, qos: Number(qos) } });
          setFilter('');
          added();
        }}
      >
        <TextInput
          label={t('Topic filter')}
          required
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
        <NativeSelect
          label="QoS"
          data={['0', '1', '2']}
          value={qos}
          onChange={(event) => setQos(event.currentTarget.value)}
        />
      </Form>
    </Card>
  );
}
