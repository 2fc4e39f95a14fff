/**
 * Mosquitto's acl_file as a source of permissions. Publishing is checked when it happens and reading at each delivery,
 * so that every subscription is granted and brings what the client may read.
 */

import type { AccessRequest, ClientIdentity, ExplainedPermission } from '../../ports/access.ts';
import type { OpenAccessSource } from '../../ports/access-source.ts';
import { openRuleFile, placeOf, type RuleFileKind } from '../rules/rule-file.ts';
import { type Decision, FileRules } from './file-rules.ts';
import { parseFile } from './parse-rules.ts';

type Unmatched = 'deny' | 'ignore';

/** @throws BackendError that says where the file is wrong */
export const openAclFile: OpenAccessSource = (name, options, dependencies) =>
  openRuleFile(name, options, dependencies, aclFile(options.text('unmatched') === 'ignore' ? 'ignore' : 'deny'));

/** @param unmatched what holds where no line speaks of a topic */
function aclFile(unmatched: Unmatched): RuleFileKind<FileRules> {
  return {
    kind: 'acl_file',
    codes: { unreadable: 'ACL_FILE_UNREADABLE', invalid: 'ACL_FILE_INVALID', empty: 'ACL_FILE_EMPTY' },
    whenEmpty: 'Write at least one, such as: topic read $SYS/#. To deny everything on purpose, set allow_empty.',
    checksDelivery: true,
    parse: (text) => new FileRules(parseFile(text)),
    sizeOf: (rules) => rules.size,
    authorize: (rules, client, request) => {
      if (grantsBlindly(request, unmatched)) return 'allow';
      const { answer } = decide(rules, client, request);
      return answer === 'ignore' ? unmatched : answer;
    },
    explain: (rules, client, request, file) => explain(rules, client, request, file, unmatched),
  };
}

function explain(
  rules: FileRules,
  client: ClientIdentity,
  request: AccessRequest,
  file: string,
  unmatched: Unmatched,
): ExplainedPermission {
  const { answer, because } = decide(rules, client, request);
  const why = typeof because === 'string' ? because : placeOf(file, because);
  if (grantsBlindly(request, unmatched)) {
    const found = answer === 'ignore' ? `no line of ${file} lets it read this` : why;
    return {
      answer: 'allow',
      because: `${file} grants every subscription and checks each delivery; of those, ${found}`,
    };
  }
  return answer === 'ignore'
    ? { answer: unmatched, because: `none of the ${rules.size} rules of ${file} speaks of it` }
    : { answer, because: why };
}

/** A subscription may bring some messages and not others, which only their delivery can tell. */
function grantsBlindly({ action }: AccessRequest, unmatched: Unmatched): boolean {
  return action === 'subscribe' && unmatched === 'deny';
}

function decide(rules: FileRules, client: ClientIdentity, { action, topic }: AccessRequest): Decision {
  return rules.decide(client, action === 'publish' ? 'write' : 'read', topic);
}
