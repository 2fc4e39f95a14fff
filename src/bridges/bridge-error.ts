/** What went wrong with a bridge: a code, a sentence for people, and the values in it, so that others can say it in another language. */

import { BackendError } from '../ports/backend-error.ts';

/** Values of the sentence by name, as docs/errors.md lists them for each code. */
export type FailureFields = Readonly<Record<string, string | number>>;

export class BridgeError extends BackendError {
  readonly fields: FailureFields;

  /** Something that may succeed later without anybody changing the configuration. */
  constructor(code: string, message: string, fields: FailureFields, cause?: unknown) {
    super(code, message, { cause, retryable: true });
    this.fields = fields;
  }
}
