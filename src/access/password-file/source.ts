/**
 * Mosquitto's password_file as a source of logins. It is read as a whole at the start and at a reload; a reload that
 * fails changes nothing, and one that takes a user away or gives it another password ends its connections. Wrong lines are told in the log and make no user.
 */

import type { Authenticator, Credentials, LoginVerdict } from '../../ports/access.ts';
import type { AccessSource, OpenAccessSource } from '../../ports/access-source.ts';
import { BackendError } from '../../ports/backend-error.ts';
import type { Log } from '../../ports/log.ts';
import type { HashRule, PasswordChecks, StoredPassword } from '../../ports/password-checks.ts';
import { readSourceFile } from '../source-file.ts';
import { readPasswordLines } from './password-lines.ts';

/** Half a million users; a wrong path must not fill the memory. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;

/** So many wrong lines are told one by one. */
const PROBLEMS_TOLD_MAX = 20;

const OTHERS_MAY_READ = 0o004;

type Answer = LoginVerdict | { outcome: 'ignore' };

const IGNORE: Answer = { outcome: 'ignore' };
const DENY: Answer = { outcome: 'deny' };

/** @throws BackendError `PASSWORD_FILE_UNREADABLE` */
export const openPasswordFile: OpenAccessSource = async (name, options, { passwords, log, endConnections }) => {
  const file = options.optionalText('file');
  if (file === undefined) {
    throw new BackendError(
      'PASSWORD_FILE_UNREADABLE',
      `access.${name}.password_file.file is missing: name the file of the users and their passwords.`,
    );
  }
  const hidesUnknown = options.boolean('hide_unknown_users');
  const logins = new FileLogins(name, await readUsers(file, name, log), passwords, hidesUnknown);
  const source: AccessSource = {
    name,
    kind: 'password_file',
    authenticator: logins,
    reload: async () => {
      const gone = logins.replace(await readUsers(file, name, log));
      for (const username of gone) endConnections?.('username', username);
    },
    close: async () => {},
  };
  return source;
};

type Users = ReadonlyMap<string, StoredPassword>;

class FileLogins implements Authenticator {
  readonly name: string;
  readonly #passwords: PasswordChecks;
  readonly #hidesUnknown: boolean;
  #users: Users = new Map();
  /** Under which a wrong password costs most; undefined without users. */
  #slowest: HashRule | undefined;

  constructor(name: string, users: Users, passwords: PasswordChecks, hidesUnknown: boolean) {
    this.name = name;
    this.#passwords = passwords;
    this.#hidesUnknown = hidesUnknown;
    this.replace(users);
  }

  /** @returns those who are not there any more, or have another password */
  replace(users: Users): string[] {
    const gone = [...this.#users].filter(([name, { hash }]) => users.get(name)?.hash !== hash).map(([name]) => name);
    this.#users = users;
    this.#slowest = undefined;
    for (const { rule } of users.values()) {
      if (this.#slowest === undefined || costOf(rule) > costOf(this.#slowest)) this.#slowest = rule;
    }
    return gone;
  }

  authenticate({ username, password }: Credentials): Answer | Promise<Answer> {
    if (username === undefined) return IGNORE;
    const stored = this.#users.get(username);
    if (stored !== undefined) return password === undefined ? DENY : this.#check(password, stored);
    return password === undefined ? IGNORE : this.#spend(password, IGNORE);
  }

  #check(password: Uint8Array, stored: StoredPassword): Answer | Promise<Answer> {
    const answer = (isRight: boolean): Answer | Promise<Answer> => {
      if (isRight) return { outcome: 'allow' };
      // Who has a fast hash would be known by the haste of the answer.
      return stored.rule.kind === 'hash' ? this.#spend(password, DENY) : DENY;
    };
    const right = this.#passwords.verify(password, stored);
    return typeof right === 'boolean' ? answer(right) : right.then(answer);
  }

  /** Gives `answer` after the time of a wrong password. */
  #spend(password: Uint8Array, answer: Answer): Answer | Promise<Answer> {
    if (!this.#hidesUnknown || this.#slowest === undefined) return answer;
    const spent = this.#passwords.verifyUnknown(password, this.#slowest);
    return spent === false ? answer : spent.then(() => answer);
  }
}

function costOf(rule: HashRule): number {
  return rule.kind === 'pbkdf2' ? rule.iterations : 0;
}

async function readUsers(file: string, source: string, log: Log): Promise<Users> {
  const { users, problems } = readPasswordLines(await readText(file, source, log));
  for (const { line, problem } of problems.slice(0, PROBLEMS_TOLD_MAX)) {
    log.error('A line of the password file makes no user', { source, place: `${file}:${line}`, problem });
  }
  if (problems.length > PROBLEMS_TOLD_MAX) {
    log.error('Further lines of the password file make no user', {
      source,
      lines: problems.length - PROBLEMS_TOLD_MAX,
    });
  }
  if (users.size === 0) log.warn('The password file has no users, so nobody can log in with it', { source, file });
  return users;
}

async function readText(file: string, source: string, log: Log): Promise<string> {
  const { bytes, mode } = await readSourceFile(file, {
    usedAs: 'a password file',
    named: `The password file ${file}`,
    code: 'PASSWORD_FILE_UNREADABLE',
    bytesMax: FILE_BYTES_MAX,
  });
  // Windows keeps rights elsewhere.
  if (process.platform !== 'win32' && (mode & OTHERS_MAY_READ) !== 0) {
    log.warn('Everybody on this machine may read the password file; take that right away: chmod o-r', { source, file });
  }
  const text = bytes.toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
