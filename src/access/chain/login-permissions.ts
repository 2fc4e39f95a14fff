/** Permissions that a login brought with it, from a token or an HTTP answer. They are asked before every source. */

import type {
  AccessRequest,
  ClientIdentity,
  ExplainedPermission,
  Permission,
  PermissionRule,
} from '../../ports/access.ts';
import { type CompiledRule, compileRule, decide, explain } from '../rules/permission-rules.ts';

/** A login's rules never change, so they are made ready once for as long as the login lasts. */
const compiled = new WeakMap<readonly PermissionRule[], readonly CompiledRule[]>();

function rulesOf(permissions: readonly PermissionRule[]): readonly CompiledRule[] {
  const known = compiled.get(permissions);
  if (known !== undefined) return known;
  const made = permissions.map(compileRule);
  compiled.set(permissions, made);
  return made;
}

/** A delivery is what a subscription is for, so the same rules speak of it. */
function asRuled(request: AccessRequest): AccessRequest {
  return request.action === 'receive' ? { ...request, action: 'subscribe' } : request;
}

export function decideByLogin(client: ClientIdentity, request: AccessRequest): Permission {
  if (client.permissions === undefined) return 'ignore';
  return decide(rulesOf(client.permissions), client, asRuled(request));
}

/** The same with the rule in words; undefined for a client whose login brought none. */
export function explainByLogin(client: ClientIdentity, request: AccessRequest): ExplainedPermission | undefined {
  if (client.permissions === undefined) return undefined;
  return explain(rulesOf(client.permissions), client, asRuled(request));
}
