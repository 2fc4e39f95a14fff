/** What the sources of the chain have answered so far: plain numbers that metrics read and nobody resets. */

export interface AnswerCounts {
  allow: number;
  deny: number;
  ignore: number;
  failed: number;
  /** Answers that did not come at once, and how long they took together, in milliseconds. */
  waited: number;
  waitedMs: number;
}

export interface SourceFailure {
  /** That of the BackendError; `UNEXPECTED` for anything else that was thrown. */
  readonly code: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

export interface SourceStatistics {
  /** The name of its section; `hook` for the functions of the program that embeds the broker. */
  readonly name: string;
  readonly kind: string;
  /** Whether it answers. */
  readonly up: boolean;
  readonly logins: Readonly<AnswerCounts>;
  readonly permissions: Readonly<AnswerCounts>;
  /** The last one, whether it has been mended or not. */
  readonly lastFailure: SourceFailure | undefined;
}

export interface AccessStatistics {
  /** In the order in which they are asked. */
  readonly sources: readonly SourceStatistics[];
  /** Clients that no source knew. */
  readonly anonymousAllowed: number;
  readonly anonymousRefused: number;
}

export function noAnswers(): AnswerCounts {
  return { allow: 0, deny: 0, ignore: 0, failed: 0, waited: 0, waitedMs: 0 };
}
