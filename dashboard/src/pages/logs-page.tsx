/** The last lines of the log, and new ones as they come. */

import { Button, NativeSelect } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { saveBlob } from '../api/client.ts';
import { useEvents } from '../api/events.ts';
import type { List, LogLine } from '../api/types.ts';
import { type Query, useQuery } from '../api/use-query.ts';
import { useFormat } from '../language/format.ts';
import { type Text, useLanguage, useText } from '../language/language.tsx';
import { SearchField } from '../parts/list.tsx';
import { Page, Row } from '../parts/page.tsx';
import { Empty, Failure, Loading } from '../parts/states.tsx';
import { Copy, Tag, type Tone } from '../parts/values.tsx';
import { setParams, useParam } from '../router/router.tsx';
import { fieldsText } from './log-fields.ts';
import classes from './logs.module.css';

const LINES_MAX = 3000;
const LINE_PIXELS = 26;
const PAINT_MS = 300;

const levels: readonly (readonly [string, Text])[] = [
  ['', 'All levels'],
  ['info', 'Information and worse'],
  ['warn', 'Warnings and errors'],
  ['error', 'Errors'],
];
const ranks = ['debug', 'info', 'warn', 'error'];
const tones: Readonly<Record<string, Tone>> = { error: 'bad', warn: 'warn', info: 'info', debug: 'plain' };
const events = ['log'];

/** In the order of the log, each line once, the oldest left out when there are too many. */
function merged(some: readonly LogLine[], others: readonly LogLine[]): readonly LogLine[] {
  const byNumber = new Map([...some, ...others].map((line) => [line.number, line]));
  return [...byNumber.values()].sort((one, other) => one.number - other.number).slice(-LINES_MAX);
}

/** Lines that are there and lines that come, without those that are there twice. */
function useLines(isPaused: boolean): {
  readonly lines: readonly LogLine[];
  readonly query: Query<List<LogLine>>;
} {
  const query = useQuery<List<LogLine>>('/logs?limit=1000');
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  const waiting = useRef<LogLine[]>([]);
  useEvents(isPaused ? undefined : '/events?streams=log', events, (_event, data) => {
    waiting.current.push(data as LogLine);
  });
  const { data } = query;
  useEffect(() => {
    if (data !== undefined) setLines((before) => merged(before, data.items));
  }, [data]);
  useEffect(() => {
    const timer = setInterval(() => {
      if (waiting.current.length === 0) return;
      const came = waiting.current;
      waiting.current = [];
      setLines((before) => merged(before, came));
    }, PAINT_MS);
    return () => clearInterval(timer);
  }, []);
  return { lines, query };
}

export default function LogsPage(): ReactNode {
  const { t, language } = useLanguage();
  const [level] = useParam('level');
  const [search] = useParam('q');
  const [isPaused, setPaused] = useState(false);
  const { lines, query } = useLines(isPaused);
  const wanted = useDeferredValue(search.toLowerCase());
  const shown = useMemo(
    () =>
      lines.filter(
        (line) =>
          ranks.indexOf(line.level) >= Math.max(0, ranks.indexOf(level)) &&
          (wanted === '' || `${line.message} ${fieldsText(line.fields)}`.toLowerCase().includes(wanted)),
      ),
    [lines, level, wanted],
  );
  const asText = (): string =>
    shown.map((line) => `${line.at} ${line.level} ${line.message} ${fieldsText(line.fields)}`).join('\n');
  return (
    <Page
      title={t('Logs')}
      lead={
        <>
          {t('The last lines of this broker’s log; the whole log is where the broker writes it.')}{' '}
          {language !== 'en' && t('Lines of the log are written in English, as in its file.')}
        </>
      }
    >
      <Row>
        <SearchField label={t('Search the log')} />
        <NativeSelect
          aria-label={t('Level')}
          value={level}
          onChange={(event) => setParams({ level: event.currentTarget.value })}
          data={levels.map(([value, label]) => ({ value, label: t(label) }))}
        />
        <Button variant="default" onClick={() => setPaused(!isPaused)}>
          {isPaused ? t('Go on') : t('Pause')}
        </Button>
        <Button variant="default" onClick={() => saveBlob(new Blob([asText()], { type: 'text/plain' }), 'hoopoe.log')}>
          {t('Save as a file')}
        </Button>
        <Copy isTool text={asText()} label={t('Copy the rows')} />
      </Row>
      {query.error !== undefined && <Failure error={query.error} retry={query.reload} />}
      {query.data === undefined && query.error === undefined && <Loading />}
      {shown.length === 0 && (lines.length > 0 || query.data?.items.length === 0) && (
        <Empty title={lines.length === 0 ? t('The log has no line yet') : t('No line is like this')} />
      )}
      {shown.length > 0 && <Lines lines={shown} />}
    </Page>
  );
}

function Lines({ lines }: { readonly lines: readonly LogLine[] }): ReactNode {
  const t = useText();
  const format = useFormat();
  const frame = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => LINE_PIXELS,
    overscan: 20,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: follows the end of the log while it is in sight
  useEffect(() => {
    if (isAtEnd.current) virtual.scrollToIndex(lines.length - 1, { align: 'end' });
  }, [lines.length]);
  return (
    <section
      ref={frame}
      className={classes['frame']}
      aria-label={t('Logs')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable with the keyboard
      tabIndex={0}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < LINE_PIXELS * 2;
      }}
    >
      <ol className={classes['lines']} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ key, index, start }) => {
          const line = lines[index];
          if (line === undefined) return null;
          return (
            <li
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className={classes['line']}
              style={{ transform: `translateY(${start}px)` }}
            >
              <time className={classes['soft']} dateTime={line.at} title={format.exact(line.at)}>
                {format.clock(line.at)}
              </time>
              <span className={classes['level']}>
                <Tag tone={tones[line.level] ?? 'plain'}>{line.level}</Tag>
              </span>
              <span className={classes['text']}>
                {line.message} <span className={classes['soft']}>{fieldsText(line.fields)}</span>
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
