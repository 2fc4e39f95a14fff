/** Buttons that have a source asked earlier or later than the one beside it. */

import { ActionIcon } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { request } from '../../api/client.ts';
import type { AccessSource } from '../../api/types.ts';
import { useText } from '../../language/language.tsx';
import { useNotices } from '../../parts/actions.tsx';

interface SourceOrderProps {
  readonly name: string;
  /** All sources, in the order in which they are asked. */
  readonly sources: readonly AccessSource[];
  readonly changed: () => void;
}

/** Nothing for a source that has its place from a plugin, or that is alone. */
export function SourceOrder({ name, sources, changed }: SourceOrderProps): ReactNode {
  const t = useText();
  const { say, complain } = useNotices();
  const [isBusy, setBusy] = useState(false);
  const names = sources.filter(({ movable }) => movable === true).map((source) => source.name);
  const at = names.indexOf(name);
  if (at < 0 || names.length < 2) return null;
  const move = async (to: number): Promise<void> => {
    setBusy(true);
    const next = names.filter((one) => one !== name);
    next.splice(to, 0, name);
    try {
      await request('/access/order', { method: 'PUT', body: { names: next } });
      changed();
      say(t('{name} is asked in place {place}', { name, place: to + 1 }));
    } catch (error) {
      complain(error);
    }
    setBusy(false);
  };
  const shared = { variant: 'default', size: 'md' } as const;
  return (
    <>
      <ActionIcon
        {...shared}
        aria-label={t('Ask {name} earlier', { name })}
        disabled={at === 0 || isBusy}
        onClick={() => void move(at - 1)}
      >
        <IconArrowUp size={16} aria-hidden />
      </ActionIcon>{' '}
      <ActionIcon
        {...shared}
        aria-label={t('Ask {name} later', { name })}
        disabled={at === names.length - 1 || isBusy}
        onClick={() => void move(at + 1)}
      >
        <IconArrowDown size={16} aria-hidden />
      </ActionIcon>
    </>
  );
}
