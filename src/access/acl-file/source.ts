/**
 * Mosquitto's acl_file as a source of permissions. Publishing is checked when it happens and reading at each delivery,
 * so that every subscription is granted and brings what the client may read.
 */

import { basename } from 'node:path';
import type { AccessRequest, Authorizer, ClientIdentity, ExplainedPermission, Permission } from '../../ports/access.ts';
import type { AccessSource, OpenAccessSource, SourceDependencies } from '../../ports/access-source.ts';
import { BackendError } from '../../ports/backend-error.ts';
import { shorten } from '../../std/shorten.ts';
import { RuleProblem, readRuleFile, ruleFileOf } from '../rules/rule-file.ts';
import { type Decision, FileRules } from './file-rules.ts';
import { LineProblem, parseFile } from './parse-rules.ts';

const CODES = { unreadable: 'ACL_FILE_UNREADABLE', invalid: 'ACL_FILE_INVALID' } as const;
const RULE_LENGTH_MAX = 300;

interface Options {
  readonly file: string;
  readonly allowsEmpty: boolean;
  readonly unmatched: 'deny' | 'ignore';
}

export const openAclFile: OpenAccessSource = async (name, options, dependencies) => {
  const read: Options = {
    file: ruleFileOf(name, 'acl_file', options, CODES),
    allowsEmpty: options.boolean('allow_empty'),
    unmatched: options.text('unmatched') === 'ignore' ? 'ignore' : 'deny',
  };
  return new AclFileSource(name, read, await readRules(read), dependencies);
};

class AclFileSource implements AccessSource {
  readonly name: string;
  readonly kind = 'acl_file';
  readonly authorizer: Authorizer;
  readonly #options: Options;
  readonly #dependencies: SourceDependencies;
  #rules: FileRules;

  constructor(name: string, options: Options, rules: FileRules, dependencies: SourceDependencies) {
    this.name = name;
    this.#options = options;
    this.#rules = rules;
    this.#dependencies = dependencies;
    this.authorizer = {
      name,
      checksDelivery: true,
      authorize: (client, request) => this.#authorize(client, request),
      explain: (client, request) => this.#explain(client, request),
    };
  }

  async reload(): Promise<void> {
    this.#rules = await readRules(this.#options);
    this.#dependencies.rulesChanged();
  }

  async close(): Promise<void> {}

  #authorize(client: ClientIdentity, request: AccessRequest): Permission {
    if (this.#grantsBlindly(request)) return 'allow';
    const { answer } = this.#decide(client, request);
    return answer === 'ignore' ? this.#options.unmatched : answer;
  }

  #explain(client: ClientIdentity, request: AccessRequest): ExplainedPermission {
    const file = basename(this.#options.file);
    if (this.#grantsBlindly(request)) {
      const { answer, because } = this.#decide(client, request);
      const found = answer === 'ignore' ? `no line of ${file} lets it read this` : placeOf(file, because);
      return {
        answer: 'allow',
        because: `${file} grants every subscription and checks each delivery; of those, ${found}`,
      };
    }
    const { answer, because } = this.#decide(client, request);
    return answer === 'ignore'
      ? { answer: this.#options.unmatched, because: `none of the ${this.#rules.size} rules of ${file} speaks of it` }
      : { answer, because: placeOf(file, because) };
  }

  /** A subscription may bring some messages and not others, which only their delivery can tell. */
  #grantsBlindly({ action }: AccessRequest): boolean {
    return action === 'subscribe' && this.#options.unmatched === 'deny';
  }

  #decide(client: ClientIdentity, { action, topic }: AccessRequest): Decision {
    return this.#rules.decide(client, action === 'publish' ? 'write' : 'read', topic);
  }
}

function placeOf(file: string, because: Decision['because']): string {
  return typeof because === 'string' ? because : `${file}:${because.line} ${shorten(because.text, RULE_LENGTH_MAX)}`;
}

/** @throws BackendError that says where the file is wrong */
async function readRules({ file, allowsEmpty }: Options): Promise<FileRules> {
  const source = await readRuleFile(file, CODES);
  try {
    const parsed = parseFile(source);
    if (parsed.size > 0 || allowsEmpty) return new FileRules(parsed);
  } catch (error) {
    if (error instanceof LineProblem) throw new RuleProblem(CODES.invalid, file, error.line, error.message);
    throw error;
  }
  throw new BackendError(
    'ACL_FILE_EMPTY',
    `${file} holds no rule. Write at least one, such as: topic read $SYS/#. To deny everything on purpose, set allow_empty.`,
  );
}
