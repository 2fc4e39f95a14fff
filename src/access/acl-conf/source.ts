/**
 * EMQX's acl.conf as a source of permissions: rules from top to bottom, the first that speaks of a request decides, and
 * where none does the next source is asked. Deliveries are not checked, as in EMQX: what was subscribed to is received.
 */

import { basename } from 'node:path';
import type { AccessRequest, Authorizer, ClientIdentity, ExplainedPermission, Permission } from '../../ports/access.ts';
import type { AccessSource, OpenAccessSource, SourceDependencies } from '../../ports/access-source.ts';
import { BackendError } from '../../ports/backend-error.ts';
import { shorten } from '../../std/shorten.ts';
import { RuleProblem, readRuleFile, ruleFileOf } from '../rules/rule-file.ts';
import { parseRules } from './parse-rules.ts';
import { RuleList } from './rule-list.ts';
import { TokenProblem } from './tokens.ts';

const CODES = { unreadable: 'ACL_CONF_UNREADABLE', invalid: 'ACL_CONF_INVALID' } as const;
const RULE_LENGTH_MAX = 300;

interface Options {
  readonly file: string;
  readonly allowsEmpty: boolean;
}

export const openAclConf: OpenAccessSource = async (name, options, dependencies) => {
  const file = ruleFileOf(name, 'acl_conf', options, CODES);
  const read = { file, allowsEmpty: options.boolean('allow_empty') };
  return new AclConfSource(name, read, await readRules(read), dependencies);
};

class AclConfSource implements AccessSource {
  readonly name: string;
  readonly kind = 'acl_conf';
  readonly authorizer: Authorizer;
  readonly #options: Options;
  readonly #dependencies: SourceDependencies;
  #rules: RuleList;

  constructor(name: string, options: Options, rules: RuleList, dependencies: SourceDependencies) {
    this.name = name;
    this.#options = options;
    this.#rules = rules;
    this.#dependencies = dependencies;
    this.authorizer = {
      name,
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
    if (request.action === 'receive') return 'ignore';
    return this.#rules.find(client, request)?.effect ?? 'ignore';
  }

  #explain(client: ClientIdentity, request: AccessRequest): ExplainedPermission {
    const file = basename(this.#options.file);
    if (request.action === 'receive') return { answer: 'ignore', because: `${file} does not speak of deliveries` };
    const rule = this.#rules.find(client, request);
    return rule === undefined
      ? { answer: 'ignore', because: `none of the ${this.#rules.size} rules of ${file} speaks of it` }
      : { answer: rule.effect, because: `${file}:${rule.line} ${shorten(rule.text, RULE_LENGTH_MAX)}` };
  }
}

/** @throws BackendError that says where the file is wrong */
async function readRules({ file, allowsEmpty }: Options): Promise<RuleList> {
  const source = await readRuleFile(file, CODES);
  try {
    const rules = parseRules(source);
    if (rules.length > 0 || allowsEmpty) return new RuleList(rules);
  } catch (error) {
    if (error instanceof TokenProblem) throw new RuleProblem(CODES.invalid, file, error.line, error.message);
    throw error;
  }
  throw new BackendError(
    'ACL_CONF_EMPTY',
    `${file} holds no rule. Write at least one, such as {deny, all}. or {allow, all}., or set allow_empty to leave every ` +
      'decision to the other sources.',
  );
}
