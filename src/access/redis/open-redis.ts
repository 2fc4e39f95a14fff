/** The kind `redis`: logins and permissions from Redis. */

import type { AccessSource, OpenAccessSource, SourceDependencies } from '../../ports/access-source.ts';
import type { BackendError } from '../../ports/backend-error.ts';
import type { OptionReader } from '../../ports/option.ts';
import type { HashRule } from '../../ports/password-checks.ts';
import { parseHashRule } from '../passwords/hash-rule.ts';
import type { Failure } from '../remote/failures.ts';
import { readTlsSettings } from '../remote/tls-files.ts';
import { type CommandTemplate, parseCommand } from './command.ts';
import { addressProblem, loadDriver, type RedisSettings } from './driver.ts';
import { type RedisFailureKind, redisFailure } from './failures.ts';
import { needsSalt, RedisLogins } from './logins.ts';
import { RedisPermissions } from './permissions.ts';
import { RedisServer } from './server.ts';

interface Commands {
  readonly auth: CommandTemplate | undefined;
  readonly superuser: CommandTemplate | undefined;
  readonly acl: CommandTemplate | undefined;
}

/**
 * Opens a source. It begins to connect and does not wait for it.
 * @throws BackendError for options that cannot be used, files that cannot be read and a driver that is not installed
 */
export const openRedis: OpenAccessSource = async (name, options, dependencies) => {
  const failure = redisFailure(name, options.list('server').join(', '));
  const rule = parseHashRule(options.text('password_hash'));
  if ('problem' in rule) throw failure('SETTING_INVALID', `password_hash: ${rule.problem}`);
  const commands: Commands = {
    auth: command('auth_cmd', undefined, options, failure),
    superuser: command('super_cmd', undefined, options, failure),
    acl: command('acl_cmd', ['HGETALL'], options, failure),
  };
  if (commands.auth === undefined && commands.acl === undefined) {
    throw failure('SETTING_INVALID', 'neither auth_cmd nor acl_cmd is set');
  }
  checkSalt(commands.auth, rule, failure);
  const settings = await readSettings(options, failure);
  const makeClient = await loadDriver().catch((cause: unknown) => {
    throw failure('DRIVER_MISSING', undefined, cause);
  });
  const server = new RedisServer(settings, {
    makeClient,
    waitingMax: options.number('waiting_max'),
    querySecondsMax: settings.querySecondsMax,
    reconnectSecondsMax: options.number('reconnect_seconds_max'),
    clock: dependencies.clock,
    random: dependencies.random,
    failure,
  });
  const reload = async (): Promise<void> => {
    const later = await readSettings(options, failure);
    if (later.tls !== undefined) server.use(later);
  };
  return new RedisSource(name, commands, rule, server, dependencies, reload);
};

class RedisSource implements AccessSource {
  readonly name: string;
  readonly kind = 'redis';
  readonly authenticator?: RedisLogins;
  readonly authorizer?: RedisPermissions;
  /** Reads the files of TLS again, where there are any, and connects anew. */
  readonly reload: () => Promise<void>;
  readonly #commands: Commands;
  readonly #server: RedisServer;

  constructor(
    name: string,
    commands: Commands,
    rule: HashRule,
    server: RedisServer,
    { passwords, log }: SourceDependencies,
    reload: () => Promise<void>,
  ) {
    this.name = name;
    this.reload = reload;
    this.#commands = commands;
    this.#server = server;
    const { auth, superuser, acl } = commands;
    if (auth !== undefined) {
      this.authenticator = new RedisLogins({
        name,
        server,
        command: auth,
        superCommand: superuser,
        rule,
        passwords,
        log,
      });
    }
    if (acl !== undefined) this.authorizer = new RedisPermissions(name, server, acl);
  }

  /** Runs every command for a client that says nothing. Rejects with the first that fails. */
  async test(): Promise<void> {
    for (const one of Object.values(this.#commands) as (CommandTemplate | undefined)[]) {
      if (one === undefined) continue;
      const args = one.args.map((pieces) => pieces.map((piece) => ('text' in piece ? piece.text : '')).join(''));
      await this.#server.ask(one.name, args);
    }
  }

  async close(): Promise<void> {
    this.#server.close();
  }
}

function command(
  option: string,
  allowed: readonly string[] | undefined,
  options: OptionReader,
  failure: Failure<RedisFailureKind>,
): CommandTemplate | undefined {
  const text = options.optionalText(option)?.trim() ?? '';
  if (text === '') return undefined;
  const read = parseCommand(text, allowed);
  if ('problem' in read) throw failure('SETTING_INVALID', `${option}: ${read.problem}`);
  return read;
}

/** A command that gives one value alone cannot give a salt. */
function checkSalt(auth: CommandTemplate | undefined, rule: HashRule, failure: Failure<RedisFailureKind>): void {
  if (auth === undefined || !needsSalt(rule) || auth.shape.kind === 'pairs') return;
  const values = auth.name === 'MGET' ? auth.args.length : Math.max(1, auth.shape.fields.length);
  if (values < 2) {
    throw failure('SETTING_INVALID', 'password_hash needs a salt, but auth_cmd gives one value: name the salt second');
  }
}

async function readSettings(options: OptionReader, failure: Failure<RedisFailureKind>): Promise<RedisSettings> {
  const fail = (saying: string, cause?: unknown): BackendError => failure('TLS_FILE', saying, cause);
  const settings: RedisSettings = {
    mode: options.text('mode') as RedisSettings['mode'],
    servers: options.list('server'),
    sentinel: options.optionalText('sentinel'),
    sentinelPassword: options.optionalText('sentinel_password'),
    username: options.optionalText('username'),
    password: options.optionalText('password'),
    database: options.number('database'),
    tls: options.boolean('ssl') ? await readTlsSettings(options, fail) : undefined,
    connectSecondsMax: options.number('connect_seconds_max'),
    querySecondsMax: options.number('query_seconds_max'),
  };
  const problem = addressProblem(settings);
  if (problem !== undefined) throw failure('SETTING_INVALID', problem);
  return settings;
}
