/** Plugins from texts in threads of their own, with the file of the thread made from the sources as they are. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import { PluginThread } from '../../src/plugins/isolated/plugin-thread.ts';
import { ThreadWatch } from '../../src/plugins/isolated/thread-watch.ts';
import { type HostOptions, type PluginHost, pluginHost } from './plugin-host.ts';

export interface ThreadHostOptions extends HostOptions {
  /** Default 1 GB: what other tests in this process take may count against a thread that is silent. */
  readonly memoryBytes?: number;
  /** How long a thread may stand still. Default 2. */
  readonly stallSeconds?: number;
}

export interface ThreadHost extends PluginHost {
  /** The file of the plugin. */
  readonly path: string;
}

let file: Promise<URL> | undefined;

async function bundled(): Promise<URL> {
  const folder = mkdtempSync(join(tmpdir(), 'hoopoe-worker-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const tool = new URL('../../tools/bundle.mjs', import.meta.url);
  const { bundleWorker } = (await import(/* @vite-ignore */ tool.href)) as {
    bundleWorker(folder: string): Promise<string>;
  };
  return pathToFileURL(await bundleWorker(folder));
}

/** A broker with one plugin, from the text of its module or the path of its file. */
export async function threadHost(
  name: string,
  text: string | { readonly path: string },
  options: ThreadHostOptions = {},
): Promise<ThreadHost> {
  const { memoryBytes = 1024 ** 3, stallSeconds = 2, ...rest } = options;
  let path: string;
  if (typeof text === 'string') {
    const folder = mkdtempSync(join(tmpdir(), 'hoopoe-plugin-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    path = join(folder, `${name}.mjs`);
    writeFileSync(path, text);
  } else path = text.path;
  const watch = new ThreadWatch(stallSeconds);
  file ??= bundled();
  const url = await file;
  const opened = await pluginHost([{ name }], {
    ...rest,
    isolation: { place: { path }, memoryBytes },
    threads: (parts) => new PluginThread(parts, url, watch),
  });
  onTestFinished(() => opened.close());
  return { ...opened, path };
}

/** Lets real time pass until there is an answer that is not false or undefined, and gives it; fails after some seconds. */
export async function eventually<T>(
  { t }: PluginHost,
  what: string,
  probe: () => T | false | undefined,
  secondsMax: number = 12,
): Promise<T> {
  const until = performance.now() + secondsMax * 1000;
  for (;;) {
    await t.run();
    const found = probe();
    if (found !== false && found !== undefined) return found;
    if (performance.now() > until) throw new TypeError(`It did not happen within ${secondsMax} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
