/** Keys of programs that use the API. */

import { Alert, Button, Modal, NativeSelect, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { request, segment } from '../api/client.ts';
import type { ApiKey, List } from '../api/types.ts';
import { useQuery } from '../api/use-query.ts';
import { type Text, type Translate, useText } from '../language/language.tsx';
import { FormDialog } from '../parts/actions.tsx';
import { LocalList } from '../parts/list.tsx';
import { Page, Stack } from '../parts/page.tsx';
import { RowActions } from '../parts/row-actions.tsx';
import { Empty } from '../parts/states.tsx';
import type { Column } from '../parts/table.tsx';
import { CodeBlock, Mono, Tag, Time } from '../parts/values.tsx';

const scopes: Readonly<Record<ApiKey['scope'], Text>> = {
  read: 'read: sees everything but secrets',
  operate: 'operate: may also disconnect, ban and publish',
  admin: 'admin: may do everything',
};

type NewKey = ApiKey & { readonly token: string };

export default function ApiKeysPage(): ReactNode {
  const t = useText();
  const query = useQuery<List<ApiKey>>('/api-keys', 10);
  const [isAdding, setAdding] = useState(false);
  const [made, setMade] = useState<NewKey>();
  const remove: Column<ApiKey> = {
    key: 'actions',
    title: '',
    render: ({ id, name }) => (
      <RowActions
        name={name}
        copied={id}
        removal={{
          label: t('Delete'),
          title: t('Delete the key {name}', { name }),
          warning: t('Programs that use this key are refused from now on.'),
          act: () => request(`/api-keys/${segment(id)}`, { method: 'DELETE' }).then(query.reload),
          done: t('Deleted'),
        }}
      />
    ),
  };
  return (
    <Page
      title={t('API keys')}
      lead={t('Programs use the management API with a key of their own.')}
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
          {t('Make a key')}
        </Button>
      }
    >
      <LocalList
        id="api-keys"
        isCards
        label={t('API keys')}
        searchLabel={t('Search keys')}
        query={query}
        columns={[...columnsOf(t), remove]}
        rowKey={({ id }) => id}
        empty={<Empty title={t('There are no keys yet')}>{t('“Make a key” makes the first one.')}</Empty>}
      />
      {isAdding && (
        <KeyDialog
          close={() => setAdding(false)}
          made={(key) => {
            setMade(key);
            query.reload();
          }}
        />
      )}
      <Modal
        opened={made !== undefined}
        onClose={() => setMade(undefined)}
        size="lg"
        title={t('The key is made')}
        closeButtonProps={{ 'aria-label': t('Close') }}
      >
        <Stack>
          <Alert color="yellow">
            {t('This token is shown this once. Keep it where only your program can read it.')}
          </Alert>
          <CodeBlock text={made?.token ?? ''} />
          <CodeBlock text={`curl -H 'Authorization: Bearer ${made?.token ?? ''}' ${location.origin}/api/v1/overview`} />
        </Stack>
      </Modal>
    </Page>
  );
}

function columnsOf(t: Translate): readonly Column<ApiKey>[] {
  return [
    {
      key: 'name',
      title: t('Name'),
      isWide: true,
      render: ({ name }) => <Mono text={name} />,
      text: ({ name }) => name,
    },
    { key: 'id', title: t('Identifier'), render: ({ id }) => <Mono text={id} />, text: ({ id }) => id },
    { key: 'scope', title: t('Scope'), render: ({ scope }) => <Tag>{scope}</Tag>, text: ({ scope }) => scope },
    {
      key: 'createdAt',
      title: t('Created'),
      render: ({ createdAt }) => <Time at={createdAt} />,
      text: ({ createdAt }) => createdAt,
    },
    {
      key: 'expiresAt',
      title: t('Expires'),
      render: ({ expiresAt }) => (expiresAt === undefined ? t('never') : <Time at={expiresAt} />),
      text: ({ expiresAt }) => expiresAt ?? '',
    },
  ];
}

function KeyDialog({ close, made }: { readonly close: () => void; readonly made: (key: NewKey) => void }): ReactNode {
  const t = useText();
  const [name, setName] = useState('');
  const [scope, setScope] = useState('read');
  const [expires, setExpires] = useState('');
  const submit = async (): Promise<void> => {
    const end = expires === '' ? {} : { expiresAt: new Date(`${expires}T23:59:59`).toISOString() };
    made(await request<NewKey>('/api-keys', { method: 'POST', body: { name, scope, ...end } }));
  };
  return (
    <FormDialog isOpen title={t('Make a key')} submitLabel={t('Make')} submit={submit} close={close}>
      <TextInput
        label={t('Name')}
        description={t('What the program is called, so that you know later what it was for.')}
        required
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <NativeSelect
        label={t('Scope')}
        value={scope}
        onChange={(event) => setScope(event.currentTarget.value)}
        data={Object.entries(scopes).map(([value, label]) => ({ value, label: t(label) }))}
      />
      <TextInput
        type="date"
        label={t('Last day (empty: it does not expire)')}
        value={expires}
        onChange={(event) => setExpires(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
