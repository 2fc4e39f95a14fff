/** The messages that a client in the page has sent and got. */

import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useFormat } from '../../language/format.ts';
import { useText } from '../../language/language.tsx';
import { Card } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';
import { Copy, Tag } from '../../parts/values.tsx';
import type { WebSocketClient } from './mqtt-client.ts';
import classes from './websocket.module.css';

export function Messages({ client }: { readonly client: WebSocketClient }): ReactNode {
  const t = useText();
  const format = useFormat();
  return (
    <Card
      title={t('Messages')}
      actions={
        <Button size="compact-sm" variant="default" onClick={() => client.clear()}>
          {t('Clear')}
        </Button>
      }
    >
      {client.messages.length === 0 ? (
        <Empty title={t('No message yet')}>
          {client.state === 'open'
            ? t('Subscribe to a filter, then publish something that it matches.')
            : t('Connect first.')}
        </Empty>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable with the keyboard
        <ol className={classes['messages']} aria-label={t('Messages')} tabIndex={0}>
          {client.messages.map(({ number, atMs, direction, topic, payload, qos, retain, properties }) => (
            <li key={number} className={classes['message']}>
              <div className={classes['head']}>
                <Tag tone={direction === 'in' ? 'info' : 'plain'}>{direction === 'in' ? t('received') : t('sent')}</Tag>
                <b className={classes['topic']}>{topic}</b>
                <span className={classes['soft']}>
                  QoS {qos}
                  {retain ? `, ${t('retained')}` : ''}
                </span>
                <span className={classes['soft']}>{format.clock(atMs)}</span>
                <Copy text={payload} label={t('Copy the whole payload')} />
              </div>
              <pre className={classes['payload']}>{payload}</pre>
              {properties.length > 0 && <pre className={classes['soft']}>{properties.join('\n')}</pre>}
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
