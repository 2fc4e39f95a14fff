/**
 * Answers what the configured sources say about a client, without a broker: opens them in place, asks, and closes them.
 * What the store holds for them is read from a copy, so a broker may be running, and nothing is written.
 */

import { existsSync } from 'node:fs';
import { AccessChain } from './access/chain/access-chain.ts';
import { explainAccess as explain, uncheckedCaller } from './access/chain/explain.ts';
import { defaultRules } from './access/default-rules.ts';
import { chainRules, openSources } from './access-sources.ts';
import { mountpointOf } from './broker/connection/mountpoint.ts';
import type { ExplainAccess } from './cli/program.ts';
import { zoneOptions } from './config/broker-options.ts';
import { explainedClient } from './explained-client.ts';
import type { Store } from './ports/store.ts';
import { storeFolder } from './registry.ts';
import { MemoryStore } from './stores/memory.ts';

/** What keys of sources begin with; see `SourceDependencies`. */
const KEY_PREFIX = 'access/';

/** Entries that are copied together. */
const COPIED_AT_ONCE = 10_000;

export const explainAccess: ExplainAccess = async (loaded, question, log) => {
  const { listeners, settings, dataDirectory } = loaded;
  const store = await storeOf(storeFolder(dataDirectory), settings.text('durability.mode') !== 'memory');
  const sources = await openSources(loaded, store, log, { rulesChanged: () => {} });
  try {
    const { sysReaders, ...rules } = chainRules(settings);
    const subscriptionDefault = sysReaders === 'everybody' ? undefined : defaultRules;
    const chain = new AccessChain({ ...rules, subscriptionDefault, sources, log });
    for (const { name: listenerName, sources: asked, values } of listeners) {
      const { unmatched } = zoneOptions(settings, values.optionalText('zone'));
      const permissions = values.boolean('check_permissions');
      chain.limitListener(listenerName, asked, { permissions, ...(unmatched !== undefined && { unmatched }) });
    }
    const { request } = question;
    const { client, unchecked } = await explainedClient(loaded, question.who);
    if (unchecked === 'api') return uncheckedCaller;
    const superuser = question.superuser || unchecked === 'bridges';
    const listener = listeners.find(({ name }) => name === client.peer.listener);
    const template = listener?.values.text('mountpoint') ?? '';
    const mountpoint = mountpointOf(template, client) ?? template;
    return await explain(chain, client, request, { mountpoint, superuser });
  } finally {
    for (const { source } of sources) await source.close();
    await store.close();
  }
};

/** What the sources have in the store, as it was a moment ago; nothing where there is no store yet. */
async function storeOf(folder: string, lasts: boolean): Promise<Store> {
  const copy = new MemoryStore();
  if (!lasts || !existsSync(folder)) return copy;
  const { readStore } = await import('./stores/store-files.ts');
  await readStore(folder, async (store) => {
    let copied = 0;
    for (const { key, value } of store.range(KEY_PREFIX)) {
      copy.put(key, value);
      if (++copied % COPIED_AT_ONCE === 0) await copy.commit();
    }
    await copy.commit();
  });
  return copy;
}
