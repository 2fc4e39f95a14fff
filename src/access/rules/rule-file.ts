/**
 * Files of rules: how they are read, and what is said about one that cannot be used. A file is used as a whole or not
 * at all, because half of the rules are other rules.
 */

import { readFile, stat } from 'node:fs/promises';
import { BackendError } from '../../ports/backend-error.ts';
import type { OptionReader } from '../../ports/option.ts';

/** Far beyond what anybody writes, so that a wrong path does not fill the memory. */
const FILE_BYTES_MAX = 16 * 1024 * 1024;

/** The codes of a kind of file: `ACL_CONF_UNREADABLE`, `ACL_CONF_INVALID`. */
export interface RuleFileCodes {
  readonly unreadable: string;
  readonly invalid: string;
}

/** What is wrong in a file, and where. Lines count from 1. */
export class RuleProblem extends BackendError {
  readonly line: number;

  /** @param problem a sentence without its end: what was got, and what is allowed */
  constructor(code: string, path: string, line: number, problem: string) {
    super(code, `${path}:${line}: ${problem}`);
    this.line = line;
  }
}

/** The option `file` of a section, which has no default. */
export function ruleFileOf(section: string, kind: string, options: OptionReader, codes: RuleFileCodes): string {
  const file = options.optionalText('file');
  if (file !== undefined) return file;
  throw new BackendError(codes.unreadable, `access.${section}.${kind}.file is missing: name the file of the rules.`);
}

/**
 * The text of a file, without a byte order mark.
 * @throws BackendError when it cannot be read, is too large or no UTF-8
 */
export async function readRuleFile(path: string, codes: RuleFileCodes): Promise<string> {
  const bytes = await bytesOf(path, codes.unreadable);
  const text = bytes.toString('utf8');
  // A byte that is no UTF-8 becomes U+FFFD, which somebody may also have written.
  if (text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(bytes)) {
    throw new RuleProblem(codes.invalid, path, lineOfBadByte(bytes), 'the line is not UTF-8; save the file as UTF-8');
  }
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

async function bytesOf(path: string, code: string): Promise<Buffer> {
  try {
    const found = await stat(path);
    const problem = found.isDirectory()
      ? 'it is a folder'
      : !found.isFile()
        ? 'it is no plain file'
        : found.size > FILE_BYTES_MAX
          ? `it has ${found.size} bytes; the limit is ${FILE_BYTES_MAX}`
          : undefined;
    if (problem === undefined) return await readFile(path);
    throw new BackendError(code, `${path} cannot be used as a file of rules: ${problem}.`);
  } catch (cause) {
    if (cause instanceof BackendError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BackendError(
      code,
      `The rules in ${path} cannot be read (${why}). Correct the path, or let the broker's user read the file.`,
      { cause },
    );
  }
}

function lineOfBadByte(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed + 1;
    const part = bytes.subarray(start, end);
    if (!Buffer.from(part.toString('utf8'), 'utf8').equals(part)) return line;
    start = end;
  }
  return line;
}
