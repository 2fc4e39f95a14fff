/** How many files Node opens until the broker listens: each costs time, and the built program has few. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { until } from '../listeners/listening.ts';
import { root } from '../structure/source-tree.ts';
import { fourListeners, startHoopoe } from './executable.ts';

const preload = pathToFileURL(join(root, 'test/system/loaded-modules.mjs')).href;
const program = pathToFileURL(join(root, 'dist/')).href;

/** What `import` has asked for, built-in modules left out: of the program, and of others. */
function loaded(text: string): { own: Set<string>; foreign: Set<string> } {
  const urls = [...text.matchAll(/^loads (file:.*)$/gm)].map(([, url = '']) => url);
  return {
    own: new Set(urls.filter((url) => url.startsWith(program))),
    foreign: new Set(urls.filter((url) => url.includes('/node_modules/'))),
  };
}

test('without configuration four listeners are open after at most 16 files of the program, and no package that only some need', async () => {
  const { program: broker, ports } = await startHoopoe([], {
    yaml: `${fourListeners}management: { enabled: false }\n`,
    env: { NODE_OPTIONS: `--import=${preload}` },
  });
  expect(ports.size).toBe(4);
  await until(() => broker.errors.includes('websocket'), 'the last listener is in the list');
  const { own, foreign } = loaded(broker.errors);
  expect(own.size).toBeGreaterThan(3);
  expect(own.size).toBeLessThanOrEqual(16);
  // A configuration in YAML is what this test gives; the rest is loaded by `require`, and only when it is wanted.
  expect([...foreign].filter((url) => !url.includes('/yaml/'))).toEqual([]);
});

test('a program that embeds the broker loads two files beside the one that it names, and no package', () => {
  const code = `import { createBroker } from ${JSON.stringify(`${program}index.js`)};
    const broker = await createBroker();
    await broker.listen({ port: 0 });
    await broker.close();
    console.log('closed');`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', preload, '--input-type=module', '-e', code], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  expect(stdout).toBe('closed\n');
  const { own, foreign } = loaded(stderr);
  expect(own).toContain(`${program}index.js`);
  expect(own.size).toBeLessThanOrEqual(3);
  expect([...foreign]).toEqual([]);
});
