/** What is shown when the page was opened and the broker does not answer. */

import type { ReactNode } from 'react';
import { useText } from '../language/language.tsx';
import { Loading } from '../parts/states.tsx';
import { Frame } from './frame.tsx';
import classes from './login.module.css';

export function UnreachablePage(): ReactNode {
  const t = useText();
  return (
    <Frame title={t('The broker does not answer')}>
      <p className={classes['hint']}>
        {t('Look whether it runs: hoopoe status. This page tries again by itself every few seconds.')}
      </p>
      <Loading />
    </Frame>
  );
}
