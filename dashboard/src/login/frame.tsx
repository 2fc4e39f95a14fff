/** The frame of what is shown before somebody is logged in. */

import { type ReactNode, useEffect } from 'react';
import { PreferenceButtons } from '../shell/preferences.tsx';
import classes from './login.module.css';

export function Frame({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode {
  useEffect(() => {
    document.title = `${title} · Hoopoe`;
  }, [title]);
  return (
    <main className={classes['frame']}>
      <div className={classes['box']}>
        <div className={classes['brand']}>
          <img src={new URL('../icon.svg', import.meta.url).href} width={36} height={36} alt="" />
          <span className={classes['name']}>Hoopoe</span>
          <span className={classes['preferences']}>
            <PreferenceButtons />
          </span>
        </div>
        <h1 className={classes['title']}>{title}</h1>
        {children}
      </div>
    </main>
  );
}
