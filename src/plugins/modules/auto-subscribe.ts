/**
 * The module of automatic subscriptions: each client that connects gets them. `%c` and `%u` as whole levels stand for
 * its identifier and user name; a topic that needs a user name is left out where there is none. No permission is asked:
 * the operator has decided.
 */

import type { ClientIdentity } from '../../ports/access.ts';
import type { PluginDefinition, PluginSubscription } from '../../ports/plugin.ts';
import { quote } from '../../std/shorten.ts';
import { topicNameProblem } from '../../topic/name.ts';
import { parseFilter } from '../../topic/share.ts';
import { definePlugin } from '../define.ts';
import { pluginError } from '../failure.ts';

const options = {
  topics: {
    kind: 'list',
    default: [],
    sentence: 'Each "TOPIC [QOS [NO_LOCAL [RETAIN_AS_PUBLISHED [RETAIN_HANDLING]]]]", numbers as in SUBSCRIBE.',
  },
} as const;

const TOPICS_MAX = 100;

function parseTopic(text: string): PluginSubscription {
  const fail = (problem: string): never => {
    throw pluginError('OPTIONS', `Automatic subscriptions: ${quote(text)} ${problem}`);
  };
  const [filter = '', qos = '0', noLocal = '0', retainAsPublished = '0', retainHandling = '0', ...rest] = text
    .trim()
    .split(/\s+/);
  const problem = parseFilter(filter);
  if (typeof problem === 'string') fail(problem);
  if (!/^[012]$/.test(qos) || !/^[012]$/.test(retainHandling))
    fail('has a QoS or retain handling that is not 0, 1 or 2');
  if (!/^[01]$/.test(noLocal) || !/^[01]$/.test(retainAsPublished) || rest.length > 0)
    fail('has a flag that is not 0 or 1');
  return {
    filter,
    qos: Number(qos) as PluginSubscription['qos'],
    noLocal: noLocal === '1',
    retainAsPublished: retainAsPublished === '1',
    retainHandling: Number(retainHandling) as PluginSubscription['retainHandling'],
  };
}

/** Undefined where a level has no value, or one that would be more than a level. */
function filterFor(filter: string, { clientId, username }: ClientIdentity): string | undefined {
  const levels = filter.split('/').map((level) => {
    if (level === '%c') return levelOf(clientId);
    return level === '%u' ? levelOf(username) : level;
  });
  return levels.includes(undefined) ? undefined : levels.join('/');
}

/** A name with a wildcard or a slash would subscribe to more than what belongs to the client. */
function levelOf(name: string | undefined): string | undefined {
  if (name === undefined || name.includes('/') || topicNameProblem(name) !== undefined) return undefined;
  return name;
}

export function autoSubscribeModule(): PluginDefinition<typeof options> {
  let wanted: readonly PluginSubscription[] = [];
  return definePlugin({
    name: 'auto_subscribe',
    description: 'Automatic subscriptions of clients that connect',
    options,
    start: ({ options: { topics } }) => {
      if (topics.length > TOPICS_MAX) throw pluginError('OPTIONS', `Automatic subscriptions: more than ${TOPICS_MAX}`);
      wanted = topics.filter((topic) => topic !== '').map(parseTopic);
    },
    hooks: {
      'client.connected': ({ client }, { broker, log }) => {
        for (const subscription of wanted) {
          const filter = filterFor(subscription.filter, client);
          if (filter === undefined) continue;
          try {
            broker.subscribeClient(client.clientId, { ...subscription, filter });
          } catch (error) {
            // One that is above a limit must not keep the client from the others.
            log.warn('An automatic subscription was not made', {
              client: client.clientId,
              filter,
              cause: error instanceof Error ? error.message : String(error),
            });
          }
        }
      },
    },
  });
}
