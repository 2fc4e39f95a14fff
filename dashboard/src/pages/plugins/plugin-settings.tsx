/** Options of the configuration that decide what a plugin of EMQX's name does here, and changing them. */

import type { ReactNode } from 'react';
import type { Setting, SettingList } from '../../api/types.ts';
import { useQuery } from '../../api/use-query.ts';
import { useText } from '../../language/language.tsx';
import { Card } from '../../parts/page.tsx';
import { Answer, Empty } from '../../parts/states.tsx';
import { AddSection } from '../sections/section-actions.tsx';
import { type Collection, useSections } from '../sections/sections.ts';
import { SettingsEditor } from '../settings/settings-editor.tsx';

/** What a plugin is configured with. */
interface Configured {
  /** A kind of access source: its options stand in sections of it. */
  readonly kind?: string;
  /** How the paths of its options begin. */
  readonly prefixes?: readonly string[];
  /** What can be added where the configuration has no section of it. */
  readonly adds?: Collection;
}

function sourceOf(kind: string): Configured {
  return { kind, adds: 'access' };
}

const configured: ReadonlyMap<string, Configured> = new Map([
  ['emqx_auth_mnesia', sourceOf('builtin')],
  ['emqx_auth_pgsql', sourceOf('postgresql')],
  ['emqx_auth_mysql', sourceOf('mysql')],
  ['emqx_auth_redis', sourceOf('redis')],
  ['emqx_auth_http', sourceOf('http')],
  ['emqx_auth_jwt', sourceOf('jwt')],
  ['emqx_mod_acl_internal', sourceOf('acl_conf')],
  [
    'emqx_bridge_mqtt',
    {
      prefixes: ['bridges.'],
      adds: 'bridges',
    },
  ],
  ['emqx_retainer', { prefixes: ['limits.retained_', 'mqtt.retain_available'] }],
  ['emqx_dashboard', { prefixes: ['management.'] }],
  ['emqx_management', { prefixes: ['management.'] }],
  ['emqx_prometheus', { prefixes: ['metrics.', 'management.metrics_public'] }],
  ['emqx_psk_file', { prefixes: ['listeners.'] }],
  ['emqx_modules', { prefixes: ['modules.', 'presence.'] }],
  ['emqx_mod_presence', { prefixes: ['presence.'] }],
  ['webhook', { prefixes: ['webhook.'] }],
  ['delayed', { prefixes: ['modules.delayed.'] }],
  ['rewrite', { prefixes: ['modules.rewrite.'] }],
  ['auto_subscribe', { prefixes: ['modules.auto_subscribe.'] }],
  ['topic_metrics', { prefixes: ['modules.topic_metrics.'] }],
]);

/** Those that decide what the plugin does; undefined where it has none of its own. */
function ofPlugin(name: string, items: readonly Setting[]): readonly Setting[] {
  const { kind, prefixes = [] } = configured.get(name) ?? {};
  const sections = new Set(
    items
      .filter(({ path }) => path.startsWith('access.') && path.split('.')[2] === kind)
      .map(({ path }) => path.split('.')[1]),
  );
  return items.filter(({ path }) => {
    if (name === 'emqx_psk_file' && !path.includes('.psk_')) return false;
    if (prefixes.some((prefix) => path.startsWith(prefix))) return true;
    return path.startsWith('access.') && sections.has(path.split('.')[1]);
  });
}

/** Whether the options of this plugin are those of the configuration. */
export function isConfigured(name: string): boolean {
  return configured.has(name);
}

export function PluginSettings({ name }: { readonly name: string }): ReactNode {
  const t = useText();
  const query = useQuery<SettingList>('/settings');
  const { adds, kind } = configured.get(name) ?? {};
  const sections = useSections(adds ?? 'access');
  return (
    <Answer query={query}>
      {({ items }) => {
        const found = ofPlugin(name, items);
        if (found.length > 0) return <SettingsEditor query={query} items={found} />;
        return (
          <Card title={t('Options')}>
            <Empty title={t('The configuration has no section of this')}>
              {t('It runs with the defaults. To choose others, add a section; its options can then be changed here.')}
            </Empty>
            {adds !== undefined && (
              <AddSection
                collection={adds}
                sections={sections}
                label={adds === 'bridges' ? t('Add a bridge') : t('Add a source')}
                changed={query.reload}
                {...(kind !== undefined && { kind })}
              />
            )}
          </Card>
        );
      }}
    </Answer>
  );
}
