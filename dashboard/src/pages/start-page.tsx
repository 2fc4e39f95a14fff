/** Commands and small programs that work with this very broker. */

import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';
import type { List, Listener } from '../api/types.ts';
import { useQuery } from '../api/use-query.ts';
import { useText } from '../language/language.tsx';
import { Card, Page, Stack } from '../parts/page.tsx';
import { Answer, Empty } from '../parts/states.tsx';
import { CodeBlock } from '../parts/values.tsx';
import { Link, useParam } from '../router/router.tsx';
import { reachableUrl } from './listener-url.ts';

export default function StartPage(): ReactNode {
  const t = useText();
  const listeners = useQuery<List<Listener>>('/listeners');
  return (
    <Page title={t('First steps')} lead={t('Everything here is made for this very broker: copy and run it.')}>
      <Answer query={listeners}>{({ items }) => <Steps listeners={items} />}</Answer>
    </Page>
  );
}

function Steps({ listeners }: { readonly listeners: readonly Listener[] }): ReactNode {
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
  return (
    <>
      <Card title={t('1. Listen and say something')}>
        <Stack>
          <p>{t('In one terminal:')}</p>
          <CodeBlock text={`mosquitto_sub -h ${hostname} -p ${port} -t 'demo/#' -v`} />
          <p>{t('In another one:')}</p>
          <CodeBlock text={`mosquitto_pub -h ${hostname} -p ${port} -t demo/hello -m 'Hello Hoopoe'`} />
        </Stack>
      </Card>
      <Card title={t('2. The same in a program')}>
        <Programs host={hostname} port={port} websocket={ws === undefined ? undefined : reachableUrl(ws)} />
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
        <CodeBlock
          text={`mosquitto_pub -h ${hostname} -p ${port} -u NAME -P PASSWORD -t demo/hello -m 'Hello Hoopoe'`}
        />
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
}

function Programs({ host, port, websocket }: ProgramsProps): ReactNode {
  const [language, setLanguage] = useParam('program', 'python');
  const programs = {
    python: `# pip install paho-mqtt
import paho.mqtt.client as mqtt

client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
client.on_connect = lambda client, *_: client.subscribe("demo/#")
client.on_message = lambda client, userdata, message: print(message.topic, message.payload.decode())
# client.username_pw_set("NAME", "PASSWORD")
client.connect("${host}", ${port})
client.loop_forever()`,
    javascript: `// npm install mqtt
import mqtt from 'mqtt';

const client = await mqtt.connectAsync('mqtt://${host}:${port}', { protocolVersion: 5 });
client.on('message', (topic, payload) => console.log(topic, payload.toString()));
await client.subscribeAsync('demo/#');
await client.publishAsync('demo/hello', 'Hello Hoopoe');`,
    ...(websocket !== undefined && {
      browser: `<script src="mqtt.min.js"></script>
<script>
  const client = mqtt.connect('${websocket}');
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
