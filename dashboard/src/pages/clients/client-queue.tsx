/** What waits for a client. */

import type { ReactNode } from 'react';
import { segment } from '../../api/client.ts';
import type { List, QueuedMessage } from '../../api/types.ts';
import { useQuery } from '../../api/use-query.ts';
import { NOTHING, useFormat } from '../../language/format.ts';
import { useText } from '../../language/language.tsx';
import { Answer, Empty } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { Mono } from '../../parts/values.tsx';

const MESSAGES_SHOWN = 200;

export function ClientQueue({ clientId }: { readonly clientId: string }): ReactNode {
  const t = useText();
  const format = useFormat();
  const query = useQuery<List<QueuedMessage>>(`/clients/${segment(clientId)}/queue?limit=${MESSAGES_SHOWN}`, 3);
  return (
    <Answer query={query}>
      {({ items }) =>
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
              { key: 'state', title: t('State'), render: ({ state }) => state ?? NOTHING },
              { key: 'bytes', title: t('Size'), isNumeric: true, render: ({ bytes }) => format.bytes(bytes) },
            ]}
          />
        )
      }
    </Answer>
  );
}
