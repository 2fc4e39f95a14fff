/** Users that the broker keeps itself: adding, changing and removing them. */

import { Button, NativeSelect, Switch } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { request, segment } from '../../api/client.ts';
import { useMay } from '../../api/session.tsx';
import type { AccessSource, AccessUser, UserKind } from '../../api/types.ts';
import { type Translate, useText } from '../../language/language.tsx';
import { FormDialog } from '../../parts/actions.tsx';
import { ServerList } from '../../parts/list.tsx';
import { CredentialFields } from '../../parts/password-field.tsx';
import { RowActions } from '../../parts/row-actions.tsx';
import { Empty } from '../../parts/states.tsx';
import type { Column } from '../../parts/table.tsx';
import { Mono, Tag, Time } from '../../parts/values.tsx';
import { setParams, useParam } from '../../router/router.tsx';
import { SourceChoice, useSource } from './source-choice.tsx';

function useKind(): UserKind {
  const [kind] = useParam('kind', 'username');
  return kind === 'client_id' ? 'client_id' : 'username';
}

export function Users({ sources }: { readonly sources: readonly AccessSource[] }): ReactNode {
  const t = useText();
  const mayAdministrate = useMay('admin');
  const source = useSource(sources);
  const kind = useKind();
  const [version, setVersion] = useState(0);
  const [edited, setEdited] = useState<AccessUser | 'new'>();
  const path = `/access/sources/${segment(source)}/users`;
  const changed = (): void => setVersion(version + 1);
  return (
    <>
      <ServerList<AccessUser>
        id="users"
        isCards
        path={path}
        where={{ kind }}
        version={version}
        isSearchedHere
        label={t('Users')}
        searchLabel={t('Search this page of users')}
        columns={[...columnsOf(t), ...(mayAdministrate ? [actionsColumn(t, path, setEdited, changed)] : [])]}
        rowKey={({ kind, name }) => `${kind} ${name}`}
        filters={
          <>
            <SourceChoice sources={sources} />
            <KindChoice kind={kind} />
            {mayAdministrate && (
              <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEdited('new')}>
                {t('Add a user')}
              </Button>
            )}
          </>
        }
        empty={
          <Empty title={t('There are no users yet')}>
            {t('Add one; clients then log in with its name and password.')}
          </Empty>
        }
      />
      {edited !== undefined && (
        <UserDialog path={path} kind={kind} user={edited} close={() => setEdited(undefined)} changed={changed} />
      )}
    </>
  );
}

function KindChoice({ kind }: { readonly kind: UserKind }): ReactNode {
  const t = useText();
  return (
    <NativeSelect
      aria-label={t('Kind of name')}
      value={kind}
      onChange={(event) => {
        setParams({ kind: event.currentTarget.value === 'username' ? '' : event.currentTarget.value, cursor: '' });
      }}
      data={[
        { value: 'username', label: t('By user name') },
        { value: 'client_id', label: t('By client identifier') },
      ]}
    />
  );
}

function columnsOf(t: Translate): readonly Column<AccessUser>[] {
  return [
    {
      key: 'name',
      title: t('Name'),
      isWide: true,
      render: ({ name }) => <Mono text={name} />,
      text: ({ name }) => name,
    },
    {
      key: 'superuser',
      title: t('Rights'),
      render: ({ superuser }) =>
        superuser ? <Tag tone="warn">{t('superuser: may do everything')}</Tag> : <Tag>{t('by permissions')}</Tag>,
      text: ({ superuser }) => (superuser ? t('superuser: may do everything') : t('by permissions')),
    },
    {
      key: 'passwordHash',
      title: t('Password kept as'),
      isExtra: true,
      render: ({ passwordHash }) => passwordHash,
      text: ({ passwordHash }) => passwordHash,
    },
    {
      key: 'createdAt',
      title: t('Created'),
      render: ({ createdAt }) => <Time at={createdAt} />,
      text: ({ createdAt }) => createdAt ?? '',
    },
  ];
}

function actionsColumn(
  t: Translate,
  path: string,
  edit: (user: AccessUser) => void,
  changed: () => void,
): Column<AccessUser> {
  return {
    key: 'actions',
    title: '',
    render: (user) => (
      <RowActions
        name={user.name}
        change={() => edit(user)}
        removal={{
          warning: t(
            'This user can log in no more, and is disconnected where the source says so (builtin.end_connections). Its permissions stay.',
          ),
          act: () => request(`${path}/${user.kind}/${segment(user.name)}`, { method: 'DELETE' }).then(changed),
        }}
      />
    ),
  };
}

interface UserDialogProps {
  readonly path: string;
  readonly kind: UserKind;
  readonly user: AccessUser | 'new';
  readonly close: () => void;
  readonly changed: () => void;
}

function UserDialog({ path, kind: firstKind, user, close, changed }: UserDialogProps): ReactNode {
  const t = useText();
  const isNew = user === 'new';
  const [kind, setKind] = useState<UserKind>(isNew ? firstKind : user.kind);
  const [name, setName] = useState(isNew ? '' : user.name);
  const [password, setPassword] = useState('');
  const [superuser, setSuperuser] = useState(!isNew && user.superuser);
  const submit = async (): Promise<void> => {
    if (isNew) await request(path, { method: 'POST', body: { kind, name, password, superuser } });
    else {
      const body = { superuser, ...(password !== '' && { password }) };
      await request(`${path}/${user.kind}/${segment(user.name)}`, { method: 'PATCH', body });
    }
    changed();
  };
  return (
    <FormDialog
      isOpen
      title={isNew ? t('Add a user') : t('Change {name}', { name })}
      submitLabel={isNew ? t('Add') : t('Save')}
      submit={submit}
      done={isNew ? t('The user is added') : t('Saved')}
      close={close}
    >
      <NativeSelect
        label={t('Found by')}
        disabled={!isNew}
        value={kind}
        onChange={(event) => setKind(event.currentTarget.value === 'client_id' ? 'client_id' : 'username')}
        data={[
          { value: 'username', label: t('User name') },
          { value: 'client_id', label: t('Client identifier') },
        ]}
      />
      <CredentialFields
        isNew={isNew}
        name={name}
        password={password}
        changeName={setName}
        changePassword={setPassword}
      />
      <Switch
        label={t('Superuser: no permission is asked')}
        checked={superuser}
        onChange={(event) => setSuperuser(event.currentTarget.checked)}
      />
    </FormDialog>
  );
}
