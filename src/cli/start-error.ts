/**
 * Why the broker did not start, in words that say what to type next. A newcomer whose Mosquitto already has port 1883
 * meets these texts first, so they name the way out.
 */

import type { Environment } from '../config/environment.ts';
import type { ListenerSettings } from '../config/listeners.ts';

/** The world keeps the broker from starting; the message may have several lines. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** How the person started us, so that hints can be typed as they are. */
function invocation(environment: Environment): string {
  const { npm_lifecycle_event: script, npm_command: command } = environment;
  if (script === 'start') return 'npm start --';
  return command === 'exec' ? 'npx hoopoe' : 'hoopoe';
}

/**
 * What to tell the operator about a listener that cannot be opened.
 *
 * @param error of whoever opened it: a sentence that says what happened, and the system's code
 */
export function explainListenError(
  listener: ListenerSettings,
  error: Error & { readonly code: string },
  environment: Environment,
): StartError {
  const lines = [error.message];
  if (error.code === 'EADDRINUSE' && listener.unconfigured) {
    lines.push(`  To run beside the other program:       ${invocation(environment)} -p 1884`);
    if (listener.port === 1883) lines.push('  To stop a Mosquitto service for this:  sudo systemctl stop mosquitto');
  }
  return new StartError(lines.join('\n'), { cause: error });
}
