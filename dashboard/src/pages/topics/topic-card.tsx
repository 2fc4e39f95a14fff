/** One topic: its last value, what changed, a plot of numbers, and the values before. */

import { Switch } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { queryOf } from '../../api/client.ts';
import { useMay } from '../../api/session.tsx';
import type { TapPacket } from '../../api/types.ts';
import { TimeChart } from '../../charts/time-chart.tsx';
import { useFormat } from '../../language/format.ts';
import { useText } from '../../language/language.tsx';
import { Card } from '../../parts/page.tsx';
import { Payload } from '../../parts/payload.tsx';
import { payloadText } from '../../parts/payload-text.ts';
import { Empty } from '../../parts/states.tsx';
import { Copy, Facts, Mono, Time } from '../../parts/values.tsx';
import { useTap } from '../clients/tap.tsx';
import { PublishForm } from '../publish-form.tsx';
import { useRetained } from '../retained/use-retained.ts';
import { numbersOf } from './numbers.ts';
import classes from './topics.module.css';

const VALUES_LISTED = 20;
const PLOT_PIXELS = 110;

export function TopicCard({ topic }: { readonly topic: string }): ReactNode {
  const t = useText();
  const [isBelow, setBelow] = useState(false);
  const mayOperate = useMay('operator');
  const path = `/tap${queryOf({ filter: isBelow ? `${topic}/#` : topic })}`;
  const { packets } = useTap(mayOperate ? path : undefined);
  // What the publisher sent; the same message to each of its receivers would only be it again.
  const incoming = packets.filter(({ direction, topic: of }) => direction !== 'out' && of !== undefined);
  const messages = incoming.length > 0 ? incoming : packets.filter(({ topic: of }) => of !== undefined);
  return (
    <>
      <Card
        title={t('Last value')}
        actions={
          <Switch
            size="xs"
            label={t('With all topics below')}
            checked={isBelow}
            onChange={(event) => setBelow(event.currentTarget.checked)}
          />
        }
      >
        <p className={classes['topic']}>
          <Mono text={topic} isWrapped /> <Copy text={topic} />
        </p>
        <LastValue topic={topic} messages={messages} />
      </Card>
      <Plot messages={messages} />
      {messages.length > 1 && <Before messages={messages} isTopicShown={isBelow} />}
      <Card title={t('Publish')}>
        <PublishForm topic={topic} />
      </Card>
    </>
  );
}

function LastValue({
  topic,
  messages,
}: {
  readonly topic: string;
  readonly messages: readonly TapPacket[];
}): ReactNode {
  const t = useText();
  const format = useFormat();
  const [isDiff, setDiff] = useState(true);
  const retained = useRetained(topic);
  const [last, before] = messages;
  if (last === undefined) {
    const { data } = retained;
    if (data === undefined) {
      return (
        <Empty title={t('Waiting for a message')}>
          {t('Nothing is retained on this topic; the next message is shown as soon as it passes.')}
        </Empty>
      );
    }
    return (
      <>
        <Payload text={payloadText(data.payload)} />
        <Facts
          rows={[
            [t('Retained'), t('yes')],
            ['QoS', data.qos],
            [t('Size'), format.bytes(data.bytes)],
          ]}
        />
      </>
    );
  }
  return (
    <>
      <Payload
        text={payloadText(last.payload)}
        {...(isDiff && before !== undefined && { before: payloadText(before.payload) })}
      />
      <Facts
        rows={[
          [t('Received'), <Time key="at" at={last.at} />],
          ['QoS', last.qos ?? 0],
          [t('Retained'), last.retain === true ? t('yes') : t('no')],
          [t('Size'), format.bytes(last.payloadBytes)],
        ]}
      />
      {before !== undefined && (
        <Switch
          mt={8}
          size="xs"
          label={t('Show what changed')}
          checked={isDiff}
          onChange={(event) => setDiff(event.currentTarget.checked)}
        />
      )}
    </>
  );
}

function Plot({ messages }: { readonly messages: readonly TapPacket[] }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { times, series } = numbersOf(messages);
  if (times.length < 2 || series.length === 0) return null;
  return (
    <Card title={t('Numbers in the payload')}>
      <div className={classes['plots']}>
        {series.map(({ name, values }, index) => (
          <TimeChart
            key={name}
            title={name === '' ? t('value') : name}
            times={times}
            heightPixels={PLOT_PIXELS}
            isFitted
            format={format.short}
            latest={[format.precise(values.findLast((one) => one !== null) ?? undefined)]}
            series={[{ name: t('now'), colour: ((index % 4) + 1) as 1 | 2 | 3 | 4, values }]}
          />
        ))}
      </div>
    </Card>
  );
}

function Before({
  messages,
  isTopicShown,
}: {
  readonly messages: readonly TapPacket[];
  readonly isTopicShown: boolean;
}): ReactNode {
  const t = useText();
  const format = useFormat();
  return (
    <Card title={t('Earlier values')}>
      <ol className={classes['values']}>
        {messages.slice(1, VALUES_LISTED + 1).map((message, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: messages have no identity but their place
          <li key={index} className={classes['value']}>
            <span className={classes['soft']}>{format.clock(message.at)}</span>
            {isTopicShown && <Mono text={message.topic ?? ''} />}
            <Mono text={payloadText(message.payload).slice(0, 300)} />
          </li>
        ))}
      </ol>
    </Card>
  );
}
