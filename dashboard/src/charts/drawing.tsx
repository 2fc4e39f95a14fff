/** Draws a chart with uPlot. It is drawn anew when its size or the colours change, and only fed when values come. */

import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import uPlot from 'uplot';
import type { ChartProps } from './time-chart.tsx';

const AXIS_FONT = '11px system-ui, sans-serif';

function colourOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const minutes = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const seconds = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', hourCycle: 'h23' });

/** Steps of the time axis, in seconds; the labels tell nothing shorter apart. */
const timeSteps = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];

/** Steps of the axis at which sizes are round. */
const binarySteps = Array.from({ length: 50 }, (_, power) => 2 ** power);

function optionsOf(
  { series, format, heightPixels = 150, isBinary = false, spanSeconds }: ChartProps,
  width: number,
): uPlot.Options {
  const axis = {
    stroke: colourOf('--ink-soft'),
    grid: { stroke: colourOf('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: heightPixels,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      ...(spanSeconds !== undefined && {
        x: {
          // Without values there is no last time to begin from.
          range: (_plot: uPlot, _min: number | null, last: number | null): uPlot.Range.MinMax => {
            const end = last ?? Date.now() / 1000;
            return [end - spanSeconds, end];
          },
        },
      }),
      y: { range: (_plot: uPlot, _min: number, max: number) => [0, max > 0 ? max * 1.1 : 1] },
    },
    axes: [
      {
        ...axis,
        font: AXIS_FONT,
        size: 24,
        incrs: timeSteps,
        space: 70,
        values: (_plot, ticks, _axis, _space, step) =>
          ticks.map((at) => (step < 60 ? seconds : minutes).format(at * 1000)),
      },
      {
        ...axis,
        font: AXIS_FONT,
        size: 62,
        space: 36,
        ...(isBinary && { incrs: binarySteps }),
        values: (_plot, ticks) => ticks.map((tick) => format(tick)),
      },
    ],
    series: [
      {},
      ...series.map(({ name, colour }) => {
        const stroke = colourOf(`--series-${colour}`);
        return {
          label: name,
          stroke,
          width: 1.6,
          fill: series.length === 1 ? `${stroke}22` : '',
          points: { show: false },
        };
      }),
    ],
  };
}

function dataOf({ times, series }: ChartProps): uPlot.AlignedData {
  return [times, ...series.map(({ values }) => values)] as unknown as uPlot.AlignedData;
}

export default function Drawing(props: ChartProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const names = props.series.map(({ name }) => name).join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: other colours or other names need another drawing
  useEffect(() => {
    const holder = place.current;
    if (holder === null) return;
    const drawn = new uPlot(optionsOf(latest.current, holder.clientWidth), dataOf(latest.current), holder);
    plot.current = drawn;
    const observer = new ResizeObserver(() => {
      drawn.setSize({ width: holder.clientWidth, height: latest.current.heightPixels ?? 150 });
    });
    observer.observe(holder);
    return () => {
      observer.disconnect();
      drawn.destroy();
    };
  }, [scheme, names, props.spanSeconds]);
  useEffect(() => plot.current?.setData(dataOf(props)));
  return <div ref={place} style={{ width: '100%' }} />;
}
