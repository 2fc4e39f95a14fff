/** Whether what a module exports is a plugin. It comes from other people, so nothing about it is taken for granted. */

import { nearest } from '../config/nearest.ts';
import type { PluginDefinition } from '../ports/plugin.ts';
import { quote } from '../std/shorten.ts';
import { topicFilterProblem } from '../topic/name.ts';
import { pluginError } from './failure.ts';
import { hookHint, isHookName } from './hook-names.ts';

const NAME = /^[a-z][a-z0-9_]{0,63}$/;
const PATH = /^[a-z0-9][a-z0-9_-]{0,63}$/;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isFunction = (value: unknown): boolean => typeof value === 'function';

const fields: Readonly<Record<keyof PluginDefinition, (value: unknown) => string | undefined>> = {
  name: (value) =>
    typeof value === 'string' && NAME.test(value)
      ? undefined
      : 'has to be lower-case letters, digits and _, beginning with a letter, at most 64',
  version: (value) => (typeof value === 'string' ? undefined : 'has to be a text'),
  description: (value) => (typeof value === 'string' ? undefined : 'has to be a text'),
  options: optionsProblem,
  start: (value) => (isFunction(value) ? undefined : 'has to be a function'),
  hooks: hooksProblem,
  authenticators: (value) => (isFunction(value) ? undefined : 'has to be a function that makes them'),
  authorizers: (value) => (isFunction(value) ? undefined : 'has to be a function that makes them'),
  commands: (value) => {
    if (!isObject(value)) return 'has to be an object';
    const wrong = Object.entries(value).find(
      ([name, one]) => !PATH.test(name) || !isObject(one) || !isFunction(one['run']),
    );
    return wrong === undefined
      ? undefined
      : `has the command ${quote(wrong[0])}, which has no function "run" or a name that cannot be typed`;
  },
  routes: (value) => {
    if (!Array.isArray(value)) return 'has to be an array';
    const isRoute = (one: unknown): boolean =>
      isObject(one) &&
      ['GET', 'POST', 'PUT', 'DELETE'].includes(String(one['method'])) &&
      PATH.test(String(one['path'])) &&
      (one['scope'] === undefined || ['read', 'operate', 'admin'].includes(String(one['scope']))) &&
      isFunction(one['handle']);
    return value.every(isRoute)
      ? undefined
      : 'has a route without a function "handle", or with a method, scope or path that cannot be; a path is one level';
  },
};

function optionsProblem(value: unknown): string | undefined {
  if (!isObject(value)) return 'has to be an object';
  const kinds = ['text', 'secret', 'boolean', 'number', 'list'];
  for (const [name, option] of Object.entries(value)) {
    if (!isObject(option) || !kinds.includes(String(option['kind']))) {
      return `has the option ${quote(name)}, whose kind is none of ${kinds.join(', ')}`;
    }
  }
  return undefined;
}

function hooksProblem(value: unknown): string | undefined {
  if (!isObject(value)) return 'has to be an object';
  for (const [name, hook] of Object.entries(value)) {
    if (!isHookName(name)) return `has the unknown hook ${quote(name)}; ${hookHint(name)}`;
    if (isFunction(hook)) continue;
    const problem = isObject(hook) ? ruleProblem(name, hook) : 'is neither a function nor an object with "handle"';
    if (problem !== undefined) return `has the hook ${quote(name)}, which ${problem}`;
  }
  return undefined;
}

const isPositive = (value: unknown): boolean => typeof value === 'number' && value > 0 && value <= 600;

const rules: Readonly<Record<string, (value: unknown, hook: string) => boolean>> = {
  handle: isFunction,
  topics: (value, hook) =>
    hook.startsWith('message.') &&
    Array.isArray(value) &&
    value.every((filter) => typeof filter === 'string' && topicFilterProblem(filter) === undefined),
  deadlineSeconds: isPositive,
  onFailure: (value) => value === 'open' || value === 'closed',
  failuresMax: (value) => Number.isInteger(value) && (value as number) >= 0,
};

function ruleProblem(hook: string, rule: Record<string, unknown>): string | undefined {
  if (rule['handle'] === undefined) return 'has no function "handle"';
  for (const [name, value] of Object.entries(rule)) {
    if (!Object.hasOwn(rules, name)) return `has the unknown field ${quote(name)}`;
    if (value !== undefined && !rules[name]!(value, hook)) return `has a ${name} that cannot be`;
  }
  return undefined;
}

/** @throws BackendError `PLUGIN_INVALID` that says which part is wrong */
export function checkDefinition(where: string, value: unknown): PluginDefinition {
  const fail = (text: string): never => {
    throw pluginError('INVALID', `${where}: ${text}`);
  };
  if (!isObject(value)) return fail('it has no export named "plugin" that is a plugin; use definePlugin');
  if (value['name'] === undefined) fail('the plugin has no name');
  for (const [name, part] of Object.entries(value)) {
    if (!Object.hasOwn(fields, name)) {
      const near = nearest(name, Object.keys(fields));
      fail(`the plugin has the unknown field ${quote(name)}${near === undefined ? '' : `; did you mean "${near}"?`}`);
    }
    const problem = part === undefined ? undefined : fields[name as keyof PluginDefinition](part);
    if (problem !== undefined) fail(`"${name}" ${problem}`);
  }
  return value as unknown as PluginDefinition;
}
