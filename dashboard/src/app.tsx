/** What is shown: the login, the forced change of the password, or the page with its views. */

import { type ReactNode, useEffect } from 'react';
import { LiveProvider } from './api/live.tsx';
import { useSession } from './api/session.tsx';
import { LoginPage } from './login/login-page.tsx';
import { PasswordPage } from './login/password-page.tsx';
import { UnreachablePage } from './login/unreachable-page.tsx';
import { Shell } from './shell/shell.tsx';

const RETRY_MS = 3000;

export function App(): ReactNode {
  const { state, refresh } = useSession();
  useEffect(() => {
    if (state.kind !== 'unreachable') return;
    const timer = setInterval(() => void refresh(), RETRY_MS);
    return () => clearInterval(timer);
  }, [state.kind, refresh]);
  if (state.kind === 'unknown') return null;
  if (state.kind === 'unreachable') return <UnreachablePage />;
  if (state.kind === 'nobody') return <LoginPage />;
  if (state.session.user.mustChangePassword) return <PasswordPage />;
  return (
    <LiveProvider>
      <Shell />
    </LiveProvider>
  );
}
