/**
 * Mosquitto's dynamic security plugin as a source: logins and permissions from its file, which commands change while the
 * broker runs. The file is rewritten as a whole at each change, and read again at a reload.
 */

import { pbkdf2Sync } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import type { Bytes } from '../../packet/types.ts';
import type { Authenticator, Authorizer, Credentials, LoginVerdict } from '../../ports/access.ts';
import type { AccessSource, OpenAccessSource, SourceDependencies } from '../../ports/access-source.ts';
import { BackendError } from '../../ports/backend-error.ts';
import type { Control, ControlAnswer } from '../../ports/control.ts';
import type { HashRule } from '../../ports/password-checks.ts';
import { runCommands } from './control.ts';
import { modelText, readModel } from './file-form.ts';
import type { Client, Model, StoredHash } from './model.ts';
import { Permissions } from './permissions.ts';

const TOPIC = '$CONTROL/dynamic-security/v1';
/** As Mosquitto writes them, so that it can read the file again. */
const ITERATIONS = 101;
const SALT_BYTES = 12;
const HASH_BYTES = 64;

type Answer = LoginVerdict | { outcome: 'ignore' };

const IGNORE: Answer = { outcome: 'ignore' };
const DENY: Answer = { outcome: 'deny' };

/** @throws BackendError `DYNAMIC_SECURITY_UNREADABLE`, `DYNAMIC_SECURITY_INVALID` */
export const openDynamicSecurity: OpenAccessSource = async (name, options, dependencies) => {
  const file = options.optionalText('file');
  if (file === undefined) {
    const text = `access.${name}.dynamic_security.file is missing: name the file that "mosquitto_ctrl dynsec init" has made.`;
    throw new BackendError('DYNAMIC_SECURITY_UNREADABLE', text);
  }
  return new DynamicSecurity(name, file, await readFrom(file), dependencies);
};

class DynamicSecurity implements AccessSource {
  readonly name: string;
  readonly kind = 'dynamic_security';
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly control: Control;
  readonly #file: string;
  readonly #dependencies: SourceDependencies;
  #model: Model;
  #permissions: Permissions;
  /** Commands and reloads, one after another. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(name: string, file: string, model: Model, dependencies: SourceDependencies) {
    this.name = name;
    this.#file = file;
    this.#dependencies = dependencies;
    this.#model = model;
    this.#permissions = new Permissions(model);
    this.authenticator = { name, authenticate: (credentials) => this.#authenticate(credentials) };
    this.authorizer = {
      name,
      checksDelivery: true,
      authorize: (client, request) => (this.#permissions.decide(client, request) ? 'allow' : 'deny'),
      explain: (client, request) => this.#permissions.explain(client, request),
    };
    const responseTopic = `${TOPIC}/response`;
    this.control = { topic: TOPIC, responseTopic, handle: (payload) => this.#inTurn(() => this.#handle(payload)) };
  }

  async reload(): Promise<void> {
    await this.#inTurn(async () => {
      const before = this.#model;
      this.#replace(await readFrom(this.#file));
      for (const username of goneFrom(before, this.#model)) this.#dependencies.endConnections?.('username', username);
    });
  }

  async close(): Promise<void> {
    await this.#last;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  #replace(model: Model): void {
    this.#model = model;
    this.#permissions = new Permissions(model);
    this.#dependencies.rulesChanged();
  }

  #authenticate({ username, password, clientId }: Credentials): Answer | Promise<Answer> {
    if (username === undefined) return IGNORE;
    const client = this.#model.clients.get(username);
    // Whoever claims the name of somebody without showing the password must not have it as an anonymous client either.
    if (password === undefined) return client === undefined ? IGNORE : DENY;
    if (client === undefined) return this.#spend(password, IGNORE);
    const isOther = client.clientid !== undefined && client.clientid !== clientId;
    if (client.disabled || isOther || client.password === undefined) return this.#spend(password, DENY);
    return this.#check(password, client, client.password);
  }

  /** Gives `answer` after the time of a wrong password. */
  #spend(password: Bytes, answer: Answer): Answer | Promise<Answer> {
    const spent = this.#dependencies.passwords.verifyUnknown(password, ruleOf(ITERATIONS));
    return spent === false ? answer : spent.then(() => answer);
  }

  #check(password: Bytes, client: Client, { hash, salt, iterations }: StoredHash): Answer | Promise<Answer> {
    const answer = (isRight: boolean): Answer =>
      // It may have been disabled, or given another password, while this one was checked.
      isRight && !client.disabled && client.password?.hash === hash ? { outcome: 'allow' } : DENY;
    const right = this.#dependencies.passwords.verify(password, {
      rule: ruleOf(iterations),
      hash: Buffer.from(hash, 'base64').toString('hex'),
      salt: Buffer.from(salt, 'base64'),
    });
    return typeof right === 'boolean' ? answer(right) : right.then(answer);
  }

  async #handle(payload: Bytes): Promise<ControlAnswer> {
    const ended = new Set<string | undefined>();
    const newPassword = (password: string): StoredHash => this.#newPassword(password);
    const { text, isChanged } = runCommands(payload, { model: this.#model, newPassword, ended });
    if (isChanged) {
      this.#replace(this.#model);
      await this.#save();
    }
    return { text, endsConnectionsOf: [...ended] };
  }

  /** With a weight as small as Mosquitto's it takes a fraction of a millisecond. */
  #newPassword(password: string): StoredHash {
    const salt = Buffer.from(this.#dependencies.random.hex(SALT_BYTES), 'hex');
    const hash = pbkdf2Sync(password, salt, ITERATIONS, HASH_BYTES, 'sha512');
    return { hash: hash.toString('base64'), salt: salt.toString('base64'), iterations: ITERATIONS };
  }

  /** What was commanded holds whatever the disk does; the next change writes the file again. */
  async #save(): Promise<void> {
    const made = `${this.#file}.new`;
    try {
      const handle = await open(made, 'w', 0o600);
      try {
        await handle.writeFile(modelText(this.#model));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(made, this.#file);
    } catch (error) {
      this.#dependencies.log.error('The file of dynamic security cannot be written; changes end with the broker', {
        source: this.name,
        file: this.#file,
        cause: (error as Error).message,
      });
    }
  }
}

function ruleOf(iterations: number): HashRule {
  return { kind: 'pbkdf2', mac: 'sha512', iterations, keyBytes: HASH_BYTES };
}

/** Those who would not come in any more as they did. */
function goneFrom(before: Model, { clients }: Model): string[] {
  const isSame = ({ username, password, clientid }: Client): boolean => {
    const now = clients.get(username);
    return now !== undefined && !now.disabled && now.password?.hash === password?.hash && now.clientid === clientid;
  };
  return [...before.clients.values()].filter((client) => !isSame(client)).map(({ username }) => username);
}

async function readFrom(file: string): Promise<Model> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const why = (cause as Error).message;
    const message = `The file of dynamic security ${file} cannot be read (${why}). Correct the path, or make it: mosquitto_ctrl dynsec init`;
    throw new BackendError('DYNAMIC_SECURITY_UNREADABLE', message, { cause });
  }
  return readModel(text, file);
}
