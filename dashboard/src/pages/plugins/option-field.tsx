/** A field for an option, of the kind that the option is. */

import { NativeSelect, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { PluginOption } from '../../api/types.ts';
import { useText } from '../../language/language.tsx';
import { PasswordField } from '../../parts/password-field.tsx';

/** A value as it is shown in a field. */
export function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What was entered, as the option's kind of value. What cannot be read is sent as text, and the broker says what is wrong. */
export function parsed({ value, default: byDefault, type = '' }: PluginOption, text: string): unknown {
  const example = value ?? byDefault;
  if (text === '') return null;
  const isPlainText =
    typeof example === 'string' || (example === undefined && !/^(number|int|bool|list|size|duration)/.test(type));
  if (isPlainText) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

interface OptionFieldProps {
  readonly option: PluginOption;
  readonly value: string;
  readonly isEditable: boolean;
  readonly change: (value: string) => void;
}

export function OptionField({ option, value, isEditable, change }: OptionFieldProps): ReactNode {
  const t = useText();
  const { name, sentence, allowed, secret = false } = option;
  const byDefault = asText(option.default);
  const description = `${sentence ?? ''}${byDefault === '' ? '' : ` ${t('Default: {value}', { value: byDefault })}`}`;
  const choices = allowed ?? (typeof (option.value ?? option.default) === 'boolean' ? ['true', 'false'] : undefined);
  const shared = { label: name, description, disabled: !isEditable };
  if (secret) {
    return (
      <PasswordField
        {...shared}
        autoComplete="off"
        placeholder={t('Set, and not shown; empty: it stays')}
        value={value}
        change={change}
      />
    );
  }
  if (choices !== undefined) {
    return (
      <NativeSelect
        {...shared}
        data={value === '' ? ['', ...choices] : [...choices]}
        value={value}
        onChange={(event) => change(event.currentTarget.value)}
      />
    );
  }
  return <TextInput {...shared} value={value} onChange={(event) => change(event.currentTarget.value)} />;
}
