/**
 * A plugin in a thread of its own as a definition like any other: each function in it asks the thread. What holds for
 * plugins (deadlines, checks of answers, what a failure means) holds for it with nothing added.
 */

import type {
  Authenticator,
  Authorizer,
  ClientIdentity,
  ExplainedPermission,
  LoginVerdict,
  Permission,
} from '../../ports/access.ts';
import type {
  HookName,
  HookRule,
  PluginCommand,
  PluginContext,
  PluginDefinition,
  PluginHooks,
  PluginRoute,
} from '../../ports/plugin.ts';
import { answerProblem } from '../answers.ts';
import { pluginError } from '../failure.ts';
import type { CallCost } from './channel.ts';
import type { Description, PluginTask, Started } from './protocol.ts';
import { bytesOf, sentClient, sentCredentials, sentEvent } from './values.ts';

/** What the proxies ask. */
export interface Proxied {
  readonly name: string;
  /** Known when it has started. */
  readonly started: Started;
  start(context: PluginContext): Promise<void>;
  /** @throws BackendError `PLUGIN_FAILED` at once where it does not run or too much waits */
  call(task: PluginTask, target: string | number, argument: unknown, cost?: CallCost): Promise<unknown>;
}

/** For how long an answer is waited for unless the hook says otherwise; those who ask wait no longer. */
const HOOK_SECONDS = 5;
const SOURCE_SECONDS = 20;

export function proxyDefinition(plugin: Proxied, description: Description): PluginDefinition {
  const { version, description: text, options, hooks, commands, routes } = description;
  return {
    name: plugin.name,
    ...(version !== undefined && { version }),
    ...(text !== undefined && { description: text }),
    options,
    start: (context) => plugin.start(context),
    hooks: Object.fromEntries(hooks.map(({ hook, ...rule }) => [hook, hookRule(plugin, hook, rule)])) as PluginHooks,
    ...(description.hasAuthenticators && {
      authenticators: () => plugin.started.authenticators.map(authenticator(plugin)),
    }),
    ...(description.hasAuthorizers && { authorizers: () => plugin.started.authorizers.map(authorizer(plugin)) }),
    commands: Object.fromEntries(
      Object.entries(commands).map(([name, command]): [string, PluginCommand] => [
        name,
        { ...command, run: (args) => plugin.call('command', name, args) },
      ]),
    ),
    routes: routes.map(
      (route, index): PluginRoute => ({
        ...route,
        handle: ({ query, body }) => plugin.call('route', index, { query, body }),
      }),
    ),
  };
}

function hookRule(plugin: Proxied, hook: HookName, rule: Omit<HookRule<HookName>, 'handle'>): HookRule<HookName> {
  const { deadlineSeconds: seconds = HOOK_SECONDS } = rule;
  return {
    ...rule,
    handle: (event) => {
      const sent = sentEvent(event);
      return plugin.call('hook', hook, sent, { bytes: bytesOf(sent), seconds }) as never;
    },
  };
}

type LoginAnswer = LoginVerdict | { outcome: 'ignore' };

const verdictProblem = answerProblem('client.authenticate');

function authenticator(plugin: Proxied): (name: string, index: number) => Authenticator {
  return (name, index) => ({
    name,
    authenticate: async (credentials) => {
      const answer = await plugin.call('login', index, sentCredentials(credentials), { seconds: SOURCE_SECONDS });
      if (typeof answer === 'object' && verdictProblem(answer) === undefined) return answer as LoginAnswer;
      throw pluginError('FAILED', `Plugin ${plugin.name}: the login ${name} gave an answer that is no verdict`);
    },
  });
}

function authorizer(plugin: Proxied): (started: Started['authorizers'][number], index: number) => Authorizer {
  return ({ name, explains, checksDelivery }, index) => {
    if (checksDelivery) {
      const text = `the permissions ${name} check deliveries, which has to be answered at once; set isolated: false`;
      throw pluginError('INVALID', `Plugin ${plugin.name}: ${text}`);
    }
    const ask = (task: 'permission' | 'explain', client: ClientIdentity, request: unknown): Promise<unknown> =>
      plugin.call(task, index, [sentClient(client), request], { seconds: SOURCE_SECONDS });
    return {
      name,
      authorize: async (client, { action, topic, qos, retain }) => {
        const answer = await ask('permission', client, { action, topic, qos, retain });
        if (answer === 'allow' || answer === 'deny' || answer === 'ignore') return answer satisfies Permission;
        throw pluginError('FAILED', `Plugin ${plugin.name}: the permissions ${name} gave an answer that is none`);
      },
      ...(explains && {
        explain: async (client, { action, topic, qos, retain }) =>
          (await ask('explain', client, { action, topic, qos, retain })) as ExplainedPermission,
      }),
    };
  };
}
