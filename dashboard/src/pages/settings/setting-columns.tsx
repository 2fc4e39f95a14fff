/** The columns of the list of options: what an option decides, its value with a field for another one, and where it comes from. */

import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Setting } from '../../api/types.ts';
import { NOTHING } from '../../language/format.ts';
import { type Translate, useText } from '../../language/language.tsx';
import type { Column } from '../../parts/table.tsx';
import { Copy, Mono, Tag } from '../../parts/values.tsx';
import { type Changes, enteredText, useChange } from './changes.ts';
import type { SettingTexts } from './setting-texts.ts';
import classes from './settings.module.css';
import { ValueEditor } from './value-editor.tsx';

const SHORT_CHARACTERS = 16;

interface ColumnParts {
  readonly t: Translate;
  readonly texts: SettingTexts;
  readonly changes: Changes;
  readonly mayChange: boolean;
}

export function settingColumns(parts: ColumnParts): readonly Column<Setting>[] {
  const { t, texts } = parts;
  const effect = ({ reloadable }: Setting): string => (reloadable ? t('at once') : t('after a restart'));
  return [
    {
      key: 'path',
      title: t('Option'),
      sortBy: 'path',
      render: (setting) => (
        <div className={classes['option']}>
          <span>
            <Mono text={setting.path} /> <Copy text={setting.path} />
          </span>
          <span className={classes['sentence']}>{texts.sentence(setting)}</span>
        </div>
      ),
      text: (setting) => `${setting.path} ${texts.sentence(setting)}`,
    },
    {
      key: 'value',
      title: t('Value'),
      render: (setting) => <ValueCell setting={setting} {...parts} />,
      text: ({ value, secret }) => (secret ? '' : (value ?? '')),
    },
    {
      key: 'default',
      title: t('Default'),
      render: (setting) =>
        setting.default === undefined || setting.default === '' ? (
          <span className={classes['unset']} title={texts.unset(setting)}>
            {setting.default === '' ? t('empty') : NOTHING}
          </span>
        ) : (
          <span className={valueClass(setting.default)}>{setting.default}</span>
        ),
      text: (setting) => setting.default ?? '',
    },
    {
      key: 'origin',
      title: t('Comes from'),
      render: (setting) => <span title={setting.origin}>{texts.origin(setting)}</span>,
      text: (setting) => texts.origin(setting),
    },
    { key: 'reloadable', title: t('Takes effect'), render: effect, text: effect },
    {
      key: 'type',
      title: t('Kind of value'),
      isExtra: true,
      render: ({ type, allowed }) => (allowed === undefined ? type : allowed.join(', ')),
      text: ({ type }) => type,
    },
  ];
}

function ValueCell({ setting, ...parts }: ColumnParts & { readonly setting: Setting }): ReactNode {
  const { changes, texts, mayChange } = parts;
  const t = useText();
  const { path } = setting;
  const change = useChange(changes, path);
  const isEditable = mayChange && setting.editable === true;
  if (change !== undefined && change.value !== null) {
    const { problem, value } = change;
    return (
      <div className={classes['editor']}>
        <ValueEditor
          setting={setting}
          value={value}
          error={problem === undefined ? undefined : texts.problem(problem, setting)}
          hint={texts.allowed(setting)}
          change={(next) => changes.set(path, next)}
        />
        <LeaveIt path={path} changes={changes} />
      </div>
    );
  }
  return (
    <div className={classes['current']}>
      <span>
        <CurrentValue setting={setting} texts={texts} />
        {change?.value === null && (
          <p className={classes['hint']}>{t('goes back to {value}', { value: enteredText(null, t) })}</p>
        )}
      </span>
      {mayChange && setting.editable === false && <span className={classes['hint']}>{texts.fixed(setting)}</span>}
      {isEditable && change === undefined && (
        <span className={classes['buttons']}>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={t('Change {name}', { name: path })}
            onClick={() => changes.set(path, undefined)}
          >
            {t('Change')}
          </Button>
          {setting.changed === true && (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={t('Reset {path}', { path })}
              onClick={() => changes.set(path, null)}
            >
              {t('Reset')}
            </Button>
          )}
        </span>
      )}
      {change?.value === null && <LeaveIt path={path} changes={changes} />}
    </div>
  );
}

/** Takes back what was entered, or the wish for the default. */
function LeaveIt({ path, changes }: { readonly path: string; readonly changes: Changes }): ReactNode {
  const t = useText();
  return (
    <Button
      size="compact-xs"
      variant="default"
      aria-label={t('Leave it: {path}', { path })}
      onClick={() => changes.drop(path)}
    >
      {t('Leave it')}
    </Button>
  );
}

/** Only what is long may break anywhere. */
function valueClass(text: string): string {
  return `${classes['value']} ${text.length <= SHORT_CHARACTERS ? classes['short'] : ''}`;
}

function CurrentValue({ setting, texts }: { readonly setting: Setting; readonly texts: SettingTexts }): ReactNode {
  const t = useText();
  const { value, secret, isDefault, pending, type } = setting;
  if (secret) return <Tag>{value === undefined ? t('not set') : t('set, and not shown')}</Tag>;
  const isList = type === 'list';
  return (
    <>
      {value === undefined || value === '' ? (
        <span className={classes['unset']}>
          {value === '' ? (isList ? t('an empty list') : t('empty')) : (texts.unset(setting) ?? t('not set'))}
        </span>
      ) : (
        <span className={`${valueClass(value)} ${isDefault ? '' : classes['changed']}`}>{value}</span>
      )}
      {pending !== undefined && (
        <p className={classes['hint']}>
          <Tag tone="warn">{t('after a restart')}</Tag> {pending ?? texts.unset(setting) ?? t('not set')}
        </p>
      )}
    </>
  );
}
