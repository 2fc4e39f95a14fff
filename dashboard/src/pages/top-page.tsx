/** Who and what is the busiest, and who is slow. */

import type { ReactNode } from 'react';
import { request } from '../api/client.ts';
import { useMay } from '../api/session.tsx';
import type { List } from '../api/types.ts';
import { useQuery } from '../api/use-query.ts';
import { NOTHING, useFormat } from '../language/format.ts';
import { type Text, type Translate, useText } from '../language/language.tsx';
import { ActionButton } from '../parts/actions.tsx';
import { Card, Columns, Page } from '../parts/page.tsx';
import { Answer, Empty } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { Copy, Mono } from '../parts/values.tsx';
import { Link } from '../router/router.tsx';

/** A row of any of the tables: a name, and figures. */
type TopRow = Readonly<Record<string, string | number | null | undefined>>;

export default function TopPage(): ReactNode {
  const t = useText();
  return (
    <Page title={t('Busiest')} lead={t('Who publishes and receives most, and who does not keep up.')}>
      <Columns>
        <Card title={t('Most messages waiting')}>
          <TopTable
            path="/tables/slow-subscribers?limit=20"
            label={t('Most messages waiting')}
            empty={
              <Empty title={t('No connected client has messages waiting')}>
                {t('Every one takes its messages as fast as they come.')}
              </Empty>
            }
          />
        </Card>
        <TopTopics />
        <Card title={t('Most messages published')}>
          <TopTable
            path="/clients?sort=messagesIn&order=desc&limit=20"
            by="messagesIn"
            label={t('Most messages published')}
            columns={publisherColumns}
          />
        </Card>
        <Card title={t('Most messages received')}>
          <TopTable
            path="/clients?sort=messagesOut&order=desc&limit=20"
            by="messagesOut"
            label={t('Most messages received')}
            columns={receiverColumns}
          />
        </Card>
      </Columns>
    </Page>
  );
}

// What the table is about comes before what a phone has no room for.
const publisherColumns = ['clientId', 'messagesIn', 'username'];
const receiverColumns = ['clientId', 'messagesOut', 'dropped'];

function TopTopics(): ReactNode {
  const t = useText();
  const mayOperate = useMay('operator');
  const query = useQuery<List<TopRow> & { readonly since?: string }>('/tables/top-topics?limit=20', 5);
  const isOn = query.data?.since !== undefined;
  const turn = (on: boolean): Promise<void> =>
    request('/tables/top-topics', { method: 'POST', body: { on } }).then(query.reload);
  return (
    <Card
      title={t('Most messages on a topic')}
      actions={
        mayOperate &&
        query.data !== undefined && (
          <ActionButton isSmall label={isOn ? t('Stop counting') : t('Count')} act={() => turn(!isOn)} />
        )
      }
    >
      {isOn || query.data === undefined ? (
        <TopTable path="/tables/top-topics?limit=20" label={t('Most messages on a topic')} />
      ) : (
        <Empty title={t('Topics are not counted now')}>
          {t('Counting costs a little for each message; begin it here and end it when you have seen enough.')}
        </Empty>
      )}
    </Card>
  );
}

const headings: Readonly<Record<string, Text>> = {
  clientId: 'Client identifier',
  username: 'User name',
  address: 'Address',
  topic: 'Topic',
  messages: 'Messages',
  error: 'Error at most',
  messagesIn: 'Messages in',
  messagesOut: 'Messages out',
  dropped: 'Dropped',
  queued: 'Queued',
  queuedBytes: 'Queued bytes',
  inflight: 'In flight',
  bytesWaiting: 'Bytes the client has not read',
};

/** A name that is not known as its words: `delaySecondsMax` as `delay seconds max`. */
function headingOf(name: string, t: Translate): string {
  const known = headings[name];
  return known === undefined ? name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`) : t(known);
}

interface TopTableProps {
  readonly path: string;
  readonly label: string;
  /** What of the rows is shown; all unless given. */
  readonly columns?: readonly string[];
  /** Rows in which this is 0 are left out. */
  readonly by?: string;
  /** In place of a table without rows; that figures are yet to come unless given. */
  readonly empty?: ReactNode;
}

function TopTable({ path, label, columns, by, empty }: TopTableProps): ReactNode {
  const t = useText();
  const format = useFormat();
  const query = useQuery<List<TopRow>>(path, 5);
  const show = (name: string, value: TopRow[string]): ReactNode => {
    if (name === 'clientId') {
      return (
        <Link to={`/clients/${encodeURIComponent(String(value))}`}>
          <Mono text={String(value)} />
        </Link>
      );
    }
    if (value === undefined || value === null || value === '') return NOTHING;
    if (typeof value !== 'number') return <Mono text={value} />;
    if (name.includes('Seconds')) return format.latency(value);
    return name.startsWith('bytes') || name.endsWith('Bytes') ? format.bytes(value) : format.number(value);
  };
  return (
    <Answer query={query}>
      {(list) => {
        const items = list.items.filter((row) => by === undefined || Number(row[by]) > 0);
        const [first] = items;
        if (first === undefined && empty !== undefined) return empty;
        if (first === undefined)
          return <Empty title={t('Nothing to show yet')}>{t('Figures appear as soon as messages pass.')}</Empty>;
        return (
          <Table
            label={label}
            rows={items.map((row, index) => ({ ...row, '#': index }))}
            rowKey={(row) => Number(row['#'])}
            columns={[
              ...(columns ?? Object.keys(first)).map((name) => ({
                key: name,
                title: headingOf(name, t),
                isNumeric: typeof first[name] === 'number',
                isWide: name === 'clientId' || name === 'topic',
                render: (row: TopRow) => show(name, row[name]),
              })),
              { key: 'copy', title: '', render: (row: TopRow) => <Copy text={String(Object.values(row)[0])} /> },
            ]}
          />
        );
      }}
    </Answer>
  );
}
