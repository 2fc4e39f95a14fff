/** The last warnings of the log: who was refused and why. */

import type { ReactNode } from 'react';
import type { List, LogLine } from '../../api/types.ts';
import { useQuery } from '../../api/use-query.ts';
import { useText } from '../../language/language.tsx';
import { Card } from '../../parts/page.tsx';
import { Answer, Empty } from '../../parts/states.tsx';
import { Time } from '../../parts/values.tsx';
import { Link } from '../../router/router.tsx';
import { fieldsText } from '../log-fields.ts';
import classes from './overview.module.css';

const LINES = 6;

export function RefusedCard(): ReactNode {
  const t = useText();
  const query = useQuery<List<LogLine>>(`/logs?level=warn&limit=${LINES}`, 5);
  return (
    <Card title={t('Latest warnings')} actions={<Link to="/logs?level=warn">{t('All')}</Link>}>
      <Answer query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('No warnings')} />
          ) : (
            <ul className={classes['warnings']}>
              {[...items].reverse().map((line) => (
                <li key={line.number} className={classes['warning']}>
                  <span className={classes['warningText']}>
                    {line.message} <span className={classes['soft']}>{fieldsText(line.fields)}</span>
                  </span>
                  <span className={classes['soft']}>
                    <Time at={line.at} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
    </Card>
  );
}
