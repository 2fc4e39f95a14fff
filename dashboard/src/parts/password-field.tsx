/** Fields for a password, and for the name and password of somebody who may log in. */

import { PasswordInput, type PasswordInputProps, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useText } from '../language/language.tsx';

interface PasswordFieldProps extends Omit<PasswordInputProps, 'onChange' | 'visibilityToggleButtonProps'> {
  readonly change: (value: string) => void;
}

/** The button that shows what was typed has a name and can be reached with the keyboard. */
export function PasswordField({ change, ...rest }: PasswordFieldProps): ReactNode {
  const t = useText();
  return (
    <PasswordInput
      {...rest}
      onChange={(event) => change(event.currentTarget.value)}
      visibilityToggleButtonProps={{ 'aria-label': t('Show the password'), 'aria-hidden': false, tabIndex: 0 }}
    />
  );
}

interface CredentialFieldsProps {
  /** Whether somebody is added, who has no name and password yet. */
  readonly isNew: boolean;
  readonly name: string;
  readonly password: string;
  readonly changeName: (name: string) => void;
  readonly changePassword: (password: string) => void;
}

/** A name, which stays once it is there, and a password, which stays where nothing is entered. */
export function CredentialFields(props: CredentialFieldsProps): ReactNode {
  const { isNew, name, password, changeName, changePassword } = props;
  const t = useText();
  return (
    <>
      <TextInput
        label={t('Name')}
        required
        disabled={!isNew}
        autoComplete="off"
        value={name}
        onChange={(event) => changeName(event.currentTarget.value)}
      />
      <PasswordField
        label={isNew ? t('Password') : t('New password (empty: it stays)')}
        required={isNew}
        autoComplete="new-password"
        value={password}
        change={changePassword}
      />
    </>
  );
}
