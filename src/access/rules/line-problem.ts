/** The first thing in a text of rules that is wrong. */

/** Says what was got and what is allowed, without the end of the sentence. Lines count from 1. */
export class LineProblem extends Error {
  override readonly name = 'LineProblem';
  readonly line: number;

  constructor(line: number, problem: string) {
    super(problem);
    this.line = line;
  }
}
