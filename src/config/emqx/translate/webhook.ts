/** The webhook: each rule is an event that is sent, of messages perhaps those of some topics only. */

import { webhookKeys } from '../keys/webhook.ts';
import { oldestVersion } from './tls-versions.ts';
import type { Translation } from './translation.ts';

export function translateWebhook(translation: Translation): void {
  if (!translation.isLoaded('emqx_web_hook')) return;
  translation.follow(webhookKeys, [], new Map());
  // EMQX asks whatever address there is, and a receiver is mostly beside the broker.
  translation.set('webhook.allow_private_addresses', true);
  oldestVersion(translation, 'web.hook.ssl.tls_versions', 'webhook');
  events(translation);
  headers(translation);
}

function events(translation: Translation): void {
  const found = new Set<string>();
  let last: string | undefined;
  for (const { rest, written } of translation.keys.under('web', 'hook', 'rule')) {
    const [group, event] = rest;
    const topic = topicOf(written.text);
    if (topic === undefined)
      translation.problem(written.key, 'allowed: {"action": "on_…"}, and a "topic" for messages');
    else found.add(topic === '' ? `${group}.${event}` : `${group}.${event} ${topic}`);
    last = written.key;
  }
  if (last !== undefined) translation.set('webhook.events', [...found], last);
}

/** The filter of a rule, empty for none; undefined where it is no rule. */
function topicOf(text: string): string | undefined {
  try {
    const rule: unknown = JSON.parse(text);
    if (typeof rule !== 'object' || rule === null || !('action' in rule)) return undefined;
    const topic = 'topic' in rule ? rule.topic : '';
    return typeof topic === 'string' ? topic : undefined;
  } catch {
    return undefined;
  }
}

function headers(translation: Translation): void {
  const texts: string[] = [];
  let last: string | undefined;
  for (const { rest, written } of translation.keys.under('web', 'hook', 'headers')) {
    const name = (rest[0] ?? '').toLowerCase();
    if (name === 'content-type') continue;
    if (name === 'authorization') translation.set('webhook.authorization', written.text, written.key);
    else {
      texts.push(`${name}: ${written.text}`);
      last = written.key;
    }
  }
  if (last !== undefined) translation.set('webhook.headers', texts, last);
}
