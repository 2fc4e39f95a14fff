/** Modules: delayed publish, topic rewrite, subscriptions of every client, counts of topics. */

import type { Translation } from './translation.ts';

/** What a rule is natively; EMQX's plain rules are for both. */
const actions: readonly (readonly [lead: readonly string[], action: string])[] = [
  [['module', 'rewrite', 'pub', 'rule'], 'publish'],
  [['module', 'rewrite', 'sub', 'rule'], 'subscribe'],
  [['module', 'rewrite', 'rule'], 'all'],
];

export function translateModules(translation: Translation): void {
  translation.set('modules.delayed.enabled', translation.isModuleLoaded('emqx_mod_delayed'));
  translation.set('modules.topic_metrics.enabled', translation.isModuleLoaded('emqx_mod_topic_metrics'));
  if (isOn(translation, 'emqx_mod_rewrite', 'module.rewrite')) rewrite(translation);
  if (isOn(translation, 'emqx_mod_subscription', 'module.subscription')) subscriptions(translation);
}

/** 3.4 had a switch where 4.3 has data/loaded_modules. */
function isOn(translation: Translation, module: string, old: string): boolean {
  return translation.isModuleLoaded(module) || translation.keys.flag(old);
}

function rewrite(translation: Translation): void {
  const rules: string[] = [];
  let last: string | undefined;
  for (const [lead, action] of actions) {
    for (const { rest, written } of byNumber(translation, lead)) {
      if (rest.length !== 1) continue;
      rules.push(`${action} ${written.text.replace(/\s+/g, ' ')}`);
      last = written.key;
    }
  }
  if (last !== undefined) translation.set('modules.rewrite.rules', rules, last);
}

function subscriptions(translation: Translation): void {
  const topics: string[] = [];
  let last: string | undefined;
  for (const { rest, written } of byNumber(translation, ['module', 'subscription'])) {
    const [number = '', option] = rest;
    if (option !== 'topic') continue;
    const of = (name: string): string => String(translation.keys.get(`module.subscription.${number}.${name}`) ?? 0);
    topics.push([written.text, of('qos'), of('nl'), of('rap'), of('rh')].join(' '));
    last = written.key;
  }
  if (last !== undefined) translation.set('modules.auto_subscribe.topics', topics, last);
}

/** In the order of their numbers, which is the order in which EMQX looks at them. */
function byNumber(translation: Translation, lead: readonly string[]): ReturnType<Translation['keys']['under']> {
  return translation.keys.under(...lead).sort((one, other) => Number(one.rest[0]) - Number(other.rest[0]));
}
