/**
 * What signals and mistakes in the program do to a running broker. The process arrives as an argument, so that a test
 * can send signals without one.
 */

import type { Log } from '../ports/log.ts';

export interface SignalledProcess {
  readonly platform: string;
  on(event: string, listener: (detail: unknown) => void): unknown;
  exit(code: number): void;
}

export interface SignalActions {
  /** Ends the broker. */
  close(): Promise<void>;
  reload(): Promise<void>;
  /** Makes durable what can be. */
  save?(): Promise<void>;
  /** Logs subscriptions and retained messages. */
  sayTrees?(): Promise<void>;
  /** Resolves when everything logged has arrived, or cannot. */
  closeLog?(): Promise<void>;
}

/** A clean stop that takes longer is cut off, so that no service manager has to. */
const closeMillisecondsMax = 10_000;

/** Exit code of an internal mistake, EX_SOFTWARE of sysexits.h; a supervisor starts the broker again. */
export const internalMistakeExitCode = 70;

export function handleSignals(target: SignalledProcess, actions: SignalActions, log: Log): void {
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) {
      log.warn('Stopped at once by a second signal', { signal });
      target.exit(130);
      return;
    }
    stopping = true;
    log.info('Stopping', { signal });
    const leave = (code: number): void => {
      if (actions.closeLog === undefined) target.exit(code);
      else actions.closeLog().finally(() => target.exit(code));
    };
    const deadline = setTimeout(() => {
      log.error('The stop took too long and was cut off', { limitMs: closeMillisecondsMax });
      target.exit(1);
    }, closeMillisecondsMax);
    deadline.unref();
    actions.close().then(
      () => {
        clearTimeout(deadline);
        log.info('Stopped');
        leave(0);
      },
      (error: unknown) => {
        log.error('The stop failed', { error: errorText(error) });
        leave(1);
      },
    );
  };
  target.on('SIGINT', () => stop('SIGINT'));
  target.on('SIGTERM', () => stop('SIGTERM'));
  if (target.platform === 'win32') {
    // There SIGHUP says that the console window closes.
    target.on('SIGHUP', () => stop('SIGHUP'));
  } else {
    handleReload(target, actions, log);
    handleTask(target, 'SIGUSR1', actions.save, 'Saved', log);
    handleTask(target, 'SIGUSR2', actions.sayTrees, undefined, log);
  }
  handleMistakes(target, log);
}

/** One task at a time: a signal that comes meanwhile is about what is being done. */
function handleTask(
  target: SignalledProcess,
  signal: string,
  task: (() => Promise<void>) | undefined,
  done: string | undefined,
  log: Log,
): void {
  if (task === undefined) return;
  let isRunning = false;
  target.on(signal, () => {
    if (isRunning) return;
    isRunning = true;
    task()
      .then(
        () => {
          if (done !== undefined) log.info(done, { signal });
        },
        (error: unknown) => log.error('What a signal asked for failed', { signal, error: errorText(error) }),
      )
      .finally(() => {
        isRunning = false;
      });
  });
}

function handleReload(target: SignalledProcess, actions: SignalActions, log: Log): void {
  let running: Promise<void> | undefined;
  let again = false;
  const reload = async (): Promise<void> => {
    do {
      again = false;
      await actions.reload();
    } while (again);
  };
  target.on('SIGHUP', () => {
    // One reload at a time; what changes meanwhile is read by one more.
    again = running !== undefined;
    running ??= reload()
      .catch((error: unknown) => log.error('The reload failed', { error: errorText(error) }))
      .finally(() => {
        running = undefined;
      });
  });
}

/** After a throw that nobody expected the state is suspect, so the process ends rather than serve from it. */
function handleMistakes(target: SignalledProcess, log: Log): void {
  const fail = (error: unknown): void => {
    log.error('An internal mistake ends the broker; please report it', { error: errorText(error) });
    target.exit(internalMistakeExitCode);
  };
  target.on('uncaughtException', fail);
  target.on('unhandledRejection', fail);
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
