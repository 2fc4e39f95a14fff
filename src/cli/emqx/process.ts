/** Ends the process of a broker, and waits for it. */

import { isRunning, type ProcessIdentity } from '../../stores/process-identity.ts';

const POLL_MS = 50;

/** Asks it to end. False where it has not within so many seconds. */
export async function stopProcess(identity: ProcessIdentity, secondsMax: number): Promise<boolean> {
  process.kill(identity.pid, 'SIGTERM');
  for (const deadline = Date.now() + secondsMax * 1000; Date.now() < deadline; ) {
    if (!isRunning(identity)) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return !isRunning(identity);
}
