/**
 * The two forms in which a plugin runs, for suites that are to hold for both: as it is, and behind a channel as in a
 * thread of its own. There the code stays in this thread, so that a test sees what it does; only what crosses is copied.
 */

import { MessageChannel } from 'node:worker_threads';
import { checkDefinition } from '../../src/plugins/check-definition.ts';
import { pluginError } from '../../src/plugins/failure.ts';
import { Channel } from '../../src/plugins/isolated/channel.ts';
import type { Threads } from '../../src/plugins/isolated/isolated-plugin.ts';
import { PluginServer } from '../../src/plugins/isolated/plugin-server.ts';
import type { PluginDefinition } from '../../src/ports/plugin.ts';
import { type HostOptions, type PluginHost, pluginHost } from './plugin-host.ts';

export type PluginForm = 'in the thread of the broker' | 'isolated';

export const pluginForms: readonly PluginForm[] = ['in the thread of the broker', 'isolated'];

/** As `pluginHost`, with the plugins in this form. */
export async function hostOf(
  form: PluginForm,
  definitions: readonly unknown[],
  options: HostOptions = {},
): Promise<PluginHost> {
  if (form !== 'isolated') return await pluginHost(definitions, options);
  const threads = threadsInPlace(definitions as readonly PluginDefinition[]);
  const isolation = { place: { path: '' }, memoryBytes: 256 * 1024 * 1024 };
  const opened = await pluginHost(definitions, { ...options, isolation, threads });
  const { t } = opened;
  // What is said between threads takes turns of the real loop.
  const run = t.run.bind(t);
  t.run = async () => {
    await run();
    for (let turn = 0; turn < 12; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      await run();
    }
  };
  return opened;
}

function threadsInPlace(definitions: readonly PluginDefinition[]): Threads {
  const unlimited = { windowCalls: Number.POSITIVE_INFINITY, windowBytes: Number.POSITIVE_INFINITY };
  return ({ plugin, serve }) => {
    const { port1, port2 } = new MessageChannel();
    const here = new Channel(port1, serve, unlimited);
    const there: Channel = new Channel(
      port2,
      (task, target, argument) => server.serve(task, target, argument),
      unlimited,
    );
    const definition = definitions.find(({ name }) => name === plugin);
    const server = new PluginServer(plugin, async () => checkDefinition(`Plugin ${plugin}`, definition), {
      call: (task, target, argument, cost) => there.call(task, target, argument, cost),
      // Nobody may stand still here, so it is asked past the channel.
      ask: (task, target, argument) => structuredClone(serve(task, target, structuredClone(argument))),
    });
    return {
      heldBytes: 0,
      ref: () => {},
      unref: () => {},
      call: (task, target, argument, cost) => here.call(task, target, argument, cost),
      close: async () => {
        for (const channel of [here, there]) channel.end(pluginError('FAILED', 'it is unloaded'));
        return true;
      },
      isGone: async () => true,
    };
  };
}
