/** How subscriptions are shown wherever they are listed. */

import type { Subscription } from '../api/types.ts';
import { NOTHING } from '../language/format.ts';
import type { Translate } from '../language/language.tsx';
import type { Column } from '../parts/table.tsx';
import { Mono } from '../parts/values.tsx';
import { Link } from '../router/router.tsx';

export function subscriptionColumns(t: Translate): readonly Column<Subscription>[] {
  const yesNo = (value: boolean | undefined): string => (value === true ? t('yes') : t('no'));
  return [
    {
      key: 'filter',
      title: t('Topic filter'),
      isWide: true,
      render: ({ filter }) => <Mono text={filter} />,
      text: ({ filter }) => filter,
    },
    {
      key: 'clientId',
      title: t('Client identifier'),
      render: ({ clientId }) => (
        <Link to={`/clients/${encodeURIComponent(clientId)}?tab=subscriptions`}>
          <Mono text={clientId} />
        </Link>
      ),
      text: ({ clientId }) => clientId,
    },
    {
      key: 'share',
      title: t('Group'),
      render: ({ share }) => (share ? <Mono text={share} /> : NOTHING),
      text: ({ share }) => share ?? '',
    },
    { key: 'qos', title: 'QoS', isNumeric: true, render: ({ qos }) => qos, text: ({ qos }) => String(qos) },
    {
      key: 'noLocal',
      title: t('No local'),
      isExtra: true,
      render: ({ noLocal }) => yesNo(noLocal),
      text: ({ noLocal }) => yesNo(noLocal),
    },
    {
      key: 'retainAsPublished',
      title: t('Retain as published'),
      isExtra: true,
      render: ({ retainAsPublished }) => yesNo(retainAsPublished),
      text: ({ retainAsPublished }) => yesNo(retainAsPublished),
    },
    {
      key: 'retainHandling',
      title: t('Retain handling'),
      isExtra: true,
      isNumeric: true,
      render: ({ retainHandling }) => retainHandling ?? NOTHING,
      text: ({ retainHandling }) => String(retainHandling ?? ''),
    },
    {
      key: 'identifier',
      title: t('Identifier'),
      isExtra: true,
      isNumeric: true,
      render: ({ identifier }) => identifier || NOTHING,
      text: ({ identifier }) => String(identifier ?? ''),
    },
  ];
}
