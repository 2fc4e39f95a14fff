/** Where clients connect, and how long the certificates there are good. */

import type { ReactNode } from 'react';
import { request, segment } from '../api/client.ts';
import { useMay } from '../api/session.tsx';
import type { List, Listener } from '../api/types.ts';
import { useQuery } from '../api/use-query.ts';
import { type Format, useFormat } from '../language/format.ts';
import { type Translate, useText } from '../language/language.tsx';
import { ActionButton } from '../parts/actions.tsx';
import { LocalList } from '../parts/list.tsx';
import { useNow } from '../parts/now.ts';
import { Card, Columns, Page } from '../parts/page.tsx';
import { Empty } from '../parts/states.tsx';
import type { Column } from '../parts/table.tsx';
import { Copy, Facts, Mono, Tag, Time, type Tone } from '../parts/values.tsx';
import { Link } from '../router/router.tsx';
import { AddSection, SectionActions } from './sections/section-actions.tsx';
import { useSections } from './sections/sections.ts';

export default function ListenersPage(): ReactNode {
  const t = useText();
  const format = useFormat();
  const mayAdministrate = useMay('admin');
  const query = useQuery<List<Listener>>('/listeners', 5);
  const sections = useSections('listeners');
  const parts = { collection: 'listeners', sections, changed: query.reload } as const;
  const actions: Column<Listener> = {
    key: 'actions',
    title: '',
    render: (listener) => (
      <SectionActions {...parts} name={listener.name}>
        {mayAdministrate && <StartStop listener={listener} changed={query.reload} />}
      </SectionActions>
    ),
  };
  const withCertificate = (query.data?.items ?? []).filter(({ certificate }) => certificate !== undefined);
  return (
    <Page
      title={t('Listeners')}
      lead={t('Where clients connect.')}
      actions={<AddSection {...parts} label={t('Add a listener')} />}
    >
      <LocalList
        id="listeners"
        isCards
        label={t('Listeners')}
        searchLabel={t('Search listeners')}
        query={query}
        columns={[...columnsOf(t, format), actions]}
        rowKey={({ name }) => name}
        empty={<Empty title={t('No listener is here')} />}
      />
      {withCertificate.length > 0 && (
        <Columns>
          {withCertificate.map((listener) => (
            <CertificateCard key={listener.name} listener={listener} />
          ))}
        </Columns>
      )}
    </Page>
  );
}

function StartStop({
  listener: { name, state },
  changed,
}: {
  readonly listener: Listener;
  readonly changed: () => void;
}): ReactNode {
  const t = useText();
  const path = `/listeners/${segment(name)}`;
  return state === 'stopped' ? (
    <ActionButton
      isSmall
      label={t('Start')}
      name={t('Start {name}', { name })}
      act={() => request(`${path}/start`, { method: 'POST' }).then(changed)}
      done={t('{name} is started', { name })}
    />
  ) : (
    <ActionButton
      isSmall
      label={t('Stop')}
      name={t('Stop {name}', { name })}
      warning={t('Nobody can connect here any more until it is started again. Who is connected stays connected.')}
      act={() => request(`${path}/stop`, { method: 'POST' }).then(changed)}
      done={t('{name} is stopped', { name })}
    />
  );
}

/** A listener has this limit where nobody configured one: it tells nothing beside that of the whole broker. */
const LIMIT_TOLD_BELOW = 1_000_000;

const DAY_MS = 86_400_000;
const WARN_DAYS = 30;

interface CertificateTagProps {
  readonly expiresAt: string;
  readonly isExactShown?: boolean;
}

function CertificateTag({ expiresAt, isExactShown = false }: CertificateTagProps): ReactNode {
  const nowMs = useNow();
  const days = (Date.parse(expiresAt) - nowMs) / DAY_MS;
  const tone: Tone = days < 0 ? 'bad' : days < WARN_DAYS ? 'warn' : 'good';
  return (
    <Tag tone={tone}>
      <Time at={expiresAt} isExactShown={isExactShown} />
    </Tag>
  );
}

function CertificateCard({ listener: { name, certificate } }: { readonly listener: Listener }): ReactNode {
  const t = useText();
  if (certificate === undefined) return null;
  const { subject, issuer, expiresAt, names } = certificate;
  return (
    <Card title={t('Certificate of {name}', { name })}>
      <Facts
        rows={[
          [t('Ends'), <CertificateTag key="ends" expiresAt={expiresAt} isExactShown />],
          [t('Names'), <Mono key="names" text={names.map(bareName).join(', ')} isWrapped />],
          [t('Subject'), <Mono key="subject" text={subject} isWrapped />],
          [t('Issuer'), <Mono key="issuer" text={issuer} isWrapped />],
        ]}
      />
    </Card>
  );
}

/** `localhost` of `DNS:localhost`, and the short form of an address. */
function bareName(name: string): string {
  return name.replace(/^(?:DNS|IP Address|IP):/, '').replace(/^(?:0:){7}1$/, '::1');
}

function columnsOf(t: Translate, format: Format): readonly Column<Listener>[] {
  return [
    {
      key: 'name',
      title: t('Listener'),
      sortBy: 'name',
      render: ({ name }) => <Link to={`/clients?listener=${encodeURIComponent(name)}`}>{name}</Link>,
      text: ({ name }) => name,
    },
    {
      key: 'state',
      title: t('State'),
      render: ({ state }) => (
        <Tag tone={state === 'stopped' ? 'warn' : 'good'}>{state === 'stopped' ? t('stopped') : t('open')}</Tag>
      ),
      text: ({ state }) => state,
    },
    {
      key: 'url',
      title: t('Address'),
      isWide: true,
      render: ({ url }) => (
        <>
          <Mono text={url} /> <Copy text={url} />
        </>
      ),
      text: ({ url }) => url,
    },
    {
      key: 'connections',
      title: t('Connections'),
      sortBy: 'connections',
      isNumeric: true,
      render: ({ connections, connectionsMax }) =>
        connectionsMax === undefined || connectionsMax >= LIMIT_TOLD_BELOW
          ? format.number(connections)
          : `${format.number(connections)} / ${format.number(connectionsMax)}`,
      text: ({ connections }) => String(connections),
    },
    {
      key: 'certificate',
      title: t('Certificate ends'),
      render: ({ certificate }) =>
        certificate === undefined ? '–' : <CertificateTag expiresAt={certificate.expiresAt} />,
      text: ({ certificate }) => certificate?.expiresAt ?? '',
    },
  ];
}
