/**
 * EMQX's acl.conf as a source of permissions: rules from top to bottom, the first that speaks of a request decides, and
 * where none does the next source is asked. Deliveries are not checked, as in EMQX: what was subscribed to is received.
 */

import type { OpenAccessSource } from '../../ports/access-source.ts';
import { openRuleFile, placeOf, type RuleFileKind } from '../rules/rule-file.ts';
import { parseRules } from './parse-rules.ts';
import { RuleList } from './rule-list.ts';

const aclConf: RuleFileKind<RuleList> = {
  kind: 'acl_conf',
  codes: { unreadable: 'ACL_CONF_UNREADABLE', invalid: 'ACL_CONF_INVALID', empty: 'ACL_CONF_EMPTY' },
  whenEmpty:
    'Write at least one, such as {deny, all}. or {allow, all}., or set allow_empty to leave every decision to the ' +
    'other sources.',
  parse: (text) => new RuleList(parseRules(text)),
  sizeOf: (rules) => rules.size,
  authorize: (rules, client, request) =>
    request.action === 'receive' ? 'ignore' : (rules.find(client, request)?.effect ?? 'ignore'),
  explain: (rules, client, request, file) => {
    if (request.action === 'receive') return { answer: 'ignore', because: `${file} does not speak of deliveries` };
    const rule = rules.find(client, request);
    return rule === undefined
      ? { answer: 'ignore', because: `none of the ${rules.size} rules of ${file} speaks of it` }
      : { answer: rule.effect, because: placeOf(file, rule) };
  },
};

/** @throws BackendError that says where the file is wrong */
export const openAclConf: OpenAccessSource = (name, options, dependencies) =>
  openRuleFile(name, options, dependencies, aclConf);
