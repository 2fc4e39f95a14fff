/** Retained messages as a tree: looking at one, deleting one or all below a topic. */

import type { ReactNode } from 'react';
import { useState } from 'react';
import { queryOf, request } from '../../api/client.ts';
import { useMay } from '../../api/session.tsx';
import { NOTHING, useFormat } from '../../language/format.ts';
import { useText } from '../../language/language.tsx';
import { ActionButton } from '../../parts/actions.tsx';
import { SearchField } from '../../parts/list.tsx';
import { Card, Page, Row, Stack } from '../../parts/page.tsx';
import { Payload } from '../../parts/payload.tsx';
import { payloadText } from '../../parts/payload-text.ts';
import { Split } from '../../parts/split.tsx';
import { Answer, Empty } from '../../parts/states.tsx';
import { TopicTree } from '../../parts/topic-tree.tsx';
import { Copy, Facts, Mono, Time } from '../../parts/values.tsx';
import { setParams, useParam } from '../../router/router.tsx';
import { useRetained } from './use-retained.ts';

const REFRESH_SECONDS = 5;

export default function RetainedPage(): ReactNode {
  const t = useText();
  const [topic, setTopic] = useParam('topic');
  const [search] = useParam('q');
  const [round, setRound] = useState(0);
  return (
    <Page title={t('Retained messages')} lead={t('The last message of each topic, kept for whoever subscribes later.')}>
      <Split
        chosen={topic}
        left={
          <Card>
            <Stack>
              <Row>
                <SearchField label={t('Filter the first levels')} />
              </Row>
              <TopicTree
                key={round}
                path="/retained/children"
                label={t('Retained messages')}
                chosen={topic}
                choose={setTopic}
                everySeconds={REFRESH_SECONDS}
                search={search}
                empty={
                  <Empty title={t('No message is retained')}>
                    {t('A message that is published with “retain” stays here until an empty one replaces it.')}
                  </Empty>
                }
              />
            </Stack>
          </Card>
        }
        right={
          <Card>
            {topic === '' ? (
              <Empty title={t('Choose a topic in the tree')} />
            ) : (
              <Message
                key={topic}
                topic={topic}
                deleted={() => {
                  setParams({ topic: '' });
                  setRound(round + 1);
                }}
              />
            )}
          </Card>
        }
      />
    </Page>
  );
}

function Message({ topic, deleted }: { readonly topic: string; readonly deleted: () => void }): ReactNode {
  const t = useText();
  const format = useFormat();
  const query = useRetained(topic, REFRESH_SECONDS);
  return (
    <Stack>
      <p>
        <Mono text={topic} isWrapped /> <Copy text={topic} />
      </p>
      {query.isMissing ? (
        <Empty title={t('There is no retained message on exactly this topic; there may be some below it')} />
      ) : (
        <Answer query={query}>
          {(message) => (
            <>
              <Payload text={payloadText(message.payload)} />
              <Facts
                rows={[
                  ['QoS', message.qos],
                  [t('Size'), format.bytes(message.bytes)],
                  [t('Published by'), message.publisher ? <Mono key="by" text={message.publisher} /> : NOTHING],
                  [t('Expires'), message.expiresAt ? <Time key="end" at={message.expiresAt} /> : t('never')],
                ]}
              />
            </>
          )}
        </Answer>
      )}
      <DeleteButtons topic={topic} hasMessage={query.data !== undefined} deleted={deleted} />
    </Stack>
  );
}

interface DeleteButtonsProps {
  readonly topic: string;
  readonly hasMessage: boolean;
  readonly deleted: () => void;
}

function DeleteButtons({ topic, hasMessage, deleted }: DeleteButtonsProps): ReactNode {
  const t = useText();
  const mayOperate = useMay('operator');
  if (!mayOperate) return null;
  return (
    <Row>
      {hasMessage && (
        <ActionButton
          label={t('Delete')}
          warning={t('The retained message of {topic} is deleted for good. Subscribers are not told.', { topic })}
          act={() => request(`/retained/message${queryOf({ topic })}`, { method: 'DELETE' }).then(deleted)}
          done={t('Deleted')}
        />
      )}
      <ActionButton
        label={t('Delete all below')}
        warning={t('All retained messages of {topic} and of topics below it are deleted for good.', { topic })}
        act={() => request(`/retained${queryOf({ prefix: topic })}`, { method: 'DELETE' }).then(deleted)}
        done={t('Deleted')}
      />
    </Row>
  );
}
