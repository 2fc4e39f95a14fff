/** What was entered, at the foot of the page: how many changes there are, looking through them, saving all of them at once. */

import { Alert, Button, Modal } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { ApiError, type Problem, request } from '../../api/client.ts';
import type { Setting, SettingResult } from '../../api/types.ts';
import { type Text, useText } from '../../language/language.tsx';
import { useMessageOf, useNotices } from '../../parts/actions.tsx';
import { Mono, Tag, type Tone } from '../../parts/values.tsx';
import { type Changes, type Entered, entered, enteredText, useChanges } from './changes.ts';
import type { SettingTexts } from './setting-texts.ts';
import classes from './settings.module.css';

const CHECK_DELAY_MS = 300;

interface Checked {
  readonly results?: readonly SettingResult[];
  readonly refused?: readonly Problem[];
}

function bodyOf(values: ReadonlyMap<string, Entered>): Record<string, Entered> {
  return Object.fromEntries(values);
}

/** Asks the broker about what was entered a moment after the last key, and puts what is wrong beside the fields. */
function useCheck(changes: Changes): Checked {
  const all = useChanges(changes);
  const [checked, setChecked] = useState<Checked>({});
  // A new answer changes what is entered, but not what was entered: the texts tell the two apart.
  const question = JSON.stringify(bodyOf(entered(all)));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the question stands for what was entered
  useEffect(() => {
    const values = entered(changes.all);
    if (values.size === 0) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      request<Checked>('/settings/validate', {
        method: 'POST',
        body: { changes: bodyOf(values) },
        signal: abort.signal,
      }).then(
        (answer) => {
          setChecked(answer);
          changes.complain(answer.refused ?? [], values);
        },
        // Saving says what is wrong; a check that fails says nothing.
        () => {},
      );
    }, CHECK_DELAY_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [question, changes]);
  return checked;
}

interface ChangesBarProps {
  readonly changes: Changes;
  readonly settings: readonly Setting[];
  readonly texts: SettingTexts;
  readonly saved: () => void;
}

export function ChangesBar({ changes, settings, texts, saved }: ChangesBarProps): ReactNode {
  const t = useText();
  const all = useChanges(changes);
  const checked = useCheck(changes);
  const [isReviewing, setReviewing] = useState(false);
  const values = entered(all);
  const isWrong = [...all.values()].some(({ problem }) => problem !== undefined);
  const hasAny = values.size > 0;
  useEffect(() => {
    if (!hasAny) return;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [hasAny]);
  if (!hasAny) return null;
  return (
    <section className={classes['bar']} aria-label={t('Changes')}>
      <span role="status">
        {values.size === 1
          ? t('One change is not saved yet')
          : t('{count} changes are not saved yet', { count: values.size })}
        {isWrong && <span className={classes['problem']}> {t('Something does not fit; see the fields.')}</span>}
      </span>
      <span className={classes['buttons']}>
        <Button variant="default" onClick={() => changes.clear()}>
          {t('Discard')}
        </Button>
        <Button onClick={() => setReviewing(true)}>{t('Review and save')}</Button>
      </span>
      {isReviewing && (
        <Review
          changes={changes}
          values={values}
          checked={checked}
          settings={settings}
          texts={texts}
          close={() => setReviewing(false)}
          saved={saved}
        />
      )}
    </section>
  );
}

const outcomes: Readonly<Record<SettingResult['outcome'], { readonly tone: Tone; readonly text: Text }>> = {
  applied: { tone: 'good', text: 'applies at once' },
  needs_restart: { tone: 'warn', text: 'needs a restart' },
  unchanged: { tone: 'plain', text: 'as it is already' },
};

interface ReviewProps extends ChangesBarProps {
  readonly values: ReadonlyMap<string, Entered>;
  readonly checked: Checked;
  readonly close: () => void;
}

function Review({ changes, values, checked, settings, texts, close, saved }: ReviewProps): ReactNode {
  const t = useText();
  const messageOf = useMessageOf();
  const { say } = useNotices();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const byPath = new Map(settings.map((setting) => [setting.path, setting]));
  const refused = failure instanceof ApiError ? failure.problems : (checked.refused ?? []);
  const save = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      const { results } = await request<{ results: readonly SettingResult[] }>('/settings', {
        method: 'PATCH',
        body: bodyOf(values),
      });
      changes.clear();
      const waiting = results.filter(({ outcome }) => outcome === 'needs_restart').map(({ path }) => path);
      say(
        waiting.length === 0
          ? t('Saved, and in effect')
          : t('Saved. In effect after a restart: {names}', { names: waiting.join(', ') }),
      );
      saved();
      close();
    } catch (error) {
      setFailure(error);
      if (error instanceof ApiError) changes.complain(error.problems, values);
      setBusy(false);
    }
  };
  const general = refused.filter(({ path }) => path === undefined || !values.has(path));
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={t('What will change')}
      closeButtonProps={{ 'aria-label': t('Close') }}
    >
      <ul className={classes['review']}>
        {[...values].map(([path, value]) => {
          const setting = byPath.get(path);
          const problem = refused.find((one) => one.path === path);
          // Until the broker has said it, the option does.
          const outcome =
            checked.results?.find((one) => one.path === path)?.outcome ??
            (setting?.reloadable === true ? 'applied' : 'needs_restart');
          return (
            <li key={path}>
              <Mono text={path} isWrapped />
              <p>
                {setting?.secret === true ? (
                  t('another secret')
                ) : (
                  <>
                    <span className={classes['before']}>
                      {setting?.value ?? (setting && texts.unset(setting)) ?? t('not set')}
                    </span>{' '}
                    → <strong className={classes['value']}>{enteredText(value, t)}</strong>
                  </>
                )}
              </p>
              {problem === undefined ? (
                <Tag tone={outcomes[outcome].tone}>{t(outcomes[outcome].text)}</Tag>
              ) : (
                <p className={classes['problem']}>{texts.problem(problem, setting)}</p>
              )}
            </li>
          );
        })}
      </ul>
      {general.map((problem) => (
        <Alert key={problem.message} color="red" role="alert">
          {texts.problem(problem, undefined)}
        </Alert>
      ))}
      {failure !== undefined && refused.length === 0 && (
        <Alert color="red" role="alert">
          {messageOf(failure)}
        </Alert>
      )}
      <div className={classes['foot']}>
        <Button variant="default" onClick={close}>
          {t('Back')}
        </Button>
        <Button loading={isBusy} disabled={refused.length > 0 && failure === undefined} onClick={() => void save()}>
          {t('Save')}
        </Button>
      </div>
    </Modal>
  );
}
