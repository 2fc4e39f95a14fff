/**
 * Logins from Redis: a command gives the stored password of a client, another one says whether it is a superuser. No
 * value means that the client is not known here; a value that is not the client's password ends the matter.
 */

import type { Authenticator, Credentials, LoginVerdict } from '../../ports/access.ts';
import { BackendError } from '../../ports/backend-error.ts';
import type { Log } from '../../ports/log.ts';
import type { HashRule, PasswordChecks } from '../../ports/password-checks.ts';
import type { Asked } from '../remote/placeholders.ts';
import { type CommandTemplate, filledArgs } from './command.ts';
import { readLogin, readSuperuser, type StoredLogin } from './replies.ts';
import type { RedisServer } from './server.ts';

export interface RedisLoginOptions {
  readonly name: string;
  readonly server: RedisServer;
  readonly command: CommandTemplate;
  readonly superCommand: CommandTemplate | undefined;
  readonly rule: HashRule;
  readonly passwords: PasswordChecks;
  readonly log: Log;
}

type Answer = LoginVerdict | { outcome: 'ignore' };

const IGNORE: Answer = { outcome: 'ignore' };
const DENY: Answer = { outcome: 'deny' };

export class RedisLogins implements Authenticator {
  readonly name: string;
  readonly #options: RedisLoginOptions;
  /** What has been told, so that it is told once. */
  #superuserFailed = false;
  #keyUnfit = false;
  #saltMissing = false;

  constructor(options: RedisLoginOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Answers at once where Redis is not asked: such an answer says nothing of whether Redis is there. */
  authenticate(credentials: Credentials): Answer | Promise<Answer> {
    const asked: Asked = { client: credentials, password: credentials.password, request: undefined };
    const args = filledArgs(this.#options.command, asked);
    // A client that says nothing of what the command asks about is nobody here, and need not be looked for.
    return args === undefined ? IGNORE : this.#find(asked, args);
  }

  async #find(asked: Asked, args: readonly string[]): Promise<Answer> {
    const { server, command, passwords, rule } = this.#options;
    const { password } = asked;
    let stored: StoredLogin | undefined;
    try {
      stored = readLogin(await server.ask(command.name, args), command.shape);
    } catch (error) {
      if (!this.#isKeyUnfit(error)) throw error;
      return DENY;
    }
    if (stored === undefined) {
      if (password !== undefined) await passwords.verifyUnknown(password, rule);
      return IGNORE;
    }
    if (password === undefined || !(await this.#verify(password, stored))) return DENY;
    return { outcome: 'allow', superuser: stored.isSuperuser ?? (await this.#isSuperuser(asked)) };
  }

  #verify(password: Buffer, { hash, salt }: StoredLogin): boolean | Promise<boolean> {
    const { passwords, rule, log, name } = this.#options;
    const lacksSalt = needsSalt(rule) && salt === undefined;
    if (lacksSalt && !this.#saltMissing) {
      this.#saltMissing = true;
      log.warn('A user has a password without the salt that password_hash needs, and cannot log in', { source: name });
    }
    // Nobody logs in where no password is stored, not even with an empty one.
    if (hash === undefined || hash === '' || lacksSalt) return passwords.verifyUnknown(password, rule);
    return passwords.verify(password, { rule, hash, salt });
  }

  async #isSuperuser(asked: Asked): Promise<boolean> {
    const { server, superCommand, log, name } = this.#options;
    const args = superCommand === undefined ? undefined : filledArgs(superCommand, asked);
    if (superCommand === undefined || args === undefined) return false;
    try {
      const reply = await server.ask(superCommand.name, args);
      this.#superuserFailed = false;
      return readSuperuser(reply, superCommand.shape);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      // Fewer rights are safe.
      if (!this.#superuserFailed) {
        const { code, message } = error;
        log.warn('super_cmd failed; nobody is a superuser', { source: name, code, cause: message });
      }
      this.#superuserFailed = true;
      return false;
    }
  }

  /** A client chose a name whose key holds something else: that client is refused, and Redis is not to blame. */
  #isKeyUnfit(error: unknown): boolean {
    if (!(error instanceof BackendError) || error.code !== 'REDIS_KEY_UNFIT') return false;
    if (!this.#keyUnfit) {
      this.#keyUnfit = true;
      const { code, message } = error;
      this.#options.log.warn('A login was refused, because the key that auth_cmd asks for holds something else', {
        source: this.name,
        code,
        cause: message,
      });
    }
    return true;
  }
}

export function needsSalt(rule: HashRule): boolean {
  if (rule.kind === 'hash') return rule.salt !== 'none';
  return rule.kind === 'pbkdf2' || rule.kind === 'scrypt' || (rule.kind === 'bcrypt' && rule.saltColumn);
}
