/** The topics that messages pass on, as a tree, and what passes on the one that is chosen. */

import { Tabs, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useMay } from '../../api/session.tsx';
import { useText } from '../../language/language.tsx';
import { SearchField } from '../../parts/list.tsx';
import { Card, Page, Row, Stack } from '../../parts/page.tsx';
import { Split } from '../../parts/split.tsx';
import { Empty } from '../../parts/states.tsx';
import { TopicTree } from '../../parts/topic-tree.tsx';
import { useParam } from '../../router/router.tsx';
import { LiveTree } from './live-tree.tsx';
import { TopicCard } from './topic-card.tsx';
import classes from './topics.module.css';

const REFRESH_SECONDS = 3;

export default function TopicsPage(): ReactNode {
  const t = useText();
  const mayOperate = useMay('operator');
  const [topic, setTopic] = useParam('topic');
  const [kind, setKind] = useParam('tree', mayOperate ? 'live' : 'filters');
  return (
    <Page title={t('Topics')} lead={t('Choose a topic to see what passes on it.')}>
      <Split
        chosen={topic}
        left={
          <Card>
            <Tabs value={kind} onChange={(value) => setKind(value ?? 'live')} keepMounted={false}>
              <Tabs.List mb={12}>
                {mayOperate && <Tabs.Tab value="live">{t('Messages now')}</Tabs.Tab>}
                <Tabs.Tab value="filters">{t('Subscribed')}</Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="live">
                <Live chosen={topic} choose={setTopic} />
              </Tabs.Panel>
              <Tabs.Panel value="filters">
                <Subscribed chosen={topic} choose={setTopic} />
              </Tabs.Panel>
            </Tabs>
          </Card>
        }
        right={
          topic === '' ? (
            <Card>
              <Empty title={t('Choose a topic in the tree')} />
            </Card>
          ) : (
            <TopicCard key={topic} topic={topic} />
          )
        }
      />
    </Page>
  );
}

interface ChoiceProps {
  readonly chosen: string;
  readonly choose: (topic: string) => void;
}

function Live({ chosen, choose }: ChoiceProps): ReactNode {
  const t = useText();
  const [filter, setFilter] = useParam('filter', '#');
  const [typed, setTyped] = useState(filter);
  const [search] = useParam('q');
  return (
    <>
      <form
        className={classes['filter']}
        onSubmit={(event) => {
          event.preventDefault();
          setFilter(typed === '' ? '#' : typed);
        }}
      >
        <Stack>
          <TextInput
            label={t('Topic filter to watch')}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            onBlur={() => setFilter(typed === '' ? '#' : typed)}
          />
          <Row>
            <SearchField label={t('Search topics')} />
          </Row>
        </Stack>
      </form>
      <LiveTree key={filter} filter={filter} search={search} chosen={chosen} choose={choose} />
    </>
  );
}

function Subscribed({ chosen, choose }: ChoiceProps): ReactNode {
  const t = useText();
  return (
    <TopicTree
      path="/topics/children"
      label={t('Topic filters that somebody subscribes to')}
      chosen={chosen}
      choose={choose}
      everySeconds={REFRESH_SECONDS}
      empty={<Empty title={t('Nobody has subscribed to anything')} />}
    />
  );
}
