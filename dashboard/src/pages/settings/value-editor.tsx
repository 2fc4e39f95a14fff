/** A field for the value of an option, of the kind that the option is. */

import { NativeSelect, NumberInput, Switch, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Setting } from '../../api/types.ts';
import { useText } from '../../language/language.tsx';
import { PasswordField } from '../../parts/password-field.tsx';
import type { Entered } from './changes.ts';
import { quantityOf, quantityText, UNLIMITED, units } from './quantity.ts';
import classes from './settings.module.css';

interface EditorProps {
  readonly setting: Setting;
  /** What was entered; undefined for the value that the option has. */
  readonly value: Entered | undefined;
  /** What is wrong with it. */
  readonly error: string | undefined;
  /** What may be entered. */
  readonly hint: string;
  readonly change: (value: Entered) => void;
}

export function ValueEditor(props: EditorProps): ReactNode {
  const { setting, value, error, hint, change } = props;
  const t = useText();
  const { path, type } = setting;
  const shared = { 'aria-label': path, error, description: hint, size: 'sm', inputWrapperOrder } as const;
  const text = typeof value === 'string' ? value : (setting.value ?? '');
  switch (type) {
    case 'boolean': {
      const isOn = typeof value === 'boolean' ? value : setting.value === 'true';
      return (
        <Switch
          aria-label={path}
          label={isOn ? t('on') : t('off')}
          error={error}
          checked={isOn}
          onChange={(event) => change(event.currentTarget.checked)}
        />
      );
    }
    case 'integer':
      return <IntegerEditor {...props} />;
    case 'size':
    case 'duration':
      return <QuantityEditor {...props} kind={type} />;
    case 'one-of':
      return (
        <NativeSelect
          {...shared}
          description={hint === '' ? undefined : hint}
          data={[...(text === '' ? [{ value: '', label: t('not set') }] : []), ...(setting.allowed ?? [])]}
          value={text}
          onChange={(event) => change(event.currentTarget.value)}
        />
      );
    case 'list':
      return <ListEditor {...props} />;
    case 'secret':
      return (
        <PasswordField {...shared} autoComplete="off" value={typeof value === 'string' ? value : ''} change={change} />
      );
    default:
      return <TextInput {...shared} value={text} onChange={(event) => change(event.currentTarget.value)} />;
  }
}

/** What is wrong stands directly below the field. */
const inputWrapperOrder: ('label' | 'input' | 'error' | 'description')[] = ['label', 'input', 'error', 'description'];

function IntegerEditor({ setting, value, error, hint, change }: EditorProps): ReactNode {
  const { path, min, max, number } = setting;
  return (
    <NumberInput
      aria-label={path}
      size="sm"
      error={error}
      description={hint}
      inputWrapperOrder={inputWrapperOrder}
      allowDecimal={false}
      // What is out of bounds is said, not changed to something that nobody entered.
      clampBehavior="none"
      value={typeof value === 'number' || typeof value === 'string' ? value : (number ?? '')}
      {...(min !== undefined && { min })}
      {...(max !== undefined && { max })}
      onChange={change}
    />
  );
}

function QuantityEditor({
  setting,
  value,
  error,
  hint,
  change,
  kind,
}: EditorProps & { readonly kind: 'size' | 'duration' }): ReactNode {
  const t = useText();
  const { path, number, allowedText = '', value: before } = setting;
  const [quantity, setQuantity] = useState(() => quantityOf(kind, before === UNLIMITED ? undefined : number));
  const isUnlimited = (value ?? before) === UNLIMITED;
  const set = (next: typeof quantity): void => {
    setQuantity(next);
    change(quantityText(next));
  };
  const choices = units[kind].map(({ sign }) => ({ value: sign, label: sign === 'm' ? 'min' : sign }));
  if (allowedText.includes(UNLIMITED)) choices.push({ value: UNLIMITED, label: t('unlimited') });
  return (
    <div>
      <div className={classes['quantity']}>
        <NumberInput
          aria-label={path}
          size="sm"
          min={0}
          disabled={isUnlimited}
          error={error !== undefined}
          value={isUnlimited ? '' : (quantity.amount ?? '')}
          onChange={(amount) => set({ ...quantity, amount: typeof amount === 'number' ? amount : undefined })}
        />
        <NativeSelect
          aria-label={t('Unit of {path}', { path })}
          size="sm"
          data={choices}
          value={isUnlimited ? UNLIMITED : quantity.unit.sign}
          onChange={(event) => {
            const { value: sign } = event.currentTarget;
            const unit = units[kind].find((one) => one.sign === sign);
            if (unit === undefined) change(UNLIMITED);
            else set({ amount: quantity.amount, unit });
          }}
        />
      </div>
      {error !== undefined && <p className={classes['problem']}>{error}</p>}
      <p className={classes['bounds']}>{hint}</p>
    </div>
  );
}

function ListEditor({ setting, value, error, hint, change }: EditorProps): ReactNode {
  const t = useText();
  const entries = Array.isArray(value) ? (value as readonly string[]) : (setting.values ?? []);
  // Lines that are being typed may be empty; only those with something in them are entries.
  const [text, setText] = useState(entries.join('\n'));
  return (
    <Textarea
      aria-label={setting.path}
      size="sm"
      error={error}
      description={[t('One entry on each line'), hint].filter((one) => one !== '').join(' · ')}
      inputWrapperOrder={inputWrapperOrder}
      rows={Math.min(8, Math.max(2, entries.length + 1))}
      classNames={{ input: classes['code'] ?? '' }}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        change(
          event.currentTarget.value
            .split('\n')
            .map((line) => line.trim())
            .filter((line) => line !== ''),
        );
      }}
    />
  );
}
