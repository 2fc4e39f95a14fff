/**
 * Tells systemd that the broker is ready, alive and stopping. Its socket is one of datagrams, which Node cannot open, so
 * the program `systemd-notify` speaks; the unit has `NotifyAccess=all` for that. Without systemd nothing happens.
 */

import { execFile } from 'node:child_process';

export interface NotifyEnvironment {
  readonly NOTIFY_SOCKET?: string | undefined;
  /** How often systemd wants to hear that the process is alive, in microseconds. */
  readonly WATCHDOG_USEC?: string | undefined;
  readonly WATCHDOG_PID?: string | undefined;
}

export interface ServiceNotifier {
  ready(): void;
  /** Says why the start failed, which `systemctl status` shows. Resolves when systemd knows it, or cannot. */
  failed(text: string): Promise<void>;
  /** Resolves when systemd knows it, or cannot. */
  stopping(): Promise<void>;
}

const TELL_MS_MAX = 5_000;

/** @param tell hands the words to systemd */
export function serviceNotifier(
  environment: NotifyEnvironment,
  pid: number,
  tell: (words: readonly string[]) => Promise<void> = tellSystemd,
): ServiceNotifier {
  if (!environment.NOTIFY_SOCKET) {
    return { ready: () => {}, failed: () => Promise.resolve(), stopping: () => Promise.resolve() };
  }
  let watchdog: NodeJS.Timeout | undefined;
  return {
    ready: () => {
      void tell(['--ready']);
      const intervalMs = watchdogIntervalMs(environment, pid);
      if (intervalMs === undefined) return;
      // A timer runs only while the event loop does, which is what is to be watched.
      watchdog = setInterval(() => void tell(['WATCHDOG=1']), intervalMs);
      watchdog.unref();
    },
    // A line of its own would be read as another word to systemd.
    failed: (text) => tell([`STATUS=${text.replaceAll(/\s*\n\s*/g, ' ')}`]),
    stopping: () => {
      clearInterval(watchdog);
      return tell(['STOPPING=1']);
    },
  };
}

/** Half of what systemd waits for, as it recommends. */
function watchdogIntervalMs(environment: NotifyEnvironment, pid: number): number | undefined {
  const { WATCHDOG_USEC: microseconds = '', WATCHDOG_PID: watched } = environment;
  if (!/^[1-9]\d{0,15}$/.test(microseconds) || (watched !== undefined && watched !== String(pid))) return undefined;
  return Math.max(1, Number(microseconds) / 2000);
}

function tellSystemd(words: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    execFile('systemd-notify', words, { timeout: TELL_MS_MAX }, () => resolve());
  });
}
