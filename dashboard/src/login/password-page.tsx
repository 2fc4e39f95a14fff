/** The change of the default password, before anything else can be done. */

import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useSession } from '../api/session.tsx';
import { useText } from '../language/language.tsx';
import { Frame } from './frame.tsx';
import classes from './login.module.css';
import { PasswordForm } from './password-form.tsx';

export function PasswordPage(): ReactNode {
  const t = useText();
  const { logout } = useSession();
  return (
    <Frame title={t('Choose a password')}>
      <p className={classes['hint']}>
        {t('The default password is known to everybody. Choose your own before you go on.')}
      </p>
      <PasswordForm />
      <Button variant="subtle" color="gray" size="compact-sm" onClick={() => void logout()}>
        {t('Log out')}
      </Button>
    </Frame>
  );
}
