/** Changing one's own password. */

import { PasswordInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useSession } from '../api/session.tsx';
import { useText } from '../language/language.tsx';
import { Form } from '../parts/actions.tsx';

export function PasswordForm({ changed }: { readonly changed?: () => void }): ReactNode {
  const t = useText();
  const { changePassword } = useSession();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const toggle = { 'aria-label': t('Show the password'), 'aria-hidden': false, tabIndex: 0 };
  const submit = async (): Promise<void> => {
    if (next !== again) throw new Error(t('The two new passwords differ. Enter the same one twice.'));
    await changePassword(current, next);
    changed?.();
  };
  return (
    <Form submitLabel={t('Change the password')} submit={submit}>
      <PasswordInput
        label={t('Current password')}
        autoComplete="current-password"
        required
        value={current}
        onChange={(event) => setCurrent(event.currentTarget.value)}
        visibilityToggleButtonProps={toggle}
      />
      <PasswordInput
        label={t('New password')}
        autoComplete="new-password"
        required
        value={next}
        onChange={(event) => setNext(event.currentTarget.value)}
        visibilityToggleButtonProps={toggle}
      />
      <PasswordInput
        label={t('New password once more')}
        autoComplete="new-password"
        required
        value={again}
        onChange={(event) => setAgain(event.currentTarget.value)}
        visibilityToggleButtonProps={toggle}
      />
    </Form>
  );
}
