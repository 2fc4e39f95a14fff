/**
 * Server-sent events of the broker. A stream is open only while the tab is visible and somebody uses it; when it breaks
 * it is tried again, more and more slowly.
 */

import { useEffect, useRef, useState } from 'react';
import { API } from './client.ts';

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
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let retryMs = RETRY_MS_FIRST;
    const close = (): void => {
      source?.close();
      source = undefined;
      clearTimeout(timer);
    };
    const open = (): void => {
      close();
      const opened = new EventSource(API + path);
      source = opened;
      opened.onopen = () => {
        retryMs = RETRY_MS_FIRST;
        setState('open');
      };
      // The browser's own retries stop for good after some answers, so they are made here.
      opened.onerror = () => {
        close();
        setState('lost');
        timer = setTimeout(open, retryMs);
        retryMs = Math.min(RETRY_MS_MAX, retryMs * 2);
      };
      for (const name of names.split(',')) {
        opened.addEventListener(name, (event: MessageEvent<string>) => {
          receiver.current(name, JSON.parse(event.data));
        });
      }
    };
    const followTab = (): void => {
      if (document.hidden) {
        close();
        setState('paused');
      } else if (source === undefined) {
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
