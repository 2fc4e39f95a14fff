/** Every option with its sentence, its value, its default and where the value comes from; checking and reloading. */

import { Alert, Button, Modal, NativeSelect, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { request } from '../api/client.ts';
import { useMay } from '../api/session.tsx';
import type { List, Setting } from '../api/types.ts';
import { type Query, useQuery } from '../api/use-query.ts';
import { type Translate, useText } from '../language/language.tsx';
import { ActionButton, Form, useNotices } from '../parts/actions.tsx';
import { LocalList } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { Empty } from '../parts/states.tsx';
import type { Column } from '../parts/table.tsx';
import { Copy, Mono, Tag } from '../parts/values.tsx';
import { setParams, useParam } from '../router/router.tsx';
import classes from './settings.module.css';

interface ReloadOutcome {
  readonly applied: readonly string[];
  readonly needRestart: readonly string[];
}

export default function SettingsPage(): ReactNode {
  const t = useText();
  const { say } = useNotices();
  const mayAdministrate = useMay('admin');
  const [shown] = useParam('shown');
  const query = useQuery<List<Setting>>('/settings');
  const items = query.data?.items.filter(({ isDefault }) => shown !== 'changed' || !isDefault);
  const narrowed: Query<List<Setting>> = { ...query, data: items === undefined ? undefined : { items } };
  const reload = async (): Promise<void> => {
    const { applied, needRestart } = await request<ReloadOutcome>('/reload', { method: 'POST' });
    query.reload();
    const nothing = t('nothing');
    say(
      t('Taken over: {applied}. Need a restart: {needRestart}.', {
        applied: applied.join(', ') || nothing,
        needRestart: needRestart.join(', ') || nothing,
      }),
    );
  };
  return (
    <Page
      title={t('Settings')}
      lead={t('All options of this broker. They are changed in hoopoe.yaml, by environment variables or flags.')}
      actions={
        mayAdministrate && (
          <>
            <CheckConfiguration />
            <ActionButton
              label={t('Read the configuration again')}
              warning={t(
                'The configuration and the files it names are read again. What cannot change while the broker runs is named.',
              )}
              isDangerous={false}
              act={reload}
            />
          </>
        )
      }
    >
      <LocalList
        id="settings"
        label={t('Settings')}
        searchLabel={t('Search options and their sentences')}
        query={narrowed}
        columns={columnsOf(t)}
        rowKey={({ path }) => path}
        filters={
          <NativeSelect
            aria-label={t('Shown')}
            value={shown}
            onChange={(event) => setParams({ shown: event.currentTarget.value })}
            data={[
              { value: '', label: t('All options') },
              { value: 'changed', label: t('Those that differ from the default') },
            ]}
          />
        }
        empty={<Empty title={t('No option is like this')} />}
      />
    </Page>
  );
}

function valueText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function columnsOf(t: Translate): readonly Column<Setting>[] {
  return [
    {
      key: 'path',
      title: t('Option'),
      sortBy: 'path',
      render: ({ path, sentence }) => (
        <div className={classes['option']}>
          <span>
            <Mono text={path} /> <Copy text={path} />
          </span>
          <span className={classes['sentence']}>{sentence}</span>
        </div>
      ),
      text: ({ path, sentence }) => `${path} ${sentence}`,
    },
    {
      key: 'value',
      title: t('Value'),
      render: ({ value, secret, isDefault, unset }) =>
        secret ? (
          <Tag>{t('secret')}</Tag>
        ) : (
          <span className={isDefault ? '' : classes['changed']}>
            {valueText(value) === '' ? (
              <i className={classes['unset']} title={unset}>
                {unset ?? t('not set')}
              </i>
            ) : (
              <Mono text={valueText(value)} />
            )}
          </span>
        ),
      text: ({ value, secret }) => (secret ? '' : valueText(value)),
    },
    {
      key: 'default',
      title: t('Default'),
      render: ({ default: byDefault }) => <Mono text={valueText(byDefault)} />,
      text: ({ default: byDefault }) => valueText(byDefault),
    },
    {
      key: 'origin',
      title: t('Comes from'),
      render: ({ origin }) => <span title={origin}>{origin}</span>,
      text: ({ origin }) => origin,
    },
    {
      key: 'reloadable',
      title: t('Takes effect'),
      render: ({ reloadable }) => (reloadable ? t('when read again') : t('after a restart')),
      text: ({ reloadable }) => (reloadable ? t('when read again') : t('after a restart')),
    },
    {
      key: 'type',
      title: t('Kind of value'),
      isExtra: true,
      render: ({ type, allowed }) => (allowed === undefined ? type : allowed.join(', ')),
      text: ({ type }) => type,
    },
  ];
}

function CheckConfiguration(): ReactNode {
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
            classNames={{ input: classes['yaml'] ?? '' }}
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
