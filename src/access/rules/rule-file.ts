/**
 * Files of rules as sources: how they are read, and what is said about one that cannot be used. A file is used as a whole or not
 * at all, because half of the rules are other rules.
 */

import { basename } from 'node:path';
import type { AccessRequest, ClientIdentity, ExplainedPermission, Permission } from '../../ports/access.ts';
import type { AccessSource, SourceDependencies } from '../../ports/access-source.ts';
import { BackendError } from '../../ports/backend-error.ts';
import type { OptionReader } from '../../ports/option.ts';
import { shorten } from '../../std/shorten.ts';
import { readSourceFile } from '../source-file.ts';
import { LineProblem } from './line-problem.ts';

const RULE_LENGTH_MAX = 300;

/** Far beyond what anybody writes, so that a wrong path does not fill the memory. */
const FILE_BYTES_MAX = 16 * 1024 * 1024;

/** The codes of a kind of file: `ACL_CONF_UNREADABLE`, `ACL_CONF_INVALID`, `ACL_CONF_EMPTY`. */
export interface RuleFileCodes {
  readonly unreadable: string;
  readonly invalid: string;
  readonly empty: string;
}

/** What differs between the kinds of files. `R` is all that a file says. */
export interface RuleFileKind<R> {
  /** The kind of the source: `acl_conf`. */
  readonly kind: string;
  readonly codes: RuleFileCodes;
  /** What to write into a file without any rule, as a sentence or two. */
  readonly whenEmpty: string;
  readonly checksDelivery?: boolean;
  /** @throws LineProblem at the first thing that is wrong */
  parse(text: string): R;
  sizeOf(rules: R): number;
  authorize(rules: R, client: ClientIdentity, request: AccessRequest): Permission;
  /** @param file the name of the file, without its folder */
  explain(rules: R, client: ClientIdentity, request: AccessRequest, file: string): ExplainedPermission;
}

/**
 * A file of rules as a source of permissions, read at the start and as a whole again at each reload, which changes
 * nothing where it fails.
 * @throws BackendError that says where the file is wrong
 */
export async function openRuleFile<R>(
  name: string,
  options: OptionReader,
  { rulesChanged }: Pick<SourceDependencies, 'rulesChanged'>,
  kind: RuleFileKind<R>,
): Promise<AccessSource> {
  const file = ruleFileOf(name, kind, options);
  const read = (): Promise<R> => readRules(file, options.boolean('allow_empty'), kind);
  let rules = await read();
  return {
    name,
    kind: kind.kind,
    authorizer: {
      name,
      ...(kind.checksDelivery !== undefined && { checksDelivery: kind.checksDelivery }),
      authorize: (client, request) => kind.authorize(rules, client, request),
      explain: (client, request) => kind.explain(rules, client, request, basename(file)),
    },
    reload: async () => {
      rules = await read();
      rulesChanged();
    },
    close: async () => {},
  };
}

/** Where a rule stands, and its text as far as an explanation has room for it. */
export function placeOf(file: string, { line, text }: { readonly line: number; readonly text: string }): string {
  return `${file}:${line} ${shorten(text, RULE_LENGTH_MAX)}`;
}

async function readRules<R>(file: string, allowsEmpty: boolean, kind: RuleFileKind<R>): Promise<R> {
  const { codes, whenEmpty } = kind;
  const text = await readRuleFile(file, codes);
  let rules: R;
  try {
    rules = kind.parse(text);
  } catch (error) {
    if (error instanceof LineProblem) throw new RuleProblem(codes.invalid, file, error.line, error.message);
    throw error;
  }
  if (kind.sizeOf(rules) > 0 || allowsEmpty) return rules;
  throw new BackendError(codes.empty, `${file} holds no rule. ${whenEmpty}`);
}

/** What is wrong in a file, and where. Lines count from 1. */
class RuleProblem extends BackendError {
  readonly line: number;

  /** @param problem a sentence without its end: what was got, and what is allowed */
  constructor(code: string, path: string, line: number, problem: string) {
    super(code, `${path}:${line}: ${problem}`);
    this.line = line;
  }
}

/** The option `file` of a section, which has no default. */
function ruleFileOf<R>(section: string, { kind, codes }: RuleFileKind<R>, options: OptionReader): string {
  const file = options.optionalText('file');
  if (file !== undefined) return file;
  throw new BackendError(codes.unreadable, `access.${section}.${kind}.file is missing: name the file of the rules.`);
}

/**
 * The text of a file, without a byte order mark.
 * @throws BackendError when it cannot be read, is too large or no UTF-8
 */
async function readRuleFile(path: string, codes: RuleFileCodes): Promise<string> {
  const { bytes } = await readSourceFile(path, {
    usedAs: 'a file of rules',
    named: `The rules in ${path}`,
    code: codes.unreadable,
    bytesMax: FILE_BYTES_MAX,
  });
  const text = bytes.toString('utf8');
  // A byte that is no UTF-8 becomes U+FFFD, which somebody may also have written.
  if (text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(bytes)) {
    throw new RuleProblem(codes.invalid, path, lineOfBadByte(bytes), 'the line is not UTF-8; save the file as UTF-8');
  }
  return text.startsWith('\ufeff') ? text.slice(1) : text;
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
