/** The subscriptions of a client in the page. */

import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useText } from '../../language/language.tsx';
import { ActionButton, Form } from '../../parts/actions.tsx';
import { Card, Row } from '../../parts/page.tsx';
import { Mono } from '../../parts/values.tsx';
import type { WebSocketClient } from './mqtt-client.ts';
import classes from './websocket.module.css';

export function SubscribeCard({ client }: { readonly client: WebSocketClient }): ReactNode {
  const t = useText();
  const [filter, setFilter] = useState('demo/#');
  const [qos, setQos] = useState('0');
  const [noLocal, setNoLocal] = useState(false);
  const [retainAsPublished, setRetainAsPublished] = useState(false);
  return (
    <Card title={t('Subscriptions')}>
      <Form
        submitLabel={t('Subscribe')}
        submit={() => client.subscribe({ filter, qos: Number(qos) as 0 | 1 | 2, noLocal, retainAsPublished })}
      >
        <div className={classes['wide']}>
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
        </div>
        {client.profile.version === '5' && (
          <Row>
            <Checkbox
              label={t('No local')}
              checked={noLocal}
              onChange={(event) => setNoLocal(event.currentTarget.checked)}
            />
            <Checkbox
              label={t('Retain as published')}
              checked={retainAsPublished}
              onChange={(event) => setRetainAsPublished(event.currentTarget.checked)}
            />
          </Row>
        )}
      </Form>
      <ul className={classes['subscriptions']}>
        {[...client.subscriptions].map(([one, granted]) => (
          <li key={one} className={classes['subscription']}>
            <span>
              <Mono text={one} /> QoS {granted}
            </span>
            <ActionButton
              isSmall
              label={t('Unsubscribe')}
              name={t('Unsubscribe {filter}', { filter: one })}
              act={() => client.unsubscribe(one)}
            />
          </li>
        ))}
      </ul>
    </Card>
  );
}
