/** Who may log in to this page. */

import { Button, NativeSelect } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { request, segment } from '../api/client.ts';
import { useSession } from '../api/session.tsx';
import type { DashboardUser, List, Role } from '../api/types.ts';
import { useQuery } from '../api/use-query.ts';
import { type Text, type Translate, useText } from '../language/language.tsx';
import { FormDialog } from '../parts/actions.tsx';
import { LocalList } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { CredentialFields } from '../parts/password-field.tsx';
import { RowActions } from '../parts/row-actions.tsx';
import { Empty } from '../parts/states.tsx';
import type { Column } from '../parts/table.tsx';
import { Mono, Tag, Time } from '../parts/values.tsx';

const roles: Readonly<Record<Role, Text>> = {
  viewer: 'viewer: sees everything but secrets',
  operator: 'operator: may also disconnect, ban and publish',
  admin: 'admin: may do everything',
};

export default function LoginsPage(): ReactNode {
  const t = useText();
  const { state } = useSession();
  const query = useQuery<List<DashboardUser>>('/dashboard-users', 10);
  const [edited, setEdited] = useState<DashboardUser | 'new'>();
  const own = state.kind === 'user' ? state.session.user.name : '';
  const actions: Column<DashboardUser> = {
    key: 'actions',
    title: '',
    render: (user) => (
      <RowActions
        name={user.name}
        change={() => setEdited(user)}
        removal={
          user.name === own
            ? undefined
            : {
                warning: t('This login ends now and cannot be used any more.'),
                act: () => request(`/dashboard-users/${segment(user.name)}`, { method: 'DELETE' }).then(query.reload),
              }
        }
      />
    ),
  };
  return (
    <Page
      title={t('Logins')}
      lead={t('Who may log in to this page. Clients of the broker have users of their own, under Access.')}
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEdited('new')}>
          {t('Add a login')}
        </Button>
      }
    >
      <LocalList
        id="logins"
        isCards
        label={t('Logins')}
        searchLabel={t('Search logins')}
        query={query}
        columns={[...columnsOf(t), actions]}
        rowKey={({ name }) => name}
        empty={<Empty title={t('There are no logins')} />}
      />
      {edited !== undefined && <LoginDialog user={edited} close={() => setEdited(undefined)} changed={query.reload} />}
    </Page>
  );
}

function columnsOf(t: Translate): readonly Column<DashboardUser>[] {
  return [
    {
      key: 'name',
      title: t('Name'),
      render: ({ name }) => <Mono text={name} />,
      text: ({ name }) => name,
    },
    {
      key: 'role',
      title: t('Role'),
      isText: true,
      render: ({ role }) => t(roles[role]),
      text: ({ role }) => t(roles[role]),
    },
    {
      key: 'password',
      title: t('Password'),
      render: ({ mustChangePassword }) =>
        mustChangePassword ? <Tag tone="warn">{t('the default one')}</Tag> : <Tag>{t('own')}</Tag>,
      text: ({ mustChangePassword }) => (mustChangePassword ? t('the default one') : t('own')),
    },
    {
      key: 'createdAt',
      title: t('Created'),
      render: ({ createdAt }) => <Time at={createdAt} />,
      text: ({ createdAt }) => createdAt,
    },
  ];
}

interface LoginDialogProps {
  readonly user: DashboardUser | 'new';
  readonly close: () => void;
  readonly changed: () => void;
}

function LoginDialog({ user, close, changed }: LoginDialogProps): ReactNode {
  const t = useText();
  const isNew = user === 'new';
  const [name, setName] = useState(isNew ? '' : user.name);
  const [password, setPassword] = useState('');
  const [role, setRole] = useState<string>(isNew ? 'viewer' : user.role);
  const submit = async (): Promise<void> => {
    if (isNew) await request('/dashboard-users', { method: 'POST', body: { name, password, role } });
    else {
      const body = { role, ...(password !== '' && { password }) };
      await request(`/dashboard-users/${segment(user.name)}`, { method: 'PATCH', body });
    }
    changed();
  };
  return (
    <FormDialog
      isOpen
      title={isNew ? t('Add a login') : t('Change {name}', { name })}
      submitLabel={isNew ? t('Add') : t('Save')}
      submit={submit}
      done={isNew ? t('The login is added') : t('Saved; sessions of this login have ended')}
      close={close}
    >
      <CredentialFields
        isNew={isNew}
        name={name}
        password={password}
        changeName={setName}
        changePassword={setPassword}
      />
      <NativeSelect
        label={t('Role')}
        value={role}
        onChange={(event) => setRole(event.currentTarget.value)}
        data={Object.entries(roles).map(([value, label]) => ({ value, label: t(label) }))}
      />
    </FormDialog>
  );
}
