/**
 * `hoopoe passwd` and `mosquitto_passwd`: adds, changes and deletes users of a password file. The file is replaced as a
 * whole, keeps its owner and its mode, and is readable by its owner alone when it is new.
 */

import {
  chmodSync,
  chownSync,
  lstatSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {
  formatPasswordLine,
  hashPlainLines,
  type NewLineOptions,
  userNameProblem,
  withoutPasswordLine,
  withPasswordLine,
} from '../../../access/password-file/password-lines.ts';
import { flushed, type Tool, type ToolIo } from '../tool.ts';
import { PasswordPrompt } from './password-prompt.ts';

/** It cannot be done; the text is for standard error. */
class PasswdFailure extends Error {
  override readonly name = 'PasswdFailure';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

interface Typed {
  batch: boolean;
  create: boolean;
  remove: boolean;
  update: boolean;
  options: NewLineOptions;
  words: string[];
}

export const passwd: Tool = async (argv, name, io) => {
  try {
    return await run(argv, name, io);
  } catch (error) {
    if (!(error instanceof PasswdFailure)) throw error;
    io.stderr.write(`${error.message}\n`);
    return error.exitCode;
  } finally {
    await flushed(io.stdout);
    await flushed(io.stderr);
  }
};

async function run(argv: readonly string[], name: string, io: ToolIo): Promise<number> {
  const typed = read(argv);
  if (typed === undefined) {
    io.stdout.write(usage(name));
    return name.startsWith('mosquitto') || argv[0] !== '--help' ? 1 : 0;
  }
  checkCombination(typed);
  const { batch, create, remove, update, options, words } = typed;
  const [file, user, password] = words;
  if (file === undefined) {
    if (create) throw new PasswdFailure('Error: -c argument given but password file or username missing.');
    io.stdout.write(usage(name));
    return 1;
  }
  if (update) {
    await updateFile(file, options);
    return 0;
  }
  if (user === undefined || words.length !== (batch ? 3 : 2)) {
    if (create && user === undefined) {
      throw new PasswdFailure('Error: -c argument given but password file or username missing.');
    }
    io.stdout.write(usage(name));
    return 1;
  }
  if (user.includes(':')) throw new PasswdFailure("Error: Username must not contain the ':' character.");
  if (remove) {
    const text = withoutPasswordLine(existing(file), user);
    if (text === undefined) throw new PasswdFailure(`Warning: User ${user} not found in password file.`);
    replace(file, text);
    return 0;
  }
  const problem = userNameProblem(user);
  if (problem !== undefined) throw new PasswdFailure(`Error: The user name ${problem}.`);
  // Whoever cannot write the file is told before the password is asked for.
  const before = create ? '' : existing(file);
  const secret = batch ? (password ?? '') : await asked(io);
  if (secret === '') throw new PasswdFailure('Error: Empty password.');
  replace(file, withPasswordLine(before, user, await formatPasswordLine(user, secret, options)));
  return 0;
}

const forms: ReadonlyMap<string, NonNullable<NewLineOptions['form']>> = new Map([
  ['sha512', 'sha512'],
  ['sha512-pbkdf2', 'pbkdf2'],
] as const);

/** Undefined when the usage is to be shown. */
function read(argv: readonly string[]): Typed | undefined {
  const typed: Typed = { batch: false, create: false, remove: false, update: false, options: {}, words: [] };
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '-b') typed.batch = true;
    else if (word === '-c') typed.create = true;
    else if (word === '-D') typed.remove = true;
    else if (word === '-U') typed.update = true;
    else if (word === '-H') {
      const name = argv[++at];
      if (name === undefined) throw new PasswdFailure('Error: -H argument given but not enough other arguments.');
      const form = forms.get(name);
      if (form === undefined) throw new PasswdFailure(`Error: Unknown hash type '${name}'`);
      typed.options = { form };
    } else if (word === '-I') {
      const iterations = Number(argv[++at]);
      if (!Number.isInteger(iterations) || iterations < 1 || iterations > 10_000_000) {
        throw new PasswdFailure('Error: -I needs a number of iterations from 1 to 10000000.');
      }
      typed.options = { ...typed.options, iterations };
    } else if (word.startsWith('-') && word.length > 1 && typed.words.length === 0) return undefined;
    else typed.words.push(word);
  }
  return argv.length === 0 ? undefined : typed;
}

function checkCombination({ batch, create, remove, update }: Typed): void {
  if (create && remove) throw new PasswdFailure('Error: -c and -D cannot be used together.');
  if (create && update) throw new PasswdFailure('Error: -c and -U cannot be used together.');
  if (remove && update) throw new PasswdFailure('Error: -D and -U cannot be used together.');
  if (batch && remove) throw new PasswdFailure('Error: -b and -D cannot be used together.');
}

async function updateFile(file: string, options: NewLineOptions): Promise<void> {
  const text = await hashPlainLines(existing(file), options);
  if (typeof text !== 'string') throw new PasswdFailure(`Error: Corrupt password file at line ${text.line}.`);
  replace(file, text);
}

async function asked(io: ToolIo): Promise<string> {
  const prompt = new PasswordPrompt(io);
  try {
    const first = await prompt.ask('Password: ');
    if (first === '') throw new PasswdFailure('Error: Empty password.');
    if ((await prompt.ask('Reenter password: ')) !== first) {
      throw new PasswdFailure('Error: Passwords do not match.', 2);
    }
    return first;
  } finally {
    prompt.close();
  }
}

/** The system's words for what is wrong with a file. */
const systemTexts: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'No such file or directory'],
  ['EACCES', 'Permission denied'],
  ['EISDIR', 'Is a directory'],
  ['ENOTDIR', 'Not a directory'],
  ['EROFS', 'Read-only file system'],
  ['ENOSPC', 'No space left on device'],
]);

function systemText(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return systemTexts.get(code) ?? message;
}

function existing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new PasswdFailure(`Error: Unable to open password file ${file}. ${systemText(error)}.`);
  }
}

/** Puts a new file in the place of the old one, which stays as it was when anything fails. */
function replace(file: string, text: string): void {
  let target = file;
  let before: { mode: number; uid: number; gid: number } | undefined;
  try {
    before = lstatSync(file);
    // A link goes on to lead to the file.
    target = realpathSync(file);
    before = lstatSync(target);
  } catch {
    // There is none yet.
  }
  const temporary = `${target}.${process.pid}.new`;
  try {
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
    if (before !== undefined) {
      chmodSync(temporary, before.mode & 0o777);
      giveTo(temporary, before);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new PasswdFailure(`Error: Unable to open file ${file} for writing. ${systemText(error)}.`);
  }
}

/** The broker that reads the file may be another user. Only root can do this, and others need not. */
function giveTo(file: string, { uid, gid }: { uid: number; gid: number }): void {
  const own = lstatSync(file);
  if (own.uid !== uid || own.gid !== gid) chownSync(file, uid, gid);
}

function usage(name: string): string {
  const indent = ' '.repeat('Usage: '.length);
  return [
    `${name} is a tool for managing password files for mosquitto.`,
    '',
    `Usage: ${name} [-H sha512 | -H sha512-pbkdf2] [-I iterations] [-c | -D] passwordfile username`,
    `${indent}${name} [-H sha512 | -H sha512-pbkdf2] [-I iterations] [-c] -b passwordfile username password`,
    `${indent}${name} -U passwordfile`,
    ' -b : take the password from the command line, where others may see it.',
    ' -c : make a new password file; what was there is gone.',
    ' -D : delete the user.',
    ' -H : how the password is hashed; sha512-pbkdf2 unless given.',
    ' -I : iterations of sha512-pbkdf2.',
    ' -U : hash the plain passwords of a file.',
    '',
    '',
  ].join('\n');
}
