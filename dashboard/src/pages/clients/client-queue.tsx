/** What waits for a client. */

import type { ReactNode } from 'react';
import { segment } from '../../api/client.ts';
import type { List, QueuedMessage } from '../../api/types.ts';
import { useQuery } from '../../api/use-query.ts';
import { NOTHING, useFormat } from '../../language/format.ts';
import { type Text, type Translate, useText } from '../../language/language.tsx';
import { Answer, Empty } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { Mono } from '../../parts/values.tsx';

const MESSAGES_SHOWN = 200;

const states: Readonly<Record<string, Text>> = {
  queued: 'waits',
  inflight: 'sent, not acknowledged yet',
  released: 'received there, not completed yet',
};

function stateText(state: string | undefined, t: Translate): string {
  if (state === undefined) return NOTHING;
  const known = states[state];
  return known === undefined ? state : t(known);
}

export function ClientQueue({ clientId }: { readonly clientId: string }): ReactNode {
  const t = useText();
  const format = useFormat();
  const query = useQuery<Partial<List<QueuedMessage>>>(
    `/clients/${segment(clientId)}/queue?limit=${MESSAGES_SHOWN}&tellAbsence=true`,
    3,
  );
  return (
    <Answer query={query}>
      {({ items = [] }) =>
        items.length === 0 ? (
          <Empty title={t('Nothing waits for this client')} />
        ) : (
          <Table
            label={t('Queue')}
            rows={items.map((message, index) => ({ ...message, index }))}
            rowKey={({ index }) => index}
            columns={[
              { key: 'topic', title: t('Topic'), isWide: true, render: ({ topic }) => <Mono text={topic} /> },
              { key: 'qos', title: 'QoS', isNumeric: true, render: ({ qos }) => qos },
              { key: 'state', title: t('State'), render: ({ state }) => stateText(state, t) },
              { key: 'bytes', title: t('Size'), isNumeric: true, render: ({ bytes }) => format.bytes(bytes) },
            ]}
          />
        )
      }
    </Answer>
  );
}
