/** The figures of the broker as they stream in once a second, and whether the broker is there. */

import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { type StreamState, useEvents } from './events.ts';
import { useSession } from './session.tsx';
import type { Overview } from './types.ts';

export interface Live {
  readonly state: StreamState;
  readonly overview: Overview | undefined;
  /** When `overview` came, in milliseconds since 1970. */
  readonly atMs: number;
}

const LiveContext = createContext<Live>({ state: 'connecting', overview: undefined, atMs: 0 });

const events = ['overview'];

export function LiveProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const { refresh } = useSession();
  const [latest, setLatest] = useState<{ readonly overview: Overview; readonly atMs: number }>();
  const state = useEvents('/events?streams=overview', events, (_event, data) => {
    setLatest({ overview: data as Overview, atMs: Date.now() });
  });
  const wasLost = useRef(false);
  useEffect(() => {
    // A broker that was started anew may not know the login any more, or it is the login that has ended.
    if (state === 'lost') void refresh();
    if (state === 'open' && wasLost.current) void refresh();
    if (state !== 'connecting') wasLost.current = state === 'lost';
  }, [state, refresh]);
  const value = useMemo<Live>(() => ({ state, overview: latest?.overview, atMs: latest?.atMs ?? 0 }), [state, latest]);
  return <LiveContext value={value}>{children}</LiveContext>;
}

export function useLive(): Live {
  return useContext(LiveContext);
}
