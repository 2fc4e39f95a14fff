/** Messages that did not arrive, by reason. */

import type { ReactNode } from 'react';
import type { Overview } from '../../api/types.ts';
import { dropReasonText } from '../../language/drop-reasons.ts';
import { useFormat } from '../../language/format.ts';
import { useText } from '../../language/language.tsx';
import { Card } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';
import { Facts } from '../../parts/values.tsx';

export function DropsCard({ overview }: { readonly overview: Overview }): ReactNode {
  const t = useText();
  const format = useFormat();
  const reasons = Object.entries(overview.drops ?? {})
    .filter(([, count]) => count > 0)
    .sort(([, one], [, other]) => other - one);
  return (
    <Card title={t('Dropped messages since the start, by reason')}>
      {reasons.length === 0 ? (
        <Empty title={t('Nothing was dropped')} />
      ) : (
        <Facts rows={reasons.map(([reason, count]) => [dropReasonText(reason, t), format.number(count)])} />
      )}
    </Card>
  );
}
