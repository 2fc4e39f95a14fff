/** Doing something: buttons that ask once before what cannot be undone, forms in a dialog, and a word on what came of it. */

import { Alert, Button, CloseButton, Modal } from '@mantine/core';
import {
  createContext,
  type FormEvent,
  type ReactNode,
  useCallback,
  useContext,
  useMemo,
  useRef,
  useState,
} from 'react';
import { ApiError } from '../api/client.ts';
import { useLanguage, useText } from '../language/language.tsx';
import classes from './actions.module.css';
import { Stack } from './page.tsx';
import { Mono } from './values.tsx';

interface Notice {
  readonly number: number;
  readonly text: string;
  readonly isError: boolean;
}

interface Notices {
  say(text: string): void;
  complain(error: unknown): void;
}

const NoticeContext = createContext<Notices | undefined>(undefined);

const NOTICE_MS = 6000;
let lastNumber = 0;

/** What went wrong, in the language of the page. */
export function useMessageOf(): (error: unknown) => string {
  const { t, refusal } = useLanguage();
  return (error) => {
    if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
    return error.code === 'unreachable' ? t('The broker does not answer') : refusal(error.code, error.message);
  };
}

export function NoticeProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const t = useText();
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const messageOf = useMessageOf();
  // What is given to the views stays the same when the language changes.
  const latestMessageOf = useRef(messageOf);
  latestMessageOf.current = messageOf;
  const add = useCallback((text: string, isError: boolean) => {
    const number = ++lastNumber;
    setNotices((before) => [...before.slice(-2), { number, text, isError }]);
    setTimeout(() => setNotices((before) => before.filter((one) => one.number !== number)), NOTICE_MS);
  }, []);
  const value = useMemo<Notices>(
    () => ({ say: (text) => add(text, false), complain: (error) => add(latestMessageOf.current(error), true) }),
    [add],
  );
  return (
    <NoticeContext value={value}>
      {children}
      <div className={classes['notices']} role="status" aria-live="polite">
        {notices.map(({ number, text, isError }) => (
          <div key={number} className={`${classes['notice']} ${isError ? classes['error'] : ''}`}>
            <span>{text}</span>
            <CloseButton
              size="sm"
              aria-label={t('Close')}
              onClick={() => setNotices((before) => before.filter((one) => one.number !== number))}
            />
          </div>
        ))}
      </div>
    </NoticeContext>
  );
}

export function useNotices(): Notices {
  const notices = useContext(NoticeContext);
  if (notices === undefined) throw new TypeError('useNotices needs a NoticeProvider above it');
  return notices;
}

interface ActionButtonProps {
  readonly label: ReactNode;
  /** For screen readers, where many rows have the same label. */
  readonly name?: string;
  /** What will happen, shown once before it does; without it nothing is asked. */
  readonly warning?: ReactNode;
  /** Whom or what it is about, where that is a name a client chose: shown whole above the warning. */
  readonly about?: string;
  /** What the button of the dialog says; the label unless given. */
  readonly confirmLabel?: string;
  readonly act: () => Promise<unknown>;
  /** Said when it went well. */
  readonly done?: string;
  readonly isSmall?: boolean;
  readonly isDangerous?: boolean;
  readonly isPrimary?: boolean;
  readonly icon?: ReactNode;
}

export function ActionButton(props: ActionButtonProps): ReactNode {
  const {
    label,
    name,
    warning,
    about,
    confirmLabel,
    act,
    done,
    isSmall = false,
    isDangerous,
    isPrimary = false,
    icon,
  } = props;
  const t = useText();
  const { say, complain } = useNotices();
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const danger = isDangerous ?? warning !== undefined;
  const run = async (): Promise<void> => {
    setBusy(true);
    try {
      await act();
      if (done !== undefined) say(done);
    } catch (error) {
      complain(error);
    }
    setBusy(false);
    setAsking(false);
  };
  return (
    <>
      <Button
        size={isSmall ? 'compact-sm' : 'sm'}
        variant={isPrimary ? 'filled' : 'default'}
        className={danger ? (classes['danger'] ?? '') : ''}
        loading={isBusy && !isAsking}
        {...(name !== undefined && { 'aria-label': name })}
        {...(icon !== undefined && { leftSection: icon })}
        onClick={() => (warning === undefined ? void run() : setAsking(true))}
      >
        {label}
      </Button>
      {warning !== undefined && (
        <Modal
          opened={isAsking}
          onClose={() => setAsking(false)}
          title={confirmLabel ?? name ?? label}
          closeButtonProps={{ 'aria-label': t('Close') }}
        >
          {about !== undefined && (
            <p className={classes['about']}>
              <Mono text={about} isWrapped />
            </p>
          )}
          <p className={classes['warning']}>{warning}</p>
          <div className={classes['buttons']}>
            <Button variant="default" onClick={() => setAsking(false)} data-autofocus>
              {t('Cancel')}
            </Button>
            <Button color={danger ? 'red' : 'orange'} loading={isBusy} onClick={() => void run()}>
              {confirmLabel ?? label}
            </Button>
          </div>
        </Modal>
      )}
    </>
  );
}

interface FormDialogProps {
  readonly isOpen: boolean;
  readonly title: string;
  readonly submitLabel: string;
  readonly submit: () => Promise<unknown>;
  /** Said when it went well. */
  readonly done?: string;
  readonly close: () => void;
  readonly children: ReactNode;
}

/** A form in a dialog. It stays open with the reason when the broker refuses what was entered. */
export function FormDialog({ isOpen, title, submitLabel, submit, done, close, children }: FormDialogProps): ReactNode {
  const t = useText();
  const { say } = useNotices();
  return (
    <Modal opened={isOpen} onClose={close} title={title} closeButtonProps={{ 'aria-label': t('Close') }}>
      <Form
        submitLabel={submitLabel}
        cancel={close}
        submit={async () => {
          await submit();
          if (done !== undefined) say(done);
          close();
        }}
      >
        {children}
      </Form>
    </Modal>
  );
}

interface FormProps {
  readonly submitLabel: string;
  readonly submit: () => Promise<unknown>;
  readonly cancel?: () => void;
  readonly children: ReactNode;
}

export function Form({ submitLabel, submit, cancel, children }: FormProps): ReactNode {
  const t = useText();
  const messageOf = useMessageOf();
  const [problem, setProblem] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    submit()
      .catch(setProblem)
      .finally(() => setBusy(false));
  };
  return (
    <form onSubmit={onSubmit}>
      <Stack>
        {children}
        {problem !== undefined && (
          <Alert color="red" role="alert">
            {messageOf(problem)}
          </Alert>
        )}
        <div className={classes['buttons']}>
          {cancel !== undefined && (
            <Button variant="default" onClick={cancel}>
              {t('Cancel')}
            </Button>
          )}
          <Button type="submit" loading={isBusy}>
            {submitLabel}
          </Button>
        </div>
      </Stack>
    </form>
  );
}
