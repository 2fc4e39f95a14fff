/** What can be done to the row of a list: copying its name, changing it, and removing it after a question. */

import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useText } from '../language/language.tsx';
import { ActionButton } from './actions.tsx';
import { Copy } from './values.tsx';

interface Removal {
  /** What will happen. */
  readonly warning: ReactNode;
  readonly act: () => Promise<unknown>;
  /** “Remove” unless given. */
  readonly label?: string;
  /** For screen readers; the label with the name unless given. */
  readonly title?: string;
  /** Said when it went well; “Removed” unless given. */
  readonly done?: string;
}

interface RowActionsProps {
  readonly name: string;
  /** What is copied; the name unless given. */
  readonly copied?: string;
  readonly change?: (() => void) | undefined;
  readonly removal?: Removal | undefined;
  /** Buttons of this list alone. */
  readonly children?: ReactNode;
}

export function RowActions({ name, copied = name, change, removal, children }: RowActionsProps): ReactNode {
  const t = useText();
  return (
    <>
      <Copy text={copied} /> {children}{' '}
      {change !== undefined && (
        <Button size="compact-sm" variant="default" aria-label={t('Change {name}', { name })} onClick={change}>
          {t('Change')}
        </Button>
      )}{' '}
      {removal !== undefined && (
        <ActionButton
          isSmall
          label={removal.label ?? t('Remove')}
          name={removal.title ?? t('Remove {name}', { name })}
          warning={removal.warning}
          act={removal.act}
          done={removal.done ?? t('Removed')}
        />
      )}
    </>
  );
}
