/** One plugin: its state and its options. */

import { Alert } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { request, segment } from '../../api/client.ts';
import { useMay } from '../../api/session.tsx';
import type { List, Plugin, PluginOption } from '../../api/types.ts';
import { useQuery } from '../../api/use-query.ts';
import { useFormat } from '../../language/format.ts';
import { useReport, useText } from '../../language/language.tsx';
import { Form, useNotices } from '../../parts/actions.tsx';
import { Card, Page } from '../../parts/page.tsx';
import { Answer, Empty } from '../../parts/states.tsx';
import { Facts, Tag } from '../../parts/values.tsx';
import { Link } from '../../router/router.tsx';
import { asText, OptionField, parsed } from './option-field.tsx';
import { PluginActions, pluginStates } from './plugin-actions.tsx';
import { isConfigured, PluginSettings } from './plugin-settings.tsx';

export function PluginPage({ name }: { readonly name: string }): ReactNode {
  const t = useText();
  const report = useReport();
  const mayAdministrate = useMay('admin');
  const plugins = useQuery<List<Plugin>>('/plugins', 5);
  const plugin = plugins.data?.items.find((one) => one.name === name);
  return (
    <Page
      title={name}
      lead={
        <>
          <Link to="/plugins">{t('All plugins')}</Link>
          {plugin?.description !== undefined && ` · ${report(plugin.description)}`}
        </>
      }
      actions={mayAdministrate && plugin !== undefined && <PluginActions plugin={plugin} changed={plugins.reload} />}
    >
      <Answer query={plugins}>
        {() =>
          plugin === undefined ? (
            <Empty title={t('There is no plugin of this name')} />
          ) : (
            <>
              <p>
                <Tag tone={pluginStates[plugin.state]?.tone ?? 'plain'}>
                  {t(pluginStates[plugin.state]?.text ?? 'failed')}
                </Tag>
              </p>
              {plugin.error !== undefined && <Alert color="red">{report(plugin.error)}</Alert>}
              {plugin.isolated === true && <Isolation plugin={plugin} />}
              {isConfigured(name) ? (
                <PluginSettings name={name} />
              ) : plugin.state === 'running' ? (
                <Options name={name} isEditable={mayAdministrate} changed={plugins.reload} />
              ) : (
                <Empty title={t('The options are shown while the plugin runs')} />
              )}
            </>
          )
        }
      </Answer>
    </Page>
  );
}

/** How its own thread does. */
function Isolation({ plugin }: { readonly plugin: Plugin }): ReactNode {
  const t = useText();
  const report = useReport();
  const format = useFormat();
  const { memoryBytes, memoryBytesMax, restarts, lastError } = plugin;
  return (
    <Facts
      rows={[
        [t('Runs'), t('in a thread of its own')],
        [t('Memory used'), `${format.bytes(memoryBytes)} / ${format.bytes(memoryBytesMax)}`],
        [t('Begun again after failures'), format.number(restarts ?? 0)],
        ...(lastError === undefined ? [] : [[t('Last failure'), report(lastError)] as const]),
      ]}
    />
  );
}

interface OptionsProps {
  readonly name: string;
  readonly isEditable: boolean;
  readonly changed: () => void;
}

function Options({ name, isEditable, changed }: OptionsProps): ReactNode {
  const t = useText();
  const { say } = useNotices();
  const path = `/plugins/${segment(name)}/options`;
  const query = useQuery<List<PluginOption>>(path);
  const hasNone = query.error?.code === 'bad_request';
  const [edited, setEdited] = useState<ReadonlyMap<string, string>>(new Map());
  const save = async (options: readonly PluginOption[]): Promise<void> => {
    const values = options
      .filter((option) => edited.has(option.name))
      .map((option) => [option.name, parsed(option, edited.get(option.name) ?? '')] as const);
    await request(path, { method: 'PUT', body: Object.fromEntries(values) });
    setEdited(new Map());
    say(t('Saved. Restart the plugin if it does not take the options at once.'));
    query.reload();
    changed();
  };
  return (
    <Card title={t('Options')}>
      {hasNone ? (
        <Empty title={t('This plugin has no options')} />
      ) : (
        <Answer query={query}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title={t('This plugin has no options')} />
            ) : (
              <Form submitLabel={t('Save')} submit={() => save(items)}>
                {items.map((option) => (
                  <OptionField
                    key={option.name}
                    option={option}
                    isEditable={isEditable}
                    value={edited.get(option.name) ?? (option.secret === true ? '' : asText(option.value))}
                    change={(value) => setEdited(new Map(edited).set(option.name, value))}
                  />
                ))}
              </Form>
            )
          }
        </Answer>
      )}
    </Card>
  );
}
