/** Publishing a message through the broker itself: it needs no client and no permission of one. */

import { Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { request } from '../api/client.ts';
import { useMay } from '../api/session.tsx';
import { useText } from '../language/language.tsx';
import { Form, useNotices } from '../parts/actions.tsx';
import { Row } from '../parts/page.tsx';

export function PublishForm({ topic: given }: { readonly topic: string }): ReactNode {
  const t = useText();
  const { say } = useNotices();
  const mayOperate = useMay('operator');
  const [topic, setTopic] = useState(given);
  const [payload, setPayload] = useState('');
  const [qos, setQos] = useState('0');
  const [retain, setRetain] = useState(false);
  if (!mayOperate) return <p>{t('Your role may not see this. Ask an administrator.')}</p>;
  return (
    <Form
      submitLabel={t('Publish')}
      submit={async () => {
        const body = { topic, payload, encoding: 'text', qos: Number(qos), retain };
        const { receivers } = await request<{ receivers: number }>('/publish', { method: 'POST', body });
        say(t('Published; subscriptions that got it: {count}', { count: receivers }));
      }}
    >
      <TextInput label={t('Topic')} required value={topic} onChange={(event) => setTopic(event.currentTarget.value)} />
      <Textarea
        label={t('Payload')}
        rows={3}
        value={payload}
        onChange={(event) => setPayload(event.currentTarget.value)}
      />
      <Row isEndAligned>
        <NativeSelect
          label="QoS"
          data={['0', '1', '2']}
          value={qos}
          onChange={(event) => setQos(event.currentTarget.value)}
        />
        <Checkbox label={t('Retain')} checked={retain} onChange={(event) => setRetain(event.currentTarget.checked)} />
      </Row>
    </Form>
  );
}
