/** Language and colours, chosen in the page and kept in this browser. */

import { ActionIcon, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconLanguage, IconMoon, IconSun } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useLanguage } from '../language/language.tsx';

export function PreferenceButtons(): ReactNode {
  const { language, choose, t } = useLanguage();
  // Switching transitions off for a moment would need a style element, which the content security policy forbids.
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const other = language === 'en' ? 'zh' : 'en';
  const otherName = other === 'en' ? 'English' : '中文';
  const schemeLabel = scheme === 'dark' ? t('Light colours') : t('Dark colours');
  return (
    <>
      <Tooltip label={otherName}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={otherName}
          lang={other}
          onClick={() => choose(other)}
        >
          <IconLanguage size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={schemeLabel}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={schemeLabel}
          onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')}
        >
          {scheme === 'dark' ? <IconSun size={18} aria-hidden /> : <IconMoon size={18} aria-hidden />}
        </ActionIcon>
      </Tooltip>
    </>
  );
}
