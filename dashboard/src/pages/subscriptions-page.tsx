/** All subscriptions. */

import type { ReactNode } from 'react';
import type { Subscription } from '../api/types.ts';
import { useText } from '../language/language.tsx';
import { ServerList } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { Empty } from '../parts/states.tsx';
import { useParam } from '../router/router.tsx';
import { subscriptionColumns } from './subscription-columns.tsx';

export default function SubscriptionsPage(): ReactNode {
  const t = useText();
  const [search] = useParam('q');
  return (
    <Page title={t('Subscriptions')}>
      <ServerList<Subscription>
        id="subscriptions"
        path="/subscriptions"
        label={t('Subscriptions')}
        searchLabel={t('Search topic filter or client identifier')}
        columns={subscriptionColumns(t)}
        rowKey={(one) => `${one.clientId}\n${one.fullFilter}`}
        empty={
          <Empty title={t('No subscription is here')}>
            {search === ''
              ? t('Subscriptions appear as soon as a client makes one.')
              : t('Subscriptions appear as soon as a client makes one; what you search for may be spelled otherwise.')}
          </Empty>
        }
      />
    </Page>
  );
}
