/**
 * The operator's mistakes. All problems of all sources are collected before anything is thrown, because somebody who
 * edits a file wants to see every mistake at once. Knows nothing of dialects.
 */

/** Where a value was written. */
export type Origin =
  | { readonly kind: 'default' }
  | { readonly kind: 'file'; readonly file: string; readonly line: number }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'flag'; readonly flag: string };

/** The origin of everything that nobody configured. */
export const defaultOrigin: Origin = { kind: 'default' };

/** One mistake: where it is and what is wrong, in one sentence without a full stop. */
export interface ConfigProblem {
  readonly origin: Origin;
  readonly text: string;
}

/** For people: `hoopoe.yaml:3`, `HOOPOE_LIMITS__PACKET_BYTES_MAX`, `--limits.packet_bytes_max` or `default`. */
export function originText(origin: Origin): string {
  switch (origin.kind) {
    case 'file':
      return origin.line > 0 ? `${origin.file}:${origin.line}` : origin.file;
    case 'environment':
      return origin.variable;
    case 'flag':
      return origin.flag;
    case 'default':
      return 'default';
  }
}

/** `FILE:LINE: what is wrong`. */
export function problemText(problem: ConfigProblem): string {
  return problem.origin.kind === 'default' ? problem.text : `${originText(problem.origin)}: ${problem.text}`;
}

/** The configuration cannot be used. The message holds one line for each problem. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(problemText).join('\n'));
    this.problems = problems;
  }
}
