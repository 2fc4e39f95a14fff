/** The login. */

import { TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { ApiError } from '../api/client.ts';
import { useSession } from '../api/session.tsx';
import { useText } from '../language/language.tsx';
import { Form } from '../parts/actions.tsx';
import { PasswordField } from '../parts/password-field.tsx';
import { Frame } from './frame.tsx';
import classes from './login.module.css';

export function LoginPage(): ReactNode {
  const t = useText();
  const { login } = useSession();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const submit = async (): Promise<void> => {
    try {
      await login(name, password);
    } catch (error) {
      setPassword('');
      if (error instanceof ApiError && error.code === 'login_failed') throw new Error(t('Wrong name or password'));
      throw error;
    }
  };
  return (
    <Frame title={t('Log in')}>
      <Form submitLabel={t('Log in')} submit={submit}>
        <TextInput
          label={t('Name')}
          autoComplete="username"
          required
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <PasswordField
          label={t('Password')}
          autoComplete="current-password"
          required
          value={password}
          change={setPassword}
        />
      </Form>
      <p className={classes['hint']}>
        {t('A new broker knows admin with the password public, from this machine only, until you choose another one.')}
      </p>
    </Frame>
  );
}
