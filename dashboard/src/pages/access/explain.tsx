/** Whether a client may do something, who decides it and why, step by step. */

import { NativeSelect, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { request } from '../../api/client.ts';
import type { Explanation } from '../../api/types.ts';
import { type Text, type Translate, useReport, useText } from '../../language/language.tsx';
import { Form } from '../../parts/actions.tsx';
import { Card, Columns, Stack } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { Mono, Tag, type Tone } from '../../parts/values.tsx';
import { setParams } from '../../router/router.tsx';

const fields = ['clientId', 'username', 'address', 'topic'] as const;
type Field = (typeof fields)[number];

const labels: Readonly<Record<Field, Text>> = {
  clientId: 'Client identifier',
  username: 'User name',
  address: 'Address',
  topic: 'Topic or topic filter',
};

/** The question stands in the address, so that it can be sent to somebody. */
function firstQuestion(): Record<Field | 'action', string> {
  const params = new URLSearchParams(location.search);
  const value = (name: string): string => params.get(name) ?? '';
  return {
    clientId: value('clientId'),
    username: value('username'),
    address: value('address') || '127.0.0.1',
    topic: value('topic'),
    action: value('action') || 'publish',
  };
}

export function Explain(): ReactNode {
  const t = useText();
  const [question, setQuestion] = useState(firstQuestion);
  const [explanation, setExplanation] = useState<Explanation>();
  const change = (field: string, value: string): void => setQuestion((before) => ({ ...before, [field]: value }));
  const ask = async (): Promise<void> => {
    setParams(question);
    const { username, ...rest } = question;
    const body = username === '' ? rest : question;
    setExplanation(await request<Explanation>('/access/explain', { method: 'POST', body }));
  };
  return (
    <Columns>
      <Card title={t('May this client do this?')}>
        <Form submitLabel={t('Explain')} submit={ask}>
          {fields.map((field) => (
            <TextInput
              key={field}
              label={t(labels[field])}
              required={field !== 'username'}
              value={question[field]}
              onChange={(event) => change(field, event.currentTarget.value)}
            />
          ))}
          <NativeSelect
            label={t('Action')}
            value={question.action}
            onChange={(event) => change('action', event.currentTarget.value)}
            data={[
              { value: 'publish', label: t('publish') },
              { value: 'subscribe', label: t('subscribe') },
              { value: 'receive', label: t('receive') },
            ]}
          />
        </Form>
      </Card>
      <Card title={t('Answer')}>
        {explanation === undefined ? (
          <Empty title={t('Fill in the form; asking changes nothing')} />
        ) : (
          <Steps explanation={explanation} />
        )}
      </Card>
    </Columns>
  );
}

const answers: ReadonlyMap<string, Text> = new Map([
  ['allow', 'allow'],
  ['deny', 'deny'],
  ['ignore', 'passes on'],
  ['failed', 'failed'],
]);

function answerText(answer: string, t: Translate): string {
  const text = answers.get(answer);
  return text === undefined ? answer : t(text);
}

const tones: Readonly<Record<string, Tone>> = { allow: 'good', deny: 'bad', failed: 'bad' };

function Steps({ explanation }: { readonly explanation: Explanation }): ReactNode {
  const t = useText();
  const report = useReport();
  const { allowed, decidedBy, steps } = explanation;
  return (
    <Stack>
      <p role="status">
        <Tag tone={allowed ? 'good' : 'bad'}>{allowed ? t('allowed') : t('refused')}</Tag>{' '}
        {decidedBy === '' ? t('by the setting of the chain') : t('decided by {name}', { name: report(decidedBy) })}
      </p>
      <Table
        label={t('Answer')}
        rows={steps.map((step, index) => ({ ...step, place: index + 1 }))}
        rowKey={({ place }) => place}
        columns={[
          { key: 'place', title: t('Order'), isNumeric: true, render: ({ place }) => place },
          { key: 'source', title: t('Source'), render: ({ source }) => <Mono text={report(source)} /> },
          {
            key: 'answer',
            title: t('Answer'),
            render: ({ answer, decides }) => (
              <>
                <Tag tone={tones[answer] ?? 'plain'}>{answerText(answer, t)}</Tag>{' '}
                {decides && <Tag tone="info">{t('decides')}</Tag>}
              </>
            ),
          },
          {
            key: 'because',
            title: t('Because'),
            isWide: true,
            render: ({ because }) => <Mono text={report(because)} isWrapped />,
          },
        ]}
      />
    </Stack>
  );
}
