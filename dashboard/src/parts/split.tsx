/** A list on the left and what is chosen in it on the right; one above the other where there is no room. */

import { type ReactNode, useEffect, useRef } from 'react';
import classes from './split.module.css';

const SIDE_BY_SIDE_PIXELS = 900;

interface SplitProps {
  readonly left: ReactNode;
  readonly right: ReactNode;
  /** What is chosen; where the right part is out of sight, choosing something brings it there. */
  readonly chosen: string;
}

export function Split({ left, right, chosen }: SplitProps): ReactNode {
  const shown = useRef<HTMLDivElement>(null);
  const before = useRef(chosen);
  useEffect(() => {
    if (before.current === chosen) return;
    before.current = chosen;
    if (chosen !== '' && window.innerWidth <= SIDE_BY_SIDE_PIXELS) shown.current?.scrollIntoView();
  }, [chosen]);
  return (
    <div className={classes['split']}>
      <div className={classes['part']}>{left}</div>
      <div className={classes['part']} ref={shown}>
        {right}
      </div>
    </div>
  );
}
