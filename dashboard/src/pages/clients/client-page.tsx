/** One client: its connection and session with live rates, its subscriptions and queue, its packets, and what can be done to it. */

import { Tabs } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { request, segment } from '../../api/client.ts';
import { useMay } from '../../api/session.tsx';
import type { Absent, ClientDetail } from '../../api/types.ts';
import { useQuery } from '../../api/use-query.ts';
import { dropReasonText } from '../../language/drop-reasons.ts';
import { NOTHING, useFormat } from '../../language/format.ts';
import { useText } from '../../language/language.tsx';
import { ActionButton } from '../../parts/actions.tsx';
import { Card, Columns, Page } from '../../parts/page.tsx';
import { Answer, Empty } from '../../parts/states.tsx';
import { Copy, Facts, Mono, Tag, Time } from '../../parts/values.tsx';
import { Link, useParam } from '../../router/router.tsx';
import { ClientQueue } from './client-queue.tsx';
import { ClientSubscriptions } from './client-subscriptions.tsx';
import { expiryText } from './client-texts.ts';
import { Tap } from './tap.tsx';

const REFRESH_SECONDS = 2;

export function ClientPage({ clientId }: { readonly clientId: string }): ReactNode {
  const t = useText();
  // A client ends when it likes, so that it is gone is asked for as an answer and not as a failure.
  const path = `/clients/${segment(clientId)}?tellAbsence=true`;
  const query = useQuery<ClientDetail | Absent>(path, REFRESH_SECONDS);
  const client = query.data !== undefined && !('absent' in query.data) ? query.data : undefined;
  const [tab, setTab] = useParam('tab', 'state');
  const mayOperate = useMay('operator');
  return (
    <Page
      title={clientId}
      lead={
        <>
          <Link to="/clients">{t('All clients')}</Link> <Copy text={clientId} label={t('Copy the client identifier')} />
        </>
      }
      actions={client !== undefined && <ClientActions client={client} done={query.reload} />}
    >
      {query.data !== undefined && client === undefined ? (
        <Empty title={t('There is no session of this client')}>
          <p>{t('It is not connected and nothing waits for it. When it connects it is shown here by itself.')}</p>
        </Empty>
      ) : (
        <Tabs value={tab} onChange={(value) => setTab(value ?? 'state')} keepMounted={false}>
          <Tabs.List mb={16}>
            <Tabs.Tab value="state">{t('State')}</Tabs.Tab>
            <Tabs.Tab value="subscriptions">{t('Subscriptions')}</Tabs.Tab>
            {mayOperate && <Tabs.Tab value="queue">{t('Queue')}</Tabs.Tab>}
            {mayOperate && <Tabs.Tab value="tap">{t('Packets')}</Tabs.Tab>}
          </Tabs.List>
          <Tabs.Panel value="state">
            <Answer query={query}>{() => client !== undefined && <State client={client} />}</Answer>
          </Tabs.Panel>
          <Tabs.Panel value="subscriptions">
            <ClientSubscriptions clientId={clientId} />
          </Tabs.Panel>
          <Tabs.Panel value="queue">
            <ClientQueue clientId={clientId} />
          </Tabs.Panel>
          <Tabs.Panel value="tap">
            <Tap where={{ clientId }} />
          </Tabs.Panel>
        </Tabs>
      )}
    </Page>
  );
}

interface ClientActionsProps {
  readonly client: ClientDetail;
  /** Called when the client may not be there any more. */
  readonly done: () => void;
}

function ClientActions({ client, done }: ClientActionsProps): ReactNode {
  const t = useText();
  const mayOperate = useMay('operator');
  if (!mayOperate) return null;
  const { clientId } = client;
  const path = `/clients/${segment(clientId)}`;
  return (
    <>
      {client.connected && (
        <ActionButton
          label={t('Disconnect')}
          about={clientId}
          warning={t(
            'The connection of this client ends. Its session stays as it is; most clients connect again by themselves.',
          )}
          act={() => request(path, { method: 'DELETE' }).then(done)}
          done={t('The client is disconnected')}
        />
      )}
      <ActionButton
        label={t('End the session')}
        about={clientId}
        warning={t('The connection ends, and subscriptions and queued messages of this client are deleted for good.')}
        act={() => request(`${path}?session=true`, { method: 'DELETE' }).then(done)}
        done={t('The session has ended')}
      />
      <ActionButton
        label={t('Ban')}
        about={clientId}
        warning={t('This client identifier is refused until you lift the ban, and the connection ends now.')}
        act={() => request('/bans', { method: 'POST', body: { kind: 'client_id', value: clientId } }).then(done)}
        done={t('The client is banned')}
      />
    </>
  );
}

/** What flows per second, from two looks at the counters. */
function useRates(client: ClientDetail): {
  readonly messagesIn: number | undefined;
  readonly messagesOut: number | undefined;
} {
  const before = useRef<{ readonly atMs: number; readonly client: ClientDetail }>(undefined);
  const [rates, setRates] = useState<{ messagesIn: number | undefined; messagesOut: number | undefined }>({
    messagesIn: undefined,
    messagesOut: undefined,
  });
  useEffect(() => {
    const atMs = performance.now();
    const last = before.current;
    before.current = { atMs, client };
    if (last === undefined || last.client.connectedAt !== client.connectedAt) return;
    const seconds = (atMs - last.atMs) / 1000;
    if (seconds < 0.5) return;
    setRates({
      messagesIn: Math.max(0, (client.messagesIn - last.client.messagesIn) / seconds),
      messagesOut: Math.max(0, (client.messagesOut - last.client.messagesOut) / seconds),
    });
  }, [client]);
  return rates;
}

function State({ client }: { readonly client: ClientDetail }): ReactNode {
  return (
    <Columns>
      <ConnectionCard client={client} />
      <Columns>
        <SessionCard client={client} />
        <TrafficCard client={client} />
      </Columns>
    </Columns>
  );
}

function ConnectionCard({ client }: { readonly client: ClientDetail }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { connected, address, port, listener, version, username, superuser, certificateSubject } = client;
  return (
    <Card title={t('Connection')}>
      <Facts
        rows={[
          [
            t('State'),
            <Tag key="state" tone={connected ? 'good' : 'plain'}>
              {connected ? t('connected') : t('away')}
            </Tag>,
          ],
          [t('User name'), username ? <Mono key="user" text={username} /> : NOTHING],
          [t('Certificate'), certificateSubject ? <Mono key="certificate" text={certificateSubject} /> : NOTHING],
          [t('Superuser'), superuser === true ? t('yes') : t('no')],
          [t('Address'), address ? <Mono key="address" text={`${address}:${port ?? ''}`} /> : NOTHING],
          [t('Listener'), listener || NOTHING],
          ['MQTT', version ?? NOTHING],
          [t('Keep alive'), format.duration(client.keepAliveSeconds)],
          connected
            ? [t('Connected'), <Time key="at" at={client.connectedAt} isExactShown />]
            : [t('Away'), <Time key="at" at={client.disconnectedAt} isExactShown />],
        ]}
      />
    </Card>
  );
}

function SessionCard({ client }: { readonly client: ClientDetail }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { will } = client;
  return (
    <Card title={t('Session')}>
      <Facts
        rows={[
          [t('Created'), <Time key="at" at={client.createdAt} isExactShown />],
          [t('Clean start'), client.cleanStart === true ? t('yes') : t('no')],
          [t('Session expiry'), expiryText(client.expirySeconds, t, format)],
          [t('Subscriptions'), format.number(client.subscriptions)],
          [t('In flight'), format.number(client.inflight)],
          [t('Queued'), `${format.number(client.queued)} (${format.bytes(client.queuedBytes)})`],
          [
            t('Will'),
            will === undefined ? (
              t('none')
            ) : (
              <span key="will">
                <Mono text={will.topic} isWrapped /> QoS {will.qos}
                {will.retain ? `, ${t('retained')}` : ''}
              </span>
            ),
          ],
        ]}
      />
    </Card>
  );
}

function TrafficCard({ client }: { readonly client: ClientDetail }): ReactNode {
  const t = useText();
  const format = useFormat();
  const rates = useRates(client);
  const reasons = Object.entries(client.droppedBy ?? {});
  return (
    <Card title={t('Traffic')}>
      <Facts
        rows={[
          [t('Messages in'), `${format.number(client.messagesIn)} (${format.number(rates.messagesIn)}/s)`],
          [t('Messages out'), `${format.number(client.messagesOut)} (${format.number(rates.messagesOut)}/s)`],
          [t('Bytes in'), format.bytes(client.bytesIn)],
          [t('Bytes out'), format.bytes(client.bytesOut)],
          [t('Bytes the client has not read'), format.bytes(client.bytesWaiting)],
          [t('Dropped'), format.number(client.dropped)],
          ...reasons.map(([reason, count]) => [`· ${dropReasonText(reason, t)}`, format.number(count)] as const),
        ]}
      />
    </Card>
  );
}
