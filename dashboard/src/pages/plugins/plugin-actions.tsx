/** The states of a plugin, and starting and stopping it. */

import type { ReactNode } from 'react';
import { request, segment } from '../../api/client.ts';
import type { Plugin } from '../../api/types.ts';
import { type Text, useText } from '../../language/language.tsx';
import { ActionButton } from '../../parts/actions.tsx';
import type { Tone } from '../../parts/values.tsx';

export const pluginStates: Readonly<Record<Plugin['state'], { readonly tone: Tone; readonly text: Text }>> = {
  running: { tone: 'good', text: 'running' },
  stopped: { tone: 'plain', text: 'stopped' },
  failed: { tone: 'bad', text: 'failed' },
};

interface PluginActionsProps {
  readonly plugin: Plugin;
  readonly changed: () => void;
  /** Whether it stands in the row of a list. */
  readonly isSmall?: boolean;
}

export function PluginActions({ plugin: { name, state }, changed, isSmall = false }: PluginActionsProps): ReactNode {
  const t = useText();
  const act = (what: string) => () => request(`/plugins/${segment(name)}/${what}`, { method: 'POST' }).finally(changed);
  if (state !== 'running') {
    return (
      <ActionButton
        isSmall={isSmall}
        label={t('Start')}
        name={t('Start {name}', { name })}
        act={act('load')}
        done={t('{name} is started', { name })}
      />
    );
  }
  return (
    <>
      <ActionButton
        isSmall={isSmall}
        label={t('Restart')}
        name={t('Restart {name}', { name })}
        warning={t('The plugin is stopped and started with its options as they are now. Nobody is asked in between.')}
        isDangerous={false}
        act={act('reload')}
        done={t('{name} is started', { name })}
      />{' '}
      <ActionButton
        isSmall={isSmall}
        label={t('Stop')}
        name={t('Stop {name}', { name })}
        warning={t(
          'What this plugin does stops at once. If it decides about logins, others decide from now on, or nobody.',
        )}
        act={act('unload')}
        done={t('{name} is stopped', { name })}
      />
    </>
  );
}
