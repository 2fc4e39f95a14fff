/** What the answers of filters have to look like: plugins are other people's code, and not all of it has types. */

import type { FilterName, HookName, Refusal } from '../ports/plugin.ts';
import { quote } from '../std/shorten.ts';
import { parseFilter } from '../topic/share.ts';
import { isEventHook } from './hook-names.ts';
import { changeProblem } from './plugin-message.ts';

type Problem = string | undefined;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether an answer refuses, well or badly formed. */
export function isRefusal(value: unknown): value is Refusal {
  return isObject(value) && Object.hasOwn(value, 'refuse');
}

function refusalProblem({ refuse }: Refusal): Problem {
  const isCode = Number.isInteger(refuse) && refuse >= 0x80 && refuse <= 0xff;
  return isCode ? undefined : 'refuses with something else than a Reason Code from 0x80 to 0xFF';
}

const wish: Readonly<Record<string, (value: unknown) => boolean>> = {
  filter: (value) => typeof value === 'string',
  qos: (value) => value === 0 || value === 1 || value === 2,
  noLocal: (value) => typeof value === 'boolean',
  retainAsPublished: (value) => typeof value === 'boolean',
  retainHandling: (value) => value === 0 || value === 1 || value === 2,
};

function wishProblem(value: unknown): Problem {
  if (value === undefined) return undefined;
  if (!isObject(value)) return 'has an entry that is no subscription';
  if (isRefusal(value)) return refusalProblem(value);
  for (const [name, given] of Object.entries(value)) {
    if (!Object.hasOwn(wish, name) || !wish[name]!(given)) return `has an entry whose ${quote(name)} cannot be`;
  }
  const { filter } = value;
  if (typeof filter !== 'string') return undefined;
  const problem = parseFilter(filter);
  return typeof problem === 'string' ? `has the filter ${quote(filter)}, which ${problem}` : undefined;
}

function loginProblem(answer: unknown): Problem {
  if (answer === undefined || typeof answer === 'boolean') return undefined;
  const outcome = isObject(answer) ? answer['outcome'] : undefined;
  if (outcome === 'allow' || outcome === 'deny' || outcome === 'ignore') return undefined;
  return 'is neither true, false, nothing nor a verdict';
}

const problems: Readonly<Record<FilterName, (answer: unknown) => Problem>> = {
  'client.connect': (answer) => {
    if (answer === undefined) return undefined;
    return isRefusal(answer) ? refusalProblem(answer) : 'is neither nothing nor a refusal';
  },
  'client.authenticate': loginProblem,
  'client.check_acl': (answer) =>
    answer === undefined || typeof answer === 'boolean' ? undefined : 'is neither true, false nor nothing',
  'client.subscribe': (answer) => {
    if (answer === undefined) return undefined;
    if (!Array.isArray(answer)) return 'is neither nothing nor an array';
    return answer.map(wishProblem).find((problem) => problem !== undefined);
  },
  'client.unsubscribe': (answer) => {
    if (answer === undefined) return undefined;
    const isFit = (one: unknown): boolean => one === undefined || typeof one === 'string';
    return Array.isArray(answer) && answer.every(isFit) ? undefined : 'is neither nothing nor an array of filters';
  },
  'message.publish': (answer) => {
    if (answer === undefined || answer === 'taken') return undefined;
    if (!isObject(answer)) return 'is neither nothing, a change, a refusal nor "taken"';
    return isRefusal(answer) ? refusalProblem(answer) : changeProblem(answer);
  },
};

/** Says what is wrong with an answer of a hook. What an event answers is nobody's business. */
export function answerProblem(hook: HookName): (answer: unknown) => Problem {
  return isEventHook(hook) ? () => undefined : problems[hook];
}
