/** Everybody who has a session: a list, or one client of it. */

import { NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Client, List, Listener } from '../../api/types.ts';
import { useQuery } from '../../api/use-query.ts';
import { type Format, NOTHING, useFormat } from '../../language/format.ts';
import { type Translate, useText } from '../../language/language.tsx';
import { ServerList } from '../../parts/list.tsx';
import { Page } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';
import type { Column } from '../../parts/table.tsx';
import { Copy, Mono, Tag, Time } from '../../parts/values.tsx';
import { Link, setParams, useParam, usePathRest } from '../../router/router.tsx';
import { ClientPage } from './client-page.tsx';
import { clientAddress, expiryText } from './client-texts.ts';
import classes from './clients.module.css';

export default function ClientsPage(): ReactNode {
  const clientId = usePathRest('/clients');
  return clientId === undefined ? <ClientList /> : <ClientPage key={clientId} clientId={clientId} />;
}

function ClientList(): ReactNode {
  const t = useText();
  const format = useFormat();
  const [connected] = useParam('connected');
  const [listener] = useParam('listener');
  const [search] = useParam('q');
  const isNarrowed = `${connected}${listener}${search}` !== '';
  return (
    <Page title={t('Clients')}>
      <ServerList<Client>
        id="clients"
        path="/clients"
        label={t('Clients')}
        searchLabel={t('Search client identifier, user name or address')}
        columns={columnsOf(t, format)}
        rowKey={(client) => client.clientId}
        sort="clientId"
        where={{ connected, listener }}
        filters={<Filters />}
        empty={
          <Empty title={t('No client is here')}>
            <p>
              {isNarrowed
                ? t('Clients appear as soon as they connect; what you search for may be spelled otherwise.')
                : t('Clients appear as soon as they connect.')}
            </p>
            <Link to="/start">{t('How to connect the first one')}</Link>
          </Empty>
        }
      />
    </Page>
  );
}

function Filters(): ReactNode {
  const t = useText();
  const [connected] = useParam('connected');
  const [listener] = useParam('listener');
  const listeners = useQuery<List<Listener>>('/listeners');
  return (
    <>
      <NativeSelect
        aria-label={t('State')}
        value={connected}
        onChange={(event) => setParams({ connected: event.currentTarget.value, cursor: '' })}
        data={[
          { value: '', label: t('All sessions') },
          { value: 'true', label: t('Connected') },
          { value: 'false', label: t('Away') },
        ]}
      />
      <NativeSelect
        aria-label={t('Listener')}
        value={listener}
        onChange={(event) => setParams({ listener: event.currentTarget.value, cursor: '' })}
        data={[
          { value: '', label: t('All listeners') },
          ...(listeners.data?.items ?? []).map(({ name }) => ({ value: name, label: name })),
        ]}
      />
    </>
  );
}

function columnsOf(t: Translate, format: Format): readonly Column<Client>[] {
  const count = (key: keyof Client & string, title: string, isExtra = false): Column<Client> => ({
    key,
    title,
    sortBy: key,
    isNumeric: true,
    isExtra,
    render: (client) => format.number(client[key] as number),
    text: (client) => String(client[key]),
  });
  return [
    {
      key: 'clientId',
      title: t('Client identifier'),
      sortBy: 'clientId',
      render: ({ clientId }) => (
        <span className={classes['name']}>
          <Link to={clientAddress(clientId)} className={classes['link']}>
            <Mono text={clientId} />
          </Link>
          <Copy text={clientId} />
        </span>
      ),
      text: ({ clientId }) => clientId,
    },
    {
      key: 'connected',
      title: t('State'),
      render: ({ connected }) => (
        <Tag tone={connected ? 'good' : 'plain'}>{connected ? t('connected') : t('away')}</Tag>
      ),
      text: ({ connected }) => (connected ? t('connected') : t('away')),
    },
    {
      key: 'username',
      title: t('User name'),
      sortBy: 'username',
      render: ({ username }) => (username ? <Mono text={username} /> : NOTHING),
      text: ({ username }) => username ?? '',
    },
    {
      key: 'address',
      title: t('Address'),
      sortBy: 'address',
      render: ({ address, port }) => (address ? <Mono text={`${address}:${port ?? ''}`} /> : NOTHING),
      text: ({ address, port }) => (address ? `${address}:${port ?? ''}` : ''),
    },
    {
      key: 'listener',
      title: t('Listener'),
      isExtra: true,
      render: ({ listener }) => listener || NOTHING,
      text: ({ listener }) => listener ?? '',
    },
    {
      key: 'version',
      title: 'MQTT',
      isExtra: true,
      render: ({ version }) => version ?? NOTHING,
      text: ({ version }) => version ?? '',
    },
    {
      key: 'connectedAt',
      title: t('Connected'),
      sortBy: 'connectedAt',
      render: ({ connectedAt }) => <Time at={connectedAt} />,
      text: ({ connectedAt }) => connectedAt ?? '',
    },
    count('subscriptions', t('Subscriptions')),
    count('queued', t('Queued')),
    count('inflight', t('In flight'), true),
    count('messagesIn', t('Messages in')),
    count('messagesOut', t('Messages out')),
    {
      key: 'keepAliveSeconds',
      title: t('Keep alive'),
      isNumeric: true,
      isExtra: true,
      render: ({ keepAliveSeconds }) => format.duration(keepAliveSeconds),
      text: ({ keepAliveSeconds }) => String(keepAliveSeconds ?? ''),
    },
    {
      key: 'expirySeconds',
      title: t('Session expiry'),
      isNumeric: true,
      isExtra: true,
      render: ({ expirySeconds }) => expiryText(expirySeconds, t, format),
      text: ({ expirySeconds }) => String(expirySeconds ?? ''),
    },
  ];
}
