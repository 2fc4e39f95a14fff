/** Permissions that the broker keeps itself: of a user name, of a client identifier, or of everybody. */

import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { queryOf, request, segment } from '../../api/client.ts';
import { useMay } from '../../api/session.tsx';
import type { AccessPermission, AccessSource, List } from '../../api/types.ts';
import { useQuery } from '../../api/use-query.ts';
import { type Translate, useText } from '../../language/language.tsx';
import { ActionButton, FormDialog } from '../../parts/actions.tsx';
import { LocalList } from '../../parts/list.tsx';
import { Row, Stack } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';
import type { Column } from '../../parts/table.tsx';
import { Copy, Mono, Tag, Time } from '../../parts/values.tsx';
import { setParams, useParam } from '../../router/router.tsx';
import { SourceChoice, useSource } from './source-choice.tsx';

type Target = { readonly kind: string; readonly name?: string };

export function Permissions({ sources }: { readonly sources: readonly AccessSource[] }): ReactNode {
  const t = useText();
  const mayAdministrate = useMay('admin');
  const source = useSource(sources);
  const [whom] = useParam('whom', 'all');
  const [name] = useParam('name');
  const [isAdding, setAdding] = useState(false);
  const target: Target | undefined = whom === 'all' ? { kind: 'all' } : name === '' ? undefined : { kind: whom, name };
  const path = `/access/sources/${segment(source)}/permissions`;
  const query = useQuery<List<AccessPermission>>(target === undefined ? undefined : path + queryOf(target), 10);
  const remove: Column<AccessPermission> = {
    key: 'actions',
    title: '',
    render: ({ effect, action, topic }) => (
      <>
        <Copy text={`${effect} ${action} ${topic}`} />{' '}
        {mayAdministrate && (
          <ActionButton
            isSmall
            label={t('Remove')}
            name={t('Remove {name}', { name: topic })}
            warning={t('This permission holds no more, for the next message or subscription already.')}
            act={() => request(path + queryOf({ ...target, action, topic }), { method: 'DELETE' }).then(query.reload)}
            done={t('Removed')}
          />
        )}
      </>
    ),
  };
  return (
    <Stack>
      <Whom path={path} sources={sources} whom={whom} name={name} />
      {target === undefined ? (
        <Empty title={t('Enter whose permissions you want to see')} />
      ) : (
        <LocalList
          id="permissions"
          isCards
          label={t('Permissions')}
          searchLabel={t('Search permissions')}
          query={query}
          columns={[...columnsOf(t), remove]}
          rowKey={({ action, topic }) => `${action} ${topic}`}
          filters={
            mayAdministrate && (
              <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
                {t('Add a permission')}
              </Button>
            )
          }
          empty={
            <Empty title={t('There are no permissions here')}>
              {t(
                'What no permission speaks of is passed on to the next source, and at the end to the setting of the chain.',
              )}
            </Empty>
          }
        />
      )}
      {isAdding && target !== undefined && (
        <PermissionDialog path={path} target={target} close={() => setAdding(false)} changed={query.reload} />
      )}
    </Stack>
  );
}

interface WhomProps {
  readonly path: string;
  readonly sources: readonly AccessSource[];
  readonly whom: string;
  readonly name: string;
}

function Whom({ path, sources, whom, name }: WhomProps): ReactNode {
  const t = useText();
  const [typed, setTyped] = useState(name);
  const names = useQuery<List<string>>(whom === 'all' ? undefined : `${path}/names${queryOf({ kind: whom })}`);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setParams({ name: typed });
      }}
    >
      <Row isEndAligned>
        <SourceChoice sources={sources} />
        <NativeSelect
          label={t('Permissions of')}
          value={whom}
          onChange={(event) => {
            setTyped('');
            setParams({ whom: event.currentTarget.value === 'all' ? '' : event.currentTarget.value, name: '' });
          }}
          data={[
            { value: 'all', label: t('Everybody') },
            { value: 'username', label: t('User name') },
            { value: 'client_id', label: t('Client identifier') },
          ]}
        />
        {whom !== 'all' && (
          <>
            <TextInput
              label={t('Name')}
              list="names-with-permissions"
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              onBlur={() => setParams({ name: typed })}
            />
            <datalist id="names-with-permissions">
              {(whom === 'all' ? [] : (names.data?.items ?? [])).map((one) => (
                <option key={one} value={one} />
              ))}
            </datalist>
            <Button type="submit" variant="default">
              {t('Show')}
            </Button>
          </>
        )}
      </Row>
    </form>
  );
}

function columnsOf(t: Translate): readonly Column<AccessPermission>[] {
  return [
    {
      key: 'effect',
      title: t('Effect'),
      render: ({ effect }) => <Tag tone={effect === 'allow' ? 'good' : 'bad'}>{t(effect)}</Tag>,
      text: ({ effect }) => t(effect),
    },
    { key: 'action', title: t('Action'), render: ({ action }) => t(action), text: ({ action }) => t(action) },
    {
      key: 'topic',
      title: t('Topic filter'),
      isWide: true,
      render: ({ topic, literal }) => (
        <>
          <Mono text={topic} /> {literal && <Tag>{t('literally')}</Tag>}
        </>
      ),
      text: ({ topic }) => topic,
    },
    {
      key: 'createdAt',
      title: t('Created'),
      render: ({ createdAt }) => <Time at={createdAt} />,
      text: ({ createdAt }) => createdAt ?? '',
    },
  ];
}

interface PermissionDialogProps {
  readonly path: string;
  readonly target: Target;
  readonly close: () => void;
  readonly changed: () => void;
}

function PermissionDialog({ path, target, close, changed }: PermissionDialogProps): ReactNode {
  const t = useText();
  const [effect, setEffect] = useState('allow');
  const [action, setAction] = useState('all');
  const [topic, setTopic] = useState('');
  const [literal, setLiteral] = useState(false);
  return (
    <FormDialog
      isOpen
      title={t('Add a permission')}
      submitLabel={t('Add')}
      submit={async () => {
        await request(path, { method: 'POST', body: { ...target, effect, action, topic, literal } });
        changed();
      }}
      done={t('The permission is added')}
      close={close}
    >
      <NativeSelect
        label={t('Effect')}
        value={effect}
        onChange={(event) => setEffect(event.currentTarget.value)}
        data={[
          { value: 'allow', label: t('allow') },
          { value: 'deny', label: t('deny') },
        ]}
      />
      <NativeSelect
        label={t('Action')}
        value={action}
        onChange={(event) => setAction(event.currentTarget.value)}
        data={[
          { value: 'all', label: t('all') },
          { value: 'publish', label: t('publish') },
          { value: 'subscribe', label: t('subscribe') },
        ]}
      />
      <TextInput
        label={t('Topic filter')}
        description={t('%u stands for the user name, %c for the client identifier.')}
        required
        value={topic}
        onChange={(event) => setTopic(event.currentTarget.value)}
      />
      <Checkbox
        label={t('Take wildcards literally: this very filter, not what it matches')}
        checked={literal}
        onChange={(event) => setLiteral(event.currentTarget.checked)}
      />
    </FormDialog>
  );
}
