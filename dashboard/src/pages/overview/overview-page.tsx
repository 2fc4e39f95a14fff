/** Who is connected, what flows, what is refused and how the broker is, at a glance. */

import type { ReactNode } from 'react';
import { download } from '../../api/client.ts';
import { useLive } from '../../api/live.tsx';
import { useMay } from '../../api/session.tsx';
import type { NodeFacts, Overview } from '../../api/types.ts';
import { useQuery } from '../../api/use-query.ts';
import { useFormat } from '../../language/format.ts';
import { useText } from '../../language/language.tsx';
import { ActionButton } from '../../parts/actions.tsx';
import { Card, Columns, Page } from '../../parts/page.tsx';
import { Answer, Loading } from '../../parts/states.tsx';
import { Facts, Mono, Time } from '../../parts/values.tsx';
import { Link } from '../../router/router.tsx';
import { Charts } from './charts.tsx';
import { DropsCard } from './drops-card.tsx';
import classes from './overview.module.css';
import { RefusedCard } from './refused-card.tsx';

export default function OverviewPage(): ReactNode {
  const t = useText();
  const live = useLive();
  const mayOperate = useMay('operator');
  // The stream brings the figures; until it is open, and where something between here and the broker stops streams, a question does.
  const asked = useQuery<Overview>(live.overview === undefined ? '/overview' : undefined, 5);
  const overview = live.overview ?? asked.data;
  return (
    <Page title={t('Overview')}>
      {overview === undefined ? <Loading /> : <Figures overview={overview} />}
      <Charts />
      <Columns>
        {overview !== undefined && <DropsCard overview={overview} />}
        {mayOperate && <RefusedCard />}
        {overview !== undefined && <HealthCard overview={overview} />}
        <NodeCard />
      </Columns>
    </Page>
  );
}

function Figures({ overview }: { readonly overview: Overview }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { rates = {}, retained } = overview;
  const rate = (value: number | undefined): string =>
    value !== undefined && value >= 100_000
      ? format.short(value)
      : format.number(value !== undefined && value >= 100 ? Math.round(value) : value);
  return (
    <ul className={classes['figures']}>
      <Figure name={t('Connections')} value={format.number(overview.connections)} to="/clients?connected=true" />
      <Figure name={t('Sessions')} value={format.number(overview.sessions)} to="/clients" />
      <Figure name={t('Subscriptions')} value={format.number(overview.subscriptions)} to="/subscriptions" />
      <Figure name={t('Retained')} value={format.number(retained?.messages)} to="/retained" />
      <Figure
        name={t('Queued')}
        value={format.number(overview.queued?.messages)}
        to="/clients?sort=queued&order=desc"
      />
      <Figure name={t('Messages in')} value={rate(rates.messagesIn)} unit="/s" />
      <Figure name={t('Messages out')} value={rate(rates.messagesOut)} unit="/s" />
      <Figure name={t('Dropped')} value={rate(rates.drops)} unit="/s" isBad={(rates.drops ?? 0) > 0} />
    </ul>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly unit?: string;
  readonly to?: string;
  readonly isBad?: boolean;
}

function Figure({ name, value, unit = '', to, isBad = false }: FigureProps): ReactNode {
  const inside = (
    <>
      <span className={classes['figureName']}>{name}</span>
      <span className={`${classes['figureValue']} ${isBad ? classes['bad'] : ''}`}>
        {value}
        {unit !== '' && <span className={classes['unit']}> {unit}</span>}
      </span>
    </>
  );
  return (
    <li className={classes['figure']}>
      {to === undefined ? (
        <span className={classes['inside']}>{inside}</span>
      ) : (
        <Link to={to} className={classes['inside']}>
          {inside}
        </Link>
      )}
    </li>
  );
}

function HealthCard({ overview }: { readonly overview: Overview }): ReactNode {
  const t = useText();
  const format = useFormat();
  const { store = {}, loopDelaySeconds = {}, memoryBytes, cpuPercent, retained } = overview;
  return (
    <Card title={t('Health')}>
      <Facts
        rows={[
          [t('Event loop delay, median'), format.latency(loopDelaySeconds.p50)],
          [t('Event loop delay, 99 %'), format.latency(loopDelaySeconds.p99)],
          [t('Processor'), cpuPercent === undefined ? '–' : `${format.number(cpuPercent)} %`],
          [t('Memory'), format.bytes(memoryBytes)],
          [t('Commit to the store, median'), format.latency(store.commitSecondsP50)],
          [t('Commit to the store, 99 %'), format.latency(store.commitSecondsP99)],
          [t('Records in a commit'), format.number(store.recordsPerCommit)],
          [t('Failed commits'), format.number(store.commitFailures)],
          [t('Store'), format.bytes(store.bytes)],
          [t('Queued'), format.bytes(overview.queued?.bytes)],
          [t('Clients that read too slowly'), format.number(overview.slowClients)],
          [t('Retained messages'), format.bytes(retained?.bytes)],
        ]}
      />
    </Card>
  );
}

function NodeCard(): ReactNode {
  const t = useText();
  const format = useFormat();
  const mayAdministrate = useMay('admin');
  const query = useQuery<NodeFacts>('/node', 60);
  return (
    <Card
      title={t('This broker')}
      actions={
        mayAdministrate && (
          <ActionButton
            isSmall
            label={t('Save a backup')}
            warning={t(
              'A copy of everything that the broker keeps is made and saved by this browser. It holds messages and password hashes: keep it where only you can read it.',
            )}
            isDangerous={false}
            act={() => download('/backup')}
          />
        )
      }
    >
      <Answer query={query}>
        {(node) => (
          <Facts
            rows={[
              [t('Name'), <Mono key="name" text={node.name} />],
              [t('Version'), node.version],
              [t('Started'), <Time key="started" at={node.startedAt} />],
              [
                t('Durability'),
                node.durability.mode === 'relaxed'
                  ? t('relaxed: a crash may lose the last {seconds}', {
                      seconds: format.latency(node.durability.windowSeconds),
                    })
                  : node.durability.mode,
              ],
              [t('Data folder'), <Mono key="data" text={node.dataDirectory ?? '–'} />],
              [t('Runs on'), `Node.js ${node.nodeVersion.replace(/^v/, '')}, ${node.platform}`],
            ]}
          />
        )}
      </Answer>
    </Card>
  );
}
