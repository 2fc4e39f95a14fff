/** Checking the text of a configuration before it is used. */

import { Alert, Button, Modal, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { request } from '../../api/client.ts';
import { useText } from '../../language/language.tsx';
import { Form } from '../../parts/actions.tsx';
import classes from './settings.module.css';

export function CheckConfiguration(): ReactNode {
  const t = useText();
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState('');
  const [result, setResult] = useState<{ readonly ok: boolean; readonly problems: readonly string[] }>();
  const check = async (): Promise<void> => {
    setResult(undefined);
    setResult(await request('/settings/validate', { method: 'POST', body: { text } }));
  };
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t('Check a configuration')}
      </Button>
      <Modal
        opened={isOpen}
        onClose={() => setOpen(false)}
        size="lg"
        title={t('Check a configuration')}
        closeButtonProps={{ 'aria-label': t('Close') }}
      >
        <Form submitLabel={t('Check')} submit={check}>
          <Textarea
            label={t('Text of hoopoe.yaml; nothing is changed')}
            required
            rows={14}
            classNames={{ input: classes['code'] ?? '' }}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          {result?.ok === true && (
            <Alert color="green" role="status">
              {t('There is no mistake in it')}
            </Alert>
          )}
          {result?.ok === false && (
            <Alert color="red" role="alert">
              <ul className={classes['problems']}>
                {result.problems.map((problem) => (
                  <li key={problem}>{problem}</li>
                ))}
              </ul>
            </Alert>
          )}
        </Form>
      </Modal>
    </>
  );
}
