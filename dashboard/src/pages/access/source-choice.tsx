/** Which of the sources that keep users is looked at, and which kind of name; both stand in the address. */

import { NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import type { AccessSource } from '../../api/types.ts';
import { useText } from '../../language/language.tsx';
import { setParams, useParam } from '../../router/router.tsx';

/** The name of the source that is chosen; the first one unless another is. */
export function useSource(sources: readonly AccessSource[]): string {
  const [chosen] = useParam('source');
  return sources.some(({ name }) => name === chosen) ? chosen : (sources[0]?.name ?? '');
}

export function SourceChoice({ sources }: { readonly sources: readonly AccessSource[] }): ReactNode {
  const t = useText();
  const source = useSource(sources);
  if (sources.length < 2) return null;
  return (
    <NativeSelect
      aria-label={t('Source')}
      data={sources.map(({ name }) => name)}
      value={source}
      onChange={(event) => setParams({ source: event.currentTarget.value, cursor: '' })}
    />
  );
}
