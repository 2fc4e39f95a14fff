/**
 * The figures of the last minutes or hours: what the broker remembers, with the ones that stream in added at the end,
 * so that a reload loses nothing.
 */

import { useEffect, useMemo, useRef } from 'react';
import { useLive } from '../../api/live.tsx';
import type { History, Overview } from '../../api/types.ts';
import { useQuery } from '../../api/use-query.ts';

export type Span = '10m' | '24h';

/** What is drawn. */
export const drawn = [
  'connections',
  'messagesIn',
  'messagesOut',
  'bytesIn',
  'bytesOut',
  'drops',
  'loopDelay',
  'memory',
] as const;
export type Drawn = (typeof drawn)[number];

export interface Timeline {
  /** Seconds since 1970. */
  readonly times: number[];
  readonly values: Readonly<Record<Drawn, (number | null)[]>>;
}

/** What the history calls a figure. */
const historyNames: Readonly<Record<Drawn, string>> = {
  connections: 'connections',
  messagesIn: 'messagesIn',
  messagesOut: 'messagesOut',
  bytesIn: 'bytesIn',
  bytesOut: 'bytesOut',
  drops: 'drops',
  loopDelay: 'loopDelaySeconds',
  memory: 'memoryBytes',
};

const figures: Readonly<Record<Drawn, (overview: Overview) => number | undefined>> = {
  connections: (overview) => overview.connections,
  messagesIn: ({ rates }) => rates?.messagesIn,
  messagesOut: ({ rates }) => rates?.messagesOut,
  bytesIn: ({ rates }) => rates?.bytesIn,
  bytesOut: ({ rates }) => rates?.bytesOut,
  drops: ({ rates }) => rates?.drops,
  loopDelay: ({ loopDelaySeconds }) => loopDelaySeconds?.max,
  memory: ({ memoryBytes }) => memoryBytes,
};

/** How far back each goes. */
export const SECONDS: Readonly<Record<Span, number>> = { '10m': 600, '24h': 86_400 };
const REFRESH_SECONDS: Readonly<Record<Span, number>> = { '10m': 300, '24h': 60 };

interface LivePoint {
  readonly seconds: number;
  readonly overview: Overview;
}

function fromHistory(history: History | undefined): Timeline {
  const times: number[] = [];
  const values = Object.fromEntries(drawn.map((name) => [name, []])) as unknown as Record<Drawn, (number | null)[]>;
  if (history === undefined) return { times, values };
  const from = (history.fromMs ?? Date.parse(history.from ?? '')) / 1000;
  const found = drawn.map((name) => history.series[historyNames[name]] ?? []);
  const length = Math.max(0, ...found.map((one) => one.length));
  for (let index = 0; index < length; index++) times.push(from + index * history.stepSeconds);
  for (const [index, name] of drawn.entries()) values[name].push(...times.map((_, at) => found[index]?.[at] ?? null));
  return { times, values };
}

/** @returns undefined until the history is here */
export function useHistory(span: Span): Timeline {
  const { overview, atMs } = useLive();
  const query = useQuery<History>(`/history?span=${span}`, REFRESH_SECONDS[span]);
  const points = useRef<LivePoint[]>([]);
  useEffect(() => {
    if (overview === undefined) return;
    const kept = points.current.filter(({ seconds }) => seconds > atMs / 1000 - SECONDS['10m']);
    points.current = [...kept, { seconds: atMs / 1000, overview }];
  }, [overview, atMs]);
  const history = useMemo(() => fromHistory(query.isStale ? undefined : query.data), [query.data, query.isStale]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each second there is one point more
  return useMemo(() => {
    if (span === '24h') return history;
    const end = history.times.at(-1) ?? 0;
    const begin = Date.now() / 1000 - SECONDS[span];
    const later = points.current.filter(({ seconds }) => seconds > end);
    const first = Math.max(
      0,
      history.times.findIndex((seconds) => seconds >= begin),
    );
    const values = Object.fromEntries(
      drawn.map((name) => [
        name,
        [...history.values[name].slice(first), ...later.map((point) => figures[name](point.overview) ?? null)],
      ]),
    ) as Record<Drawn, (number | null)[]>;
    return { times: [...history.times.slice(first), ...later.map(({ seconds }) => seconds)], values };
  }, [history, span, atMs]);
}
