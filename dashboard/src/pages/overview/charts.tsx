/** The charts of the overview. */

import { NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { TimeChart } from '../../charts/time-chart.tsx';
import { useFormat } from '../../language/format.ts';
import { useText } from '../../language/language.tsx';
import { Card } from '../../parts/page.tsx';
import { useParam } from '../../router/router.tsx';
import classes from './overview.module.css';
import { SECONDS, useHistory } from './use-history.ts';

export function Charts(): ReactNode {
  const t = useText();
  const format = useFormat();
  const [span, setSpan] = useParam('span', '10m');
  const { times, values } = useHistory(span === '24h' ? '24h' : '10m');
  const spanSeconds = SECONDS[span === '24h' ? '24h' : '10m'];
  const perSecond = (value: number): string => `${format.short(value)}/s`;
  const bytesPerSecond = (value: number): string => `${format.bytes(value)}/s`;
  return (
    <Card
      title={t('Over time')}
      actions={
        <NativeSelect
          size="xs"
          aria-label={t('Time shown')}
          value={span}
          onChange={(event) => setSpan(event.currentTarget.value)}
          data={[
            { value: '10m', label: t('Last 10 minutes') },
            { value: '24h', label: t('Last 24 hours') },
          ]}
        />
      }
    >
      <div className={classes['charts']}>
        <TimeChart
          title={t('Messages')}
          times={times}
          spanSeconds={spanSeconds}
          format={perSecond}
          series={[
            { name: t('in'), colour: 1, values: values.messagesIn },
            { name: t('out'), colour: 2, values: values.messagesOut },
          ]}
        />
        <TimeChart
          title={t('Connections')}
          times={times}
          spanSeconds={spanSeconds}
          format={format.short}
          series={[{ name: t('now'), colour: 3, values: values.connections }]}
        />
        <TimeChart
          title={t('Traffic')}
          times={times}
          spanSeconds={spanSeconds}
          format={bytesPerSecond}
          isBinary
          series={[
            { name: t('in'), colour: 1, values: values.bytesIn },
            { name: t('out'), colour: 2, values: values.bytesOut },
          ]}
        />
        <TimeChart
          title={t('Dropped messages')}
          times={times}
          spanSeconds={spanSeconds}
          format={perSecond}
          series={[{ name: t('now'), colour: 1, values: values.drops }]}
        />
        <TimeChart
          title={t('Event loop delay, longest')}
          times={times}
          spanSeconds={spanSeconds}
          format={format.latency}
          series={[{ name: t('now'), colour: 4, values: values.loopDelay }]}
        />
        <TimeChart
          title={t('Memory')}
          times={times}
          spanSeconds={spanSeconds}
          format={format.bytes}
          isBinary
          series={[{ name: t('now'), colour: 2, values: values.memory }]}
        />
      </div>
    </Card>
  );
}
