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

/** Part of the range that stays free above and below. */
const MARGIN = 0.1;

function rangeOf(isFitted: boolean, min: number | null, max: number | null): uPlot.Range.MinMax {
  if (!isFitted || min === null || max === null) return [0, max !== null && max > 0 ? max * (1 + MARGIN) : 1];
  const room = max > min ? (max - min) * MARGIN : Math.abs(max) * MARGIN || 1;
  return [min - room, max + room];
}

/** `8 KiB`, not `8.0 KiB`, and on a fitted axis as many digits as tell its steps apart. */
function tickText(tick: number, step: number, { format, isFitted = false }: ChartProps): string {
  if (!isFitted) return format(tick).replace(/\.0(?![0-9])/, '');
  const digits = Math.max(0, Math.ceil(-Math.log10(step) + 1));
  return step >= 1000 ? format(tick) : String(Number(tick.toFixed(Math.min(digits, 10))));
}

function optionsOf(props: ChartProps, width: number): uPlot.Options {
  const { series, heightPixels = 150, isBinary = false, isFitted = false, spanSeconds } = props;

  const axis = {
    stroke: colourOf('--ink-soft'),
    grid: { stroke: colourOf('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: heightPixels,
    // On the right there is room for half of the last time.
    padding: [8, 26, 0, 0],
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
      y: { range: (_plot: uPlot, min: number | null, max: number | null) => rangeOf(isFitted, min, max) },
    },
    axes: [
      {
        ...axis,
        font: AXIS_FONT,
        // So far below that the lowest figure of the other axis does not run into the first time.
        gap: 9,
        size: 28,
        incrs: timeSteps,
        space: 70,
        // Of a short span without a round time in it the next one is given, which lies beside the drawing and would be cut.
        values: (plot, ticks, _axis, _space, step) =>
          ticks.map((at) =>
            at > (plot.scales['x']?.max ?? at) ? '' : (step < 60 ? seconds : minutes).format(at * 1000),
          ),
      },
      {
        ...axis,
        font: AXIS_FONT,
        size: 62,
        space: 36,
        ...(isBinary && { incrs: binarySteps }),
        values: (_plot, ticks, _axis, _space, step) => ticks.map((tick) => tickText(tick, step, props)),
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
          fill: series.length === 1 && !isFitted ? `${stroke}22` : '',
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
