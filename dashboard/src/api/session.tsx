/** Who is logged in. Decides between the login, the forced change of the password, and the page itself. */

import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import { ApiError, onSessionEnded, request, setCsrfToken } from './client.ts';
import type { Role, Session } from './types.ts';

export type SessionState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'user'; readonly session: Session };

interface SessionActions {
  readonly state: SessionState;
  login(name: string, password: string): Promise<void>;
  logout(): Promise<void>;
  changePassword(current: string, next: string): Promise<void>;
  /** Asks the broker again who is logged in. */
  refresh(): Promise<void>;
}

/** Kept in this browser while somebody is logged in, so that a page that knows of nobody need not ask and be refused. */
const STORAGE_KEY = 'hoopoe.loggedIn';

const SessionContext = createContext<SessionActions | undefined>(undefined);

const roles: readonly Role[] = ['viewer', 'operator', 'admin'];

export function SessionProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [state, setState] = useState<SessionState>({ kind: 'unknown' });
  const enter = useCallback((session: Session) => {
    setCsrfToken(session.csrfToken);
    localStorage.setItem(STORAGE_KEY, session.user.name);
    setState({ kind: 'user', session });
  }, []);
  const refresh = useCallback(async () => {
    try {
      enter(await request<Session>('/session'));
    } catch (error) {
      const isAnswer = error instanceof ApiError && error.status !== 0;
      if (isAnswer) localStorage.removeItem(STORAGE_KEY);
      // A broker that is away is waited for: whoever was logged in keeps the page.
      setState((before) => {
        if (isAnswer) return { kind: 'nobody' };
        return before.kind === 'user' ? before : { kind: 'unreachable' };
      });
    }
  }, [enter]);
  useEffect(() => {
    onSessionEnded(({ code }) => {
      if (code === 'password_change_required') void refresh();
      else setState({ kind: 'nobody' });
    });
    if (localStorage.getItem(STORAGE_KEY) === null) setState({ kind: 'nobody' });
    else void refresh();
  }, [refresh]);
  const actions = useMemo<SessionActions>(
    () => ({
      state,
      refresh,
      login: async (name, password) => {
        enter(await request<Session>('/session', { method: 'POST', body: { name, password } }));
      },
      logout: async () => {
        await request('/session', { method: 'DELETE' });
        localStorage.removeItem(STORAGE_KEY);
        setState({ kind: 'nobody' });
      },
      changePassword: async (current, next) => {
        enter(await request<Session>('/session/password', { method: 'PUT', body: { current, next } }));
      },
    }),
    [state, refresh, enter],
  );
  return <SessionContext value={actions}>{children}</SessionContext>;
}

export function useSession(): SessionActions {
  const actions = useContext(SessionContext);
  if (actions === undefined) throw new TypeError('useSession needs a SessionProvider above it');
  return actions;
}

/** Whether the one who is logged in may do what this role may. The broker checks it again. */
export function useMay(role: Role): boolean {
  const { state } = useSession();
  return state.kind === 'user' && roles.indexOf(state.session.user.role) >= roles.indexOf(role);
}
