/** What metrics want of the chains of logins and permissions; the chain's own statistics have this form. */

export interface AnswerResults {
  readonly allow: number;
  readonly deny: number;
  readonly ignore: number;
  readonly failed: number;
  /** Answers that did not come at once, and how long they took together, in milliseconds. */
  readonly waited: number;
  readonly waitedMs: number;
}

export interface SourceResults {
  /** The name of its section. */
  readonly name: string;
  readonly kind: string;
  /** Whether it answers. */
  readonly up: boolean;
  readonly logins: AnswerResults;
  readonly permissions: AnswerResults;
  readonly lastFailure?: { readonly code: string; readonly text: string } | undefined;
}

export interface AccessResults {
  readonly sources: readonly SourceResults[];
  /** Clients that no source knew. */
  readonly anonymousAllowed: number;
  readonly anonymousRefused: number;
}
