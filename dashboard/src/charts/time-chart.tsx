/** A chart over time. The drawing itself is loaded when the first chart is wanted. */

import { lazy, type ReactNode, Suspense, useMemo } from 'react';
import { loaded } from '../api/client.ts';
import classes from './chart.module.css';

export interface ChartSeries {
  readonly name: string;
  /** One of the colours `--series-1` to `--series-4`. */
  readonly colour: 1 | 2 | 3 | 4;
  readonly values: readonly (number | null)[];
}

export interface ChartProps {
  readonly title: string;
  /** Seconds since 1970, rising. */
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
  readonly format: (value: number) => string;
  readonly heightPixels?: number;
  /** How far back the chart goes, whether there are values or not; as far as they do unless given. */
  readonly spanSeconds?: number;
  /** Whether the values are bytes, whose round numbers are powers of two. */
  readonly isBinary?: boolean;
  /** Whether the axis goes from the least to the greatest value, instead of from nothing. */
  readonly isFitted?: boolean;
  /** Text in place of the last values of the series. */
  readonly latest?: readonly string[];
}

const Drawing = lazy(() => loaded(() => import('./drawing.tsx')));

export function TimeChart(props: ChartProps): ReactNode {
  const { title, series, format, latest, heightPixels = 150 } = props;
  const figures = useMemo(
    () => latest ?? series.map(({ values }) => format(values.findLast((one) => one !== null) ?? Number.NaN)),
    [latest, series, format],
  );
  const spoken = `${title}: ${series.map(({ name }, index) => `${name} ${figures[index]}`).join(', ')}`;
  return (
    <figure className={classes['chart']}>
      <figcaption className={classes['caption']}>
        <span className={classes['title']}>{title}</span>
        <span className={classes['legend']}>
          {series.map(({ name, colour }, index) => (
            <span key={name} className={classes['entry']}>
              <span className={`${classes['swatch']} ${classes[`colour${colour}`]}`} />
              {name} <b className={classes['figure']}>{figures[index]}</b>
            </span>
          ))}
        </span>
      </figcaption>
      <div role="img" aria-label={spoken} style={{ height: heightPixels }}>
        <Suspense fallback={null}>
          <Drawing {...props} heightPixels={heightPixels} />
        </Suspense>
      </div>
    </figure>
  );
}
