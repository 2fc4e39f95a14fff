/** The page around the views: navigation, state of the connection, who is logged in. */

import { ActionIcon, Button, Drawer, Menu, Modal } from '@mantine/core';
import { IconMenu2, IconUser } from '@tabler/icons-react';
import { Component, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { useLive } from '../api/live.tsx';
import { useMay, useSession } from '../api/session.tsx';
import type { NodeFacts } from '../api/types.ts';
import { useQuery } from '../api/use-query.ts';
import { useText } from '../language/language.tsx';
import { PasswordForm } from '../login/password-form.tsx';
import { useNotices } from '../parts/actions.tsx';
import { Empty, Loading } from '../parts/states.tsx';
import { Link, usePath } from '../router/router.tsx';
import { Navigation } from './navigation.tsx';
import { PreferenceButtons } from './preferences.tsx';
import classes from './shell.module.css';
import { viewOf } from './views.ts';

export function Shell(): ReactNode {
  const t = useText();
  const path = usePath();
  const [isMenuOpen, setMenuOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const node = useQuery<NodeFacts>('/node', 60);
  const view = viewOf(path);
  const isFirst = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another view, not another place in it
  useEffect(() => {
    setMenuOpen(false);
    if (isFirst.current) isFirst.current = false;
    else main.current?.focus();
    window.scrollTo(0, 0);
  }, [view?.path]);
  return (
    <div className={classes['shell']}>
      <a className={classes['skip']} href="#main">
        {t('To the content')}
      </a>
      <header className={classes['top']}>
        <ActionIcon
          className={classes['menuButton'] ?? ''}
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t('Menu')}
          onClick={() => setMenuOpen(true)}
        >
          <IconMenu2 size={20} aria-hidden />
        </ActionIcon>
        <Link to="/" className={classes['brand']}>
          <img src={new URL('../icon.svg', import.meta.url).href} width={26} height={26} alt="" />
          <span>Hoopoe</span>
        </Link>
        <span className={classes['node']}>
          {node.data === undefined ? '' : `${node.data.name} · ${node.data.version}`}
        </span>
        <span className={classes['tools']}>
          <PreferenceButtons />
          <UserMenu />
        </span>
      </header>
      <nav className={classes['side']} aria-label={t('Views')}>
        <Navigation current={view?.path} />
      </nav>
      <Drawer
        opened={isMenuOpen}
        onClose={() => setMenuOpen(false)}
        size={270}
        title="Hoopoe"
        closeButtonProps={{ 'aria-label': t('Close') }}
      >
        <nav aria-label={t('Views')}>
          <Navigation current={view?.path} />
        </nav>
      </Drawer>
      <main id="main" ref={main} className={classes['main']} tabIndex={-1}>
        <ConnectionBanner />
        <Boundary
          key={path}
          text={t('This view has failed. Reload the page; if it fails again, tell whoever maintains the broker.')}
        >
          <Suspense fallback={<Loading />}>
            <CurrentView />
          </Suspense>
        </Boundary>
      </main>
    </div>
  );
}

function CurrentView(): ReactNode {
  const t = useText();
  const view = viewOf(usePath());
  const mayOperate = useMay(view?.role ?? 'viewer');
  if (view === undefined) {
    return (
      <Empty title={t('There is nothing here')}>
        <Link to="/">{t('To the overview')}</Link>
      </Empty>
    );
  }
  if (!mayOperate) return <Empty title={t('Your role may not see this. Ask an administrator.')} />;
  return <view.component />;
}

function ConnectionBanner(): ReactNode {
  const t = useText();
  const { state } = useLive();
  return (
    <div role="status">
      {state === 'lost' && (
        <p className={classes['banner']}>
          {t('The connection to the broker is lost. What you see is how it was; it is tried again by itself.')}
        </p>
      )}
    </div>
  );
}

function UserMenu(): ReactNode {
  const t = useText();
  const { state, logout } = useSession();
  const { say, complain } = useNotices();
  const [isChanging, setChanging] = useState(false);
  if (state.kind !== 'user') return null;
  const { user } = state.session;
  return (
    <>
      <Menu position="bottom-end" withinPortal={false} withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <Button
            variant="subtle"
            color="gray"
            leftSection={<IconUser size={18} aria-hidden />}
            className={classes['user'] ?? ''}
            aria-label={user.name}
          >
            <span className={classes['userName']}>{user.name}</span>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t('Logged in as {name} ({role})', { name: user.name, role: t(user.role) })}</Menu.Label>
          <Menu.Item onClick={() => setChanging(true)}>{t('Change the password')}</Menu.Item>
          <Menu.Item onClick={() => void logout().catch(complain)}>{t('Log out')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={isChanging}
        onClose={() => setChanging(false)}
        title={t('Change the password')}
        closeButtonProps={{ 'aria-label': t('Close') }}
      >
        <PasswordForm
          cancel={() => setChanging(false)}
          changed={() => {
            setChanging(false);
            say(t('The password is changed. All other sessions of this login have ended.'));
          }}
        />
      </Modal>
    </>
  );
}

/** A view that fails leaves the rest of the page usable. */
class Boundary extends Component<
  { readonly text: string; readonly children: ReactNode },
  { readonly hasFailed: boolean }
> {
  override state: { readonly hasFailed: boolean } = { hasFailed: false };

  static getDerivedStateFromError(): { readonly hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    return this.state.hasFailed ? <Empty title={this.props.text} /> : this.props.children;
  }
}
