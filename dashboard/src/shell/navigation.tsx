/** The list of views. */

import type { ReactNode } from 'react';
import { useLive } from '../api/live.tsx';
import { useSession } from '../api/session.tsx';
import type { Role } from '../api/types.ts';
import { type Text, useText } from '../language/language.tsx';
import { Link } from '../router/router.tsx';
import classes from './shell.module.css';
import { type View, views } from './views.ts';

const roles: readonly Role[] = ['viewer', 'operator', 'admin'];

export function Navigation({ current }: { readonly current: string | undefined }): ReactNode {
  const t = useText();
  const { state } = useSession();
  const rank = state.kind === 'user' ? roles.indexOf(state.session.user.role) : -1;
  const groups = new Map<Text, View[]>();
  for (const view of views) {
    if (roles.indexOf(view.role) > rank) continue;
    const group = groups.get(view.group) ?? [];
    group.push(view);
    groups.set(view.group, group);
  }
  return [...groups].map(([group, members]) => (
    <div key={group} className={classes['group']}>
      <p className={classes['groupName']}>{t(group)}</p>
      <ul className={classes['views']}>
        {members.map((view) => (
          <li key={view.path}>
            <Link
              to={view.path}
              className={classes['view']}
              {...(view.path === current && { 'aria-current': 'page' as const })}
            >
              <view.icon size={18} stroke={1.7} aria-hidden />
              {t(view.name)}
              {view.path === '/alarms' && <AlarmCount />}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  ));
}

function AlarmCount(): ReactNode {
  const { overview } = useLive();
  const count = overview?.alarms ?? 0;
  return count > 0 ? <span className={classes['alarmCount']}>{count}</span> : null;
}
