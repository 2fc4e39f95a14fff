/** What the API answers to a GET, kept fresh while the tab is looked at. */

import { useCallback, useEffect, useState } from 'react';
import { ApiError, request } from './client.ts';

export interface Query<T> {
  /** The last answer; it stays while a newer one is fetched, so that nothing flickers. */
  readonly data: T | undefined;
  readonly error: ApiError | undefined;
  /** Whether what is shown belongs to another question than the one asked now. */
  readonly isStale: boolean;
  reload(): void;
}

interface State<T> {
  readonly path: string | undefined;
  readonly data: T | undefined;
  readonly error: ApiError | undefined;
}

function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(0, 'unexpected', String(error));
}

/**
 * @param path nothing is asked while it is undefined
 * @param everySeconds how often it is asked again while the tab is visible; never unless given
 */
export function useQuery<T>(path: string | undefined, everySeconds?: number): Query<T> {
  const [state, setState] = useState<State<T>>({ path: undefined, data: undefined, error: undefined });
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round asks again
  useEffect(() => {
    if (path === undefined) return;
    const abort = new AbortController();
    request<T>(path, { signal: abort.signal }).then(
      (data) => setState({ path, data, error: undefined }),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        setState((before) => ({ path, data: before.data, error: asApiError(error) }));
      },
    );
    return () => abort.abort();
  }, [path, round]);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  useEffect(() => {
    if (everySeconds === undefined || path === undefined) return;
    const refresh = (): void => {
      if (!document.hidden) reload();
    };
    const timer = setInterval(refresh, everySeconds * 1000);
    // Whoever comes back to the tab sees how things are now, not how they were.
    document.addEventListener('visibilitychange', refresh);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', refresh);
    };
  }, [everySeconds, path, reload]);
  return { data: state.data, error: state.error, isStale: state.path !== path, reload };
}
