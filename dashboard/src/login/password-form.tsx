/** Changing one's own password. */

import { type ReactNode, useState } from 'react';
import { useSession } from '../api/session.tsx';
import { useText } from '../language/language.tsx';
import { Form } from '../parts/actions.tsx';
import { PasswordField } from '../parts/password-field.tsx';

interface PasswordFormProps {
  readonly changed?: () => void;
  /** Where it may be left as it is. */
  readonly cancel?: () => void;
}

export function PasswordForm({ changed, cancel }: PasswordFormProps): ReactNode {
  const t = useText();
  const { changePassword } = useSession();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const submit = async (): Promise<void> => {
    if (next !== again) throw new Error(t('The two new passwords differ. Enter the same one twice.'));
    await changePassword(current, next);
    changed?.();
  };
  return (
    <Form submitLabel={t('Change the password')} submit={submit} {...(cancel !== undefined && { cancel })}>
      <PasswordField
        label={t('Current password')}
        autoComplete="current-password"
        required
        value={current}
        change={setCurrent}
      />
      <PasswordField label={t('New password')} autoComplete="new-password" required value={next} change={setNext} />
      <PasswordField
        label={t('New password once more')}
        autoComplete="new-password"
        required
        value={again}
        change={setAgain}
      />
    </Form>
  );
}
