/** Buttons that make, change and remove listeners, access sources and bridges. */

import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { Query } from '../../api/use-query.ts';
import { type Text, useText } from '../../language/language.tsx';
import { RowActions } from '../../parts/row-actions.tsx';
import { SectionDialog } from './section-dialog.tsx';
import { type Collection, removeSection, type SectionList } from './sections.ts';

interface SectionsProps {
  readonly collection: Collection;
  /** What `useSections` gave; without data there is no button. */
  readonly sections: Query<SectionList>;
  readonly changed: () => void;
}

/** @param kind the kind that is chosen at first */
export function AddSection({
  collection,
  sections,
  changed,
  label,
  kind,
}: SectionsProps & { readonly label: string; readonly kind?: string }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const { data, reload } = sections;
  if (data === undefined) return null;
  return (
    <>
      <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen(true)}>
        {label}
      </Button>
      {isOpen && (
        <SectionDialog
          collection={collection}
          section={undefined}
          kinds={data.kinds}
          firstKind={kind}
          close={() => setOpen(false)}
          changed={() => {
            reload();
            changed();
          }}
        />
      )}
    </>
  );
}

const warnings: Readonly<Record<Collection, Text>> = {
  listeners: 'Nobody can connect here any more. Who is connected stays connected.',
  access:
    'It is not asked any more. Who is connected stays connected, with the permissions that the other sources give. Users that the broker keeps for it are there again when a source of this name is added.',
  bridges: 'Messages cross no more, and what waits for this bridge is lost.',
};

/** For one row: its name, and buttons where it is a section that somebody may change. */
export function SectionActions({
  collection,
  sections,
  changed,
  name,
  children,
}: SectionsProps & { readonly name: string; readonly children?: ReactNode }): ReactNode {
  const t = useText();
  const [isOpen, setOpen] = useState(false);
  const { data, reload } = sections;
  const section = data?.items.find((one) => one.name === name);
  const done = (): void => {
    reload();
    changed();
  };
  const isLastLogin = section?.last === 'last_login_source';
  const removal = {
    warning: (
      <>
        {t(warnings[collection])}{' '}
        {isLastLogin && (
          <strong>
            {t(
              'It is the last source of logins: without it no login is checked. Unless allow_anonymous says otherwise nobody can connect until the broker is restarted, and then clients on this machine without a login.',
            )}
          </strong>
        )}
      </>
    ),
    act: () => removeSection(collection, name, isLastLogin).then(done),
  };
  const isRemovable = section !== undefined && section.last !== 'last_listener';
  return (
    <>
      <RowActions
        name={name}
        change={section === undefined ? undefined : () => setOpen(true)}
        removal={isRemovable ? removal : undefined}
      >
        {children}
      </RowActions>
      {isOpen && data !== undefined && (
        <SectionDialog
          collection={collection}
          section={section}
          kinds={data.kinds}
          close={() => setOpen(false)}
          changed={done}
        />
      )}
    </>
  );
}
