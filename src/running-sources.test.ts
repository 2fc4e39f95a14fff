/** Sources that are loaded while the broker runs: from the configuration as it is then, and at their place in the order. */

import { expect, it } from 'vitest';
import type { ChainSource } from './access/chain/access-chain.ts';
import type { SourceSettings } from './config/access.ts';
import type { AccessSource } from './ports/access-source.ts';
import { RunningSources } from './running-sources.ts';

function source(name: string, kind: string, closed: string[] = []): ChainSource {
  const close = async (): Promise<void> => {
    closed.push(name);
  };
  return { source: { name, kind, close } as unknown as AccessSource };
}

/** A chain that has `rules` and knows of the others, with what was asked of it. */
function running(plan: () => readonly [name: string, kind: string][]) {
  const chain: ChainSource[] = [source('rules', 'acl_conf')];
  const asked: string[] = [];
  const sources = new RunningSources(
    {
      sources: chain,
      addSource: (added, before) => {
        const at = chain.findIndex((one) => one.source.name === before);
        chain.splice(at < 0 ? chain.length : at, 0, added);
      },
      removeSource: (name) =>
        chain.splice(
          chain.findIndex((one) => one.source.name === name),
          1,
        )[0],
    },
    async (plugin) => {
      asked.push(plugin);
      return plan().map(([name, kind]) => ({ name, kind }) as unknown as SourceSettings);
    },
    async ({ name, kind }) => source(name, kind),
  );
  return { sources, asked, names: () => chain.map((one) => one.source.name) };
}

it('puts a source where the configuration has it, so that rules that allow everything do not come first', async () => {
  const { sources, names, asked } = running(() => [
    ['pgsql', 'postgresql'],
    ['mysql', 'mysql'],
    ['rules', 'acl_conf'],
  ]);
  await sources.ofKind('mysql', 'emqx_auth_mysql').load();
  await sources.ofKind('postgresql', 'emqx_auth_pgsql').load();
  expect(names()).toEqual(['pgsql', 'mysql', 'rules']);
  expect(asked).toEqual(['emqx_auth_mysql', 'emqx_auth_pgsql']);
  await sources.ofKind('mysql', 'emqx_auth_mysql').unload();
  expect(names()).toEqual(['pgsql', 'rules']);
});

it('takes the configuration as it is at each load', async () => {
  let name = 'before';
  const { sources, names } = running(() => [[name, 'mysql']]);
  const part = sources.ofKind('mysql', 'emqx_auth_mysql');
  await part.load();
  await part.unload();
  name = 'after';
  await part.load();
  expect(names()).toEqual(['rules', 'after']);
});

it('opens a kind that nobody has configured as it is by default', async () => {
  const { sources, names } = running(() => []);
  await sources.ofKind('builtin', 'emqx_auth_mnesia').load();
  expect(names()).toEqual(['rules', 'builtin']);
});
