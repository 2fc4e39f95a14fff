/**
 * Server-sent events of the broker. A stream is open only while the tab is visible and somebody uses it; when it breaks
 * it is tried again, more and more slowly.
 */

import { useEffect, useRef, useState } from 'react';
import { API } from './client.ts';
import { stream } from './transport.ts';

export type StreamState = 'connecting' | 'open' | 'lost' | 'paused';

const RETRY_MS_FIRST = 1000;
const RETRY_MS_MAX = 10_000;

/**
 * @param path below the API; nothing is streamed while it is undefined
 * @param events names of events
 * @param receive called for each; may change from render to render
 */
export function useEvents(
  path: string | undefined,
  events: readonly string[],
  receive: (event: string, data: unknown) => void,
): StreamState {
  const [state, setState] = useState<StreamState>('connecting');
  const receiver = useRef(receive);
  receiver.current = receive;
  const names = events.join(',');
  useEffect(() => {
    if (path === undefined) return;
    let end: (() => void) | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let retryMs = RETRY_MS_FIRST;
    const close = (): void => {
      end?.();
      end = undefined;
      clearTimeout(timer);
    };
    const wanted = new Set(names.split(','));
    const open = (): void => {
      close();
      end = stream(API + path, (told) => {
        if (told.kind === 'opened') {
          retryMs = RETRY_MS_FIRST;
          setState('open');
        } else if (told.kind === 'event') {
          if (wanted.has(told.name)) receiver.current(told.name, JSON.parse(told.data));
        } else {
          close();
          setState('lost');
          timer = setTimeout(open, retryMs);
          retryMs = Math.min(RETRY_MS_MAX, retryMs * 2);
        }
      });
    };
    const followTab = (): void => {
      if (document.hidden) {
        close();
        setState('paused');
      } else if (end === undefined) {
        setState('connecting');
        open();
      }
    };
    followTab();
    document.addEventListener('visibilitychange', followTab);
    return () => {
      document.removeEventListener('visibilitychange', followTab);
      close();
    };
  }, [path, names]);
  return state;
}
