/** The options of a section as the fields of a form: the main ones first, all others behind a line that opens them. */

import type { ReactNode } from 'react';
import type { Problem } from '../../api/client.ts';
import type { Setting } from '../../api/types.ts';
import { useText } from '../../language/language.tsx';
import { Mono } from '../../parts/values.tsx';
import type { Entered } from '../settings/changes.ts';
import type { SettingTexts } from '../settings/setting-texts.ts';
import { ValueEditor } from '../settings/value-editor.tsx';
import classes from './sections.module.css';

interface SectionFieldsProps {
  readonly settings: readonly Setting[];
  readonly main: readonly string[];
  readonly values: ReadonlyMap<string, Entered>;
  readonly problems: ReadonlyMap<string, Problem>;
  readonly texts: SettingTexts;
  readonly change: (path: string, value: Entered) => void;
}

export function SectionFields({ settings, main, ...rest }: SectionFieldsProps): ReactNode {
  const t = useText();
  const editable = settings.filter((setting) => setting.editable === true);
  const first = main.flatMap((path) => editable.filter((one) => one.path === path));
  const others = editable.filter(({ path }) => !main.includes(path));
  const files = settings.filter(({ fixed }) => fixed === 'path').map(({ path }) => path);
  return (
    <>
      {first.map((setting) => (
        <SectionField key={setting.path} setting={setting} {...rest} />
      ))}
      {others.length > 0 && (
        <details className={classes['others']} open={others.some(({ path }) => rest.problems.has(path)) || undefined}>
          <summary>{t('More options ({count})', { count: others.length })}</summary>
          <div className={classes['fields']}>
            {others.map((setting) => (
              <SectionField key={setting.path} setting={setting} {...rest} />
            ))}
          </div>
        </details>
      )}
      {files.length > 0 && (
        <p className={classes['hint']}>
          {t('Options that name files of the machine are said in the configuration file alone: {names}', {
            names: files.join(', '),
          })}
        </p>
      )}
    </>
  );
}

type FieldProps = Omit<SectionFieldsProps, 'settings' | 'main'> & { readonly setting: Setting };

function SectionField({ setting, values, problems, texts, change }: FieldProps): ReactNode {
  const t = useText();
  const { path, secret } = setting;
  const problem = problems.get(path);
  const unset = texts.unset(setting);
  const hints = [
    texts.allowed(setting),
    setting.value === undefined && unset !== undefined && t('Without it: {meaning}', { meaning: unset }),
    secret && setting.value !== undefined && t('Set, and not shown; empty: it stays'),
  ];
  return (
    <div className={classes['field']}>
      <span className={classes['name']}>
        <Mono text={path} />
      </span>
      <p className={classes['sentence']}>{texts.sentence(setting)}</p>
      <ValueEditor
        setting={secret ? withoutValue(setting) : setting}
        value={values.get(path)}
        error={problem === undefined ? undefined : texts.problem(problem, setting)}
        hint={hints.filter((one) => typeof one === 'string' && one !== '').join(' · ')}
        change={(value) => change(path, value)}
      />
    </div>
  );
}

/** What stands for a secret is none. */
function withoutValue({ value: _hidden, ...rest }: Setting): Setting {
  return rest;
}
