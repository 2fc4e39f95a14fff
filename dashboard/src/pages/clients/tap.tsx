/** Packets as they pass: those of a client, or those of the topics that a filter matches. */

import { Button } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { queryOf } from '../../api/client.ts';
import { useEvents } from '../../api/events.ts';
import type { TapPacket } from '../../api/types.ts';
import { useFormat } from '../../language/format.ts';
import { useText } from '../../language/language.tsx';
import { Card } from '../../parts/page.tsx';
import { payloadText } from '../../parts/payload-text.ts';
import { Empty } from '../../parts/states.tsx';
import { Copy } from '../../parts/values.tsx';
import { fieldsText } from '../log-fields.ts';
import classes from './clients.module.css';

const PACKETS_MAX = 200;
const PAINT_MS = 250;

interface Numbered extends TapPacket {
  readonly number: number;
}

const tapEvents: readonly string[] = ['packet'];

/** The last packets, painted a few times a second however many come. */
export function useTap(path: string | undefined): { readonly packets: readonly Numbered[]; clear(): void } {
  const [packets, setPackets] = useState<readonly Numbered[]>([]);
  const waiting = useRef<Numbered[]>([]);
  const last = useRef(0);
  useEvents(path, tapEvents, (_event, data) => {
    waiting.current.push({ ...(data as TapPacket), number: ++last.current });
    if (waiting.current.length > PACKETS_MAX) waiting.current.shift();
  });
  useEffect(() => {
    const timer = setInterval(() => {
      if (waiting.current.length === 0) return;
      const came = waiting.current;
      waiting.current = [];
      setPackets((before) => [...came.reverse(), ...before].slice(0, PACKETS_MAX));
    }, PAINT_MS);
    return () => clearInterval(timer);
  }, []);
  return { packets, clear: () => setPackets([]) };
}

export function Tap({
  where,
}: {
  readonly where: { readonly clientId?: string; readonly filter?: string };
}): ReactNode {
  const t = useText();
  const format = useFormat();
  const [isPaused, setPaused] = useState(false);
  const { packets, clear } = useTap(isPaused ? undefined : `/tap${queryOf(where)}`);
  return (
    <Card
      title={t('Packets as they pass')}
      actions={
        <span>
          <Copy text={JSON.stringify(packets, undefined, 2)} label={t('Copy the rows')} />{' '}
          <Button size="compact-sm" variant="default" onClick={() => setPaused(!isPaused)}>
            {isPaused ? t('Go on') : t('Pause')}
          </Button>{' '}
          <Button size="compact-sm" variant="default" onClick={clear}>
            {t('Clear')}
          </Button>
        </span>
      }
    >
      {packets.length === 0 ? (
        <Empty title={isPaused ? t('Paused') : t('Waiting for the next packet')} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable with the keyboard
        <ol className={classes['packets']} aria-label={t('Packets as they pass')} tabIndex={0}>
          {packets.map((packet) => (
            <li key={packet.number} className={classes['packet']}>
              <span className={classes['soft']}>{format.clock(packet.at)}</span>
              <span title={packet.direction === 'out' ? t('to the client') : t('from the client')}>
                {packet.direction === 'out' ? '→' : '←'}
              </span>
              <span>{packet.type}</span>
              <span className={classes['packetText']}>
                {packet.topic !== undefined && <b>{packet.topic} </b>}
                {packet.qos !== undefined && <span className={classes['soft']}>QoS {packet.qos} </span>}
                {packet.retain === true && <span className={classes['soft']}>{t('retained')} </span>}
                {payloadText(packet.payload)}
                {packet.payloadBytes !== undefined && (
                  <span className={`${classes['soft']} ${classes['size']}`}> {format.bytes(packet.payloadBytes)}</span>
                )}
                {packet.topic === undefined && <span className={classes['soft']}>{fieldsText(packet.fields)}</span>}
                {packet.missed > 0 && <i> {t('{count} packets before it are left out', { count: packet.missed })}</i>}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
