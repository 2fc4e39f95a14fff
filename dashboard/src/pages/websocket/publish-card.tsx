/** Publishing as a client in the page. */

import { Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useText } from '../../language/language.tsx';
import { Form } from '../../parts/actions.tsx';
import { Card } from '../../parts/page.tsx';
import type { PublishRequest, WebSocketClient } from './mqtt-client.ts';
import classes from './websocket.module.css';

const first: PublishRequest = {
  topic: 'demo/hello',
  payload: '{"hello": "Hoopoe"}',
  qos: 0,
  retain: false,
  contentType: '',
  responseTopic: '',
  correlationData: '',
  expirySeconds: '',
  userProperties: '',
};

export function PublishCard({ client }: { readonly client: WebSocketClient }): ReactNode {
  const t = useText();
  const [message, setMessage] = useState(first);
  const set = (change: Partial<PublishRequest>): void => setMessage((before) => ({ ...before, ...change }));
  return (
    <Card title={t('Publish')}>
      <Form submitLabel={t('Publish')} submit={() => client.publish(message)}>
        <div className={classes['wide']}>
          <TextInput
            label={t('Topic')}
            required
            value={message.topic}
            onChange={(event) => set({ topic: event.currentTarget.value })}
          />
          <NativeSelect
            label="QoS"
            data={['0', '1', '2']}
            value={String(message.qos)}
            onChange={(event) => set({ qos: Number(event.currentTarget.value) as 0 | 1 | 2 })}
          />
        </div>
        <Textarea
          label={t('Payload')}
          rows={3}
          value={message.payload}
          onChange={(event) => set({ payload: event.currentTarget.value })}
        />
        <Checkbox
          label={t('Retain')}
          checked={message.retain}
          onChange={(event) => set({ retain: event.currentTarget.checked })}
        />
        {client.profile.version === '5' && <Properties message={message} set={set} />}
      </Form>
    </Card>
  );
}

interface PropertiesProps {
  readonly message: PublishRequest;
  readonly set: (change: Partial<PublishRequest>) => void;
}

function Properties({ message, set }: PropertiesProps): ReactNode {
  const t = useText();
  return (
    <details>
      <summary>{t('Properties')}</summary>
      <div className={classes['pair']}>
        <TextInput
          label={t('Content type')}
          value={message.contentType}
          onChange={(event) => set({ contentType: event.currentTarget.value })}
        />
        <TextInput
          label={t('Message expires after, seconds')}
          inputMode="numeric"
          pattern="[0-9]*"
          value={message.expirySeconds}
          onChange={(event) => set({ expirySeconds: event.currentTarget.value })}
        />
        <TextInput
          label={t('Response topic')}
          value={message.responseTopic}
          onChange={(event) => set({ responseTopic: event.currentTarget.value })}
        />
        <TextInput
          label={t('Correlation data')}
          value={message.correlationData}
          onChange={(event) => set({ correlationData: event.currentTarget.value })}
        />
      </div>
      <Textarea
        label={t('User properties, one “name: value” on each line')}
        rows={2}
        value={message.userProperties}
        onChange={(event) => set({ userProperties: event.currentTarget.value })}
      />
    </details>
  );
}
