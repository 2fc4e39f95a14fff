/** What a plugin has to say about logins and permissions, as sources of the chains. */

import type { ChainSource } from '../access/chain/access-chain.ts';
import type { Authenticator, Authorizer, LoginVerdict, Permission } from '../ports/access.ts';
import type { AccessSource } from '../ports/access-source.ts';
import type { PluginContext, PluginDefinition } from '../ports/plugin.ts';
import { pluginError } from './failure.ts';
import { FAILED, type Guarded, type GuardedHook } from './guarded-hook.ts';

/** The chains, as far as plugins come and go in them. */
export interface PluginAccess {
  add(source: ChainSource, isPlugin: boolean): void;
  /** False: there is none of this name. */
  remove(name: string): boolean;
}

type LoginAnswer = LoginVerdict | { outcome: 'ignore' };

const IGNORED: LoginAnswer = { outcome: 'ignore' };

/** Longer than any hook may take: the deadline of the hook comes first. */
const ANSWER_SECONDS_MAX = 660;

/** One source for the hooks, and one for each authenticator and authorizer. */
export function accessOfPlugin(
  { name, authenticators, authorizers }: PluginDefinition,
  hooks: readonly GuardedHook[],
  context: PluginContext,
): ChainSource[] {
  const login = hooks.find(({ hook }) => hook === 'client.authenticate');
  const permission = hooks.find(({ hook }) => hook === 'client.check_acl');
  const sources: ChainSource[] = [];
  if (login !== undefined || permission !== undefined) {
    const source = sourceOf(`plugin ${name}`, {
      ...(login !== undefined && { authenticator: hookAuthenticator(login) }),
      ...(permission !== undefined && { authorizer: hookAuthorizer(permission) }),
    });
    sources.push({ source, answerSecondsMax: ANSWER_SECONDS_MAX });
  }
  for (const authenticator of authenticators?.(context) ?? []) {
    sources.push({ source: sourceOf(`plugin ${name} login ${authenticator.name}`, { authenticator }) });
  }
  for (const authorizer of authorizers?.(context) ?? []) {
    sources.push({ source: sourceOf(`plugin ${name} permission ${authorizer.name}`, { authorizer }) });
  }
  return sources;
}

function sourceOf(name: string, parts: { authenticator?: Authenticator; authorizer?: Authorizer }): AccessSource {
  return {
    name,
    kind: 'plugin',
    ...parts,
    close: async () => {
      await parts.authenticator?.close?.();
      await parts.authorizer?.close?.();
    },
  };
}

/** What a failure means: nothing is known, or nobody can say, which denies. */
function failure(hook: GuardedHook): void {
  if (hook.failsOpen) return;
  const text = `Plugin ${hook.plugin}: its hook ${hook.hook} failed, so nothing is allowed (onFailure: closed)`;
  throw pluginError('FAILED', text);
}

function hookAuthenticator(hook: GuardedHook): Authenticator {
  const verdict = (answer: Guarded): LoginAnswer => {
    if (answer === FAILED) failure(hook);
    if (answer === FAILED || answer === undefined) return IGNORED;
    return typeof answer === 'boolean' ? { outcome: answer ? 'allow' : 'deny' } : (answer as LoginAnswer);
  };
  return {
    name: hook.plugin,
    authenticate: (credentials) => {
      const answer = hook.ask({ credentials });
      return answer instanceof Promise ? answer.then(verdict) : verdict(answer);
    },
  };
}

function hookAuthorizer(hook: GuardedHook): Authorizer {
  const permission = (answer: Guarded): Permission => {
    if (answer === FAILED) failure(hook);
    if (answer === FAILED || answer === undefined) return 'ignore';
    return answer === true ? 'allow' : 'deny';
  };
  return {
    name: hook.plugin,
    authorize: (client, { action, topic, qos, retain }) => {
      const answer = hook.ask({ client, action, topic, qos, retain });
      return answer instanceof Promise ? answer.then(permission) : permission(answer);
    },
  };
}
