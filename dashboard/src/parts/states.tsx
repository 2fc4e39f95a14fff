/** What stands where there is nothing to show: not yet, nothing at all, or an error, each with what to do next. */

import { Alert, Button, Loader } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { ApiError } from '../api/client.ts';
import type { Query } from '../api/use-query.ts';
import { useLanguage, useText } from '../language/language.tsx';
import classes from './states.module.css';

export function Loading(): ReactNode {
  const t = useText();
  return (
    <div className={classes['loading']} role="status">
      <Loader size="sm" aria-hidden />
      <span className="visually-hidden">{t('Loading')}</span>
    </div>
  );
}

export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }): ReactNode {
  return (
    <div className={classes['empty']}>
      <p className={classes['emptyTitle']}>{title}</p>
      {children !== undefined && <div className={classes['emptyText']}>{children}</div>}
    </div>
  );
}

export function Failure({ error, retry }: { readonly error: ApiError; readonly retry?: () => void }): ReactNode {
  const { t, refusal } = useLanguage();
  const text =
    error.code === 'unreachable'
      ? t('The broker does not answer. It is tried again by itself.')
      : refusal(error.code, error.message);
  const isMissing = error.status === 404 && error.message.startsWith('There is nothing at');
  return (
    <Alert color={isMissing ? 'gray' : 'red'} icon={<IconAlertTriangle aria-hidden />} role="alert">
      <p>{isMissing ? t('This broker does not offer this.') : text}</p>
      {retry !== undefined && !isMissing && (
        <Button className={classes['retry']} size="xs" variant="default" onClick={retry}>
          {t('Try again')}
        </Button>
      )}
    </Alert>
  );
}

/** Shows what was asked for, or why it is not there. An error beside older data leaves the data. */
export function Answer<T>({
  query,
  children,
}: {
  readonly query: Query<T>;
  readonly children: (data: T) => ReactNode;
}): ReactNode {
  const { data, error, reload } = query;
  return (
    <>
      {error !== undefined && <Failure error={error} retry={reload} />}
      {data !== undefined && children(data)}
      {data === undefined && error === undefined && <Loading />}
    </>
  );
}
