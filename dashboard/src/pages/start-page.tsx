/** Commands and small programs that work with this very broker. */

import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';
import type { AccessSource, List, Listener } from '../api/types.ts';
import { useQuery } from '../api/use-query.ts';
import { useText } from '../language/language.tsx';
import { Card, Page, Stack } from '../parts/page.tsx';
import { Answer, Empty } from '../parts/states.tsx';
import { CodeBlock } from '../parts/values.tsx';
import { Link, useParam } from '../router/router.tsx';
import { isLoopback, reachableUrl } from './listener-url.ts';

const LOGIN = '-u NAME -P PASSWORD';

export default function StartPage(): ReactNode {
  const t = useText();
  const listeners = useQuery<List<Listener>>('/listeners');
  const sources = useQuery<List<AccessSource>>('/access/sources');
  return (
    <Page title={t('First steps')} lead={t('Everything here is made for this very broker: copy and run it.')}>
      <Answer query={listeners}>
        {({ items }) => <Answer query={sources}>{(chain) => <Steps listeners={items} sources={chain.items} />}</Answer>}
      </Answer>
    </Page>
  );
}

interface StepsProps {
  readonly listeners: readonly Listener[];
  readonly sources: readonly AccessSource[];
}

function Steps({ listeners, sources }: StepsProps): ReactNode {
  const t = useText();
  const open = listeners.filter(({ state }) => state !== 'stopped');
  const tcp = open.find(({ transport }) => transport === 'tcp' || transport === 'mqtt');
  const ws = open.find(({ transport }) => transport === 'ws');
  if (tcp === undefined) {
    return (
      <Empty title={t('No plain TCP listener is open')}>
        <Link to="/listeners">{t('To the listeners')}</Link>
      </Empty>
    );
  }
  const { hostname, port } = new URL(reachableUrl(tcp));
  const where = `-h ${hostname} -p ${port}`;
  // Without any source those on the broker's machine come in as they are.
  const needsLogin = sources.length > 0 || !isLoopback(tcp);
  const login = needsLogin ? ` ${LOGIN}` : '';
  return (
    <>
      <Card title={t('1. Listen and say something')}>
        <Stack>
          {needsLogin && (
            <p>
              {t('This broker asks who connects: put in the name and the password of a user.')}{' '}
              <Link to="/access?tab=users">{t('To the users')}</Link>
            </p>
          )}
          <p>{t('In one terminal:')}</p>
          <CodeBlock text={`mosquitto_sub ${where}${login} -t 'demo/#' -v`} />
          <p>{t('In another one:')}</p>
          <CodeBlock text={`mosquitto_pub ${where}${login} -t demo/hello -m 'Hello Hoopoe'`} />
        </Stack>
      </Card>
      <Card title={t('2. The same in a program')}>
        <Programs
          host={hostname}
          port={port}
          websocket={ws === undefined ? undefined : reachableUrl(ws)}
          needsLogin={needsLogin}
        />
      </Card>
      <Card title={t('3. Let only those in whom you know')}>
        <ol>
          <li>
            <Link to="/plugins">{t('Start a login source under Plugins')}</Link>
          </li>
          <li>
            <Link to="/access?tab=users">{t('Add a user under Access')}</Link>
          </li>
          <li>{t('Connect with its name and password:')}</li>
        </ol>
        <CodeBlock text={`mosquitto_pub ${where} ${LOGIN} -t demo/hello -m 'Hello Hoopoe'`} />
      </Card>
      <Card title={t('4. See what happens')}>
        <p>
          <Link to="/clients">{t('Clients')}</Link> · <Link to="/topics">{t('Topics')}</Link> ·{' '}
          <Link to="/websocket">{t('WebSocket client')}</Link> · <Link to="/access?tab=explain">{t('Explain')}</Link>
        </p>
      </Card>
    </>
  );
}

interface ProgramsProps {
  readonly host: string;
  readonly port: string;
  readonly websocket: string | undefined;
  readonly needsLogin: boolean;
}

function Programs({ host, port, websocket, needsLogin }: ProgramsProps): ReactNode {
  const [language, setLanguage] = useParam('program', 'python');
  const login = needsLogin ? ", username: 'NAME', password: 'PASSWORD'" : '';
  const auth = needsLogin ? ', auth={"username": "NAME", "password": "PASSWORD"}' : '';
  const programs = {
    // The same with version 1 of paho, which distributions still have, and with version 2.
    python: `# pip install paho-mqtt
import paho.mqtt.subscribe as subscribe

def show(client, userdata, message):
    print(message.topic, message.payload.decode())

subscribe.callback(show, "demo/#", hostname="${host}", port=${port}${auth})`,
    javascript: `// npm install mqtt
import mqtt from 'mqtt';

const client = await mqtt.connectAsync('mqtt://${host}:${port}', { protocolVersion: 5${login} });
client.on('message', (topic, payload) => console.log(topic, payload.toString()));
await client.subscribeAsync('demo/#');
await client.publishAsync('demo/hello', 'Hello Hoopoe');`,
    ...(websocket !== undefined && {
      browser: `<script src="mqtt.min.js"></script>
<script>
  const client = mqtt.connect('${websocket}', { protocolVersion: 5${login} });
  client.on('connect', () => client.subscribe('demo/#'));
  client.on('message', (topic, payload) => console.log(topic, payload.toString()));
</script>`,
    }),
  };
  const names = { python: 'Python', javascript: 'Node.js', browser: 'WebSocket' } as const;
  return (
    <Tabs value={language} onChange={(value) => setLanguage(value ?? 'python')}>
      <Tabs.List mb={12}>
        {(Object.keys(programs) as (keyof typeof names)[]).map((key) => (
          <Tabs.Tab key={key} value={key}>
            {names[key]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {Object.entries(programs).map(([key, text]) => (
        <Tabs.Panel key={key} value={key}>
          <CodeBlock text={text} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
