/** Which errors are the operator's to correct, and how they are told. */

import { ConfigError, problemText } from '../config/error.ts';
import { BackendError } from '../ports/backend-error.ts';
import { UsageError } from './arguments.ts';
import { StartError } from './start-error.ts';

/** The lines for standard error, or undefined when the error is not the operator's to correct. */
export function operatorText(error: unknown): string[] | undefined {
  if (error instanceof ConfigError) return error.problems.map((problem) => `hoopoe: ${problemText(problem)}`);
  const isTold = error instanceof UsageError || error instanceof StartError || error instanceof BackendError;
  if (isTold) return `hoopoe: ${error.message}`.split('\n');
  return undefined;
}
