/** The tree of topics as messages pass. Only the lines in sight are in the page, however many topics there are. */

import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { queryOf } from '../../api/client.ts';
import { useEvents } from '../../api/events.ts';
import type { List, RetainedSummary, TapPacket } from '../../api/types.ts';
import { useQuery } from '../../api/use-query.ts';
import { useText } from '../../language/language.tsx';
import { Empty } from '../../parts/states.tsx';
import { TreeFrame, TreeItem } from '../../parts/tree-item.tsx';
import { LiveTopics } from './live-topics.ts';
import classes from './topics.module.css';

const PAINT_MS = 400;
const LINE_PIXELS = 28;
const events = ['packet'];

interface LiveTreeProps {
  readonly filter: string;
  readonly search: string;
  readonly chosen: string;
  readonly choose: (topic: string) => void;
}

export function LiveTree({ filter, search, chosen, choose }: LiveTreeProps): ReactNode {
  const t = useText();
  const topics = useRef(new LiveTopics());
  const [, setPainted] = useState(0);
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const hasChanged = useRef(false);
  const retained = useQuery<List<RetainedSummary>>(`/retained${queryOf({ limit: 1000, filter })}`);
  useEffect(() => {
    for (const { topic } of retained.data?.items ?? []) topics.current.put(topic, 0, undefined);
    hasChanged.current = true;
  }, [retained.data]);
  const query = queryOf({ filter, packetsPerSecond: 1000, payloadBytes: 80 });
  const state = useEvents(`/tap${query}`, events, (_event, data) => {
    const packet = data as TapPacket;
    // A message is there once where it comes in, and again for each receiver.
    if (packet.direction === 'out' && packet.clientId !== '') return;
    topics.current.add(packet);
    hasChanged.current = true;
  });
  useEffect(() => {
    const timer = setInterval(() => {
      if (!hasChanged.current) return;
      hasChanged.current = false;
      setPainted((before) => before + 1);
    }, PAINT_MS);
    return () => clearInterval(timer);
  }, []);
  const isOpen = (topic: string): boolean => toggled.get(topic) ?? (chosen.startsWith(`${topic}/`) || search !== '');
  const lines = topics.current.lines(({ topic, children }) => children.size > 0 && isOpen(topic), search);
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => LINE_PIXELS,
    overscan: 20,
  });
  if (lines.length === 0) {
    return (
      <Empty title={state === 'lost' ? t('Topics cannot be watched now') : t('Waiting for messages')}>
        {t('Topics appear here as messages pass.')}
      </Empty>
    );
  }
  return (
    <>
      <TreeFrame label={t('Topics')}>
        <div ref={frame} className={classes['window']}>
          <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {virtual.getVirtualItems().map(({ key, index, start }) => {
              const node = lines[index];
              if (node === undefined) return null;
              const { topic, level, depth, children, messages, value } = node;
              return (
                <div key={key} className={classes['line']} style={{ transform: `translateY(${start}px)` }}>
                  <TreeItem
                    level={level}
                    depth={depth}
                    count={messages}
                    isLeaf={value !== undefined}
                    hasChildren={children.size > 0}
                    isOpen={children.size > 0 && isOpen(topic)}
                    isChosen={chosen === topic}
                    {...(value !== undefined && value !== '' && { value })}
                    choose={() => choose(topic)}
                    toggle={(isOpenNow) => setToggled(new Map(toggled).set(topic, isOpenNow))}
                  />
                </div>
              );
            })}
          </div>
        </div>
      </TreeFrame>
      {topics.current.isFull && <p>{t('There are more topics than can be shown here; watch a narrower filter.')}</p>}
    </>
  );
}
