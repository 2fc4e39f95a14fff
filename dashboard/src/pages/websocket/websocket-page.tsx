/** MQTT clients in the page, several at once: connect, subscribe, publish, and see what comes. */

import { Button, Tabs } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type ReactNode, useEffect } from 'react';
import type { List, Listener } from '../../api/types.ts';
import { useQuery } from '../../api/use-query.ts';
import { type Text, useText } from '../../language/language.tsx';
import { Columns, Page } from '../../parts/page.tsx';
import { Loading } from '../../parts/states.tsx';
import { Tag, type Tone } from '../../parts/values.tsx';
import { useParam } from '../../router/router.tsx';
import { reachableUrl } from '../listener-url.ts';
import { addClient, randomClientId, removeClient, useClients } from './clients.ts';
import { ConnectCard } from './connect-card.tsx';
import { Messages } from './messages.tsx';
import type { ClientState, Profile, WebSocketClient } from './mqtt-client.ts';
import { PublishCard } from './publish-card.tsx';
import { SubscribeCard } from './subscribe-card.tsx';
import classes from './websocket.module.css';

const states: Readonly<Record<ClientState, { readonly tone: Tone; readonly text: Text }>> = {
  closed: { tone: 'plain', text: 'not connected' },
  connecting: { tone: 'info', text: 'connecting' },
  open: { tone: 'good', text: 'connected' },
};

function firstProfile(listeners: readonly Listener[]): Profile {
  const isSecure = location.protocol === 'https:';
  const wanted = isSecure ? ['wss', 'ws'] : ['ws', 'wss'];
  const found = wanted.map((kind) => listeners.find(({ transport }) => transport === kind)).find(Boolean);
  return {
    url: found === undefined ? `ws://${location.hostname}:8083/mqtt` : reachableUrl(found),
    version: '5',
    clientId: randomClientId(),
    username: '',
    password: '',
    keepAliveSeconds: 60,
    clean: true,
    sessionExpirySeconds: 0,
    willTopic: '',
    willPayload: '',
  };
}

export default function WebSocketPage(): ReactNode {
  const t = useText();
  const clients = useClients();
  const listeners = useQuery<List<Listener>>('/listeners');
  const [chosen, choose] = useParam('client');
  const items = listeners.data?.items;
  const isReady = items !== undefined || listeners.error !== undefined;
  useEffect(() => {
    if (clients.length === 0 && isReady) addClient(firstProfile(items ?? []));
  }, [clients.length, isReady, items]);
  const current = clients.find(({ number }) => String(number) === chosen) ?? clients[0];
  return (
    <Page
      title={t('WebSocket client')}
      lead={t('MQTT clients in this page. They go on while you look at other views, and end when the page is closed.')}
      actions={
        <Button
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => choose(String(addClient(firstProfile(items ?? [])).number))}
        >
          {t('One more client')}
        </Button>
      }
    >
      {current === undefined ? (
        <Loading />
      ) : (
        <Tabs value={String(current.number)} onChange={(value) => choose(value ?? '')}>
          <Tabs.List mb={16}>
            {clients.map((client) => (
              <Tabs.Tab key={client.number} value={String(client.number)}>
                <span className={classes['tab']}>{client.profile.clientId || '–'}</span>{' '}
                <Tag tone={states[client.state].tone}>{t(states[client.state].text)}</Tag>
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {clients.map((client) => (
            <Tabs.Panel key={client.number} value={String(client.number)}>
              {client === current && <ClientPanel client={client} isOnlyOne={clients.length === 1} />}
            </Tabs.Panel>
          ))}
        </Tabs>
      )}
    </Page>
  );
}

function ClientPanel({
  client,
  isOnlyOne,
}: {
  readonly client: WebSocketClient;
  readonly isOnlyOne: boolean;
}): ReactNode {
  const t = useText();
  return (
    <Columns>
      <div className={classes['side']}>
        <ConnectCard key={client.number} client={client} />
        {client.state === 'open' && <SubscribeCard client={client} />}
        {client.state === 'open' && <PublishCard client={client} />}
        {!isOnlyOne && (
          <Button variant="default" onClick={() => removeClient(client)}>
            {t('Close this client')}
          </Button>
        )}
      </div>
      <Messages client={client} />
    </Columns>
  );
}
