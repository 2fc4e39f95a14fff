/** The frame of every view: its title, what can be done in it, and cards. */

import { type ReactNode, useEffect, useId } from 'react';
import classes from './page.module.css';

interface PageProps {
  readonly title: string;
  /** One sentence on what this view is for. */
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Page({ title, lead, actions, children }: PageProps): ReactNode {
  useEffect(() => {
    document.title = `${title} · Hoopoe`;
  }, [title]);
  return (
    <div className={classes['page']}>
      <header className={classes['header']}>
        <div className={classes['heading']}>
          <h1 className={classes['title']}>{title}</h1>
          {lead !== undefined && <p className={classes['lead']}>{lead}</p>}
        </div>
        {actions !== undefined && <div className={classes['actions']}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

interface CardProps {
  readonly title?: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Card({ title, actions, children }: CardProps): ReactNode {
  const id = useId();
  return (
    <section className={classes['card']} {...(title !== undefined && { 'aria-labelledby': id })}>
      {title !== undefined && (
        <div className={classes['cardHeader']}>
          <h2 id={id} className={classes['cardTitle']}>
            {title}
          </h2>
          {actions}
        </div>
      )}
      {children}
    </section>
  );
}

/** Things side by side that go under each other where there is no room. */
export function Row({
  children,
  isEndAligned = false,
}: {
  readonly children: ReactNode;
  readonly isEndAligned?: boolean;
}): ReactNode {
  return <div className={`${classes['row']} ${isEndAligned ? classes['end'] : ''}`}>{children}</div>;
}

export function Columns({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className={classes['columns']}>{children}</div>;
}

/** Fields of a form, one under the other. */
export function Stack({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className={classes['stack']}>{children}</div>;
}
